#include "base/random.h"

#include <openssl/rand.h>

#include "base/error.h"

namespace syncnet {

void fill_random(std::span<unsigned char> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw Error(ErrorCode::internal, "there is no randomness");
}

}  // namespace syncnet
