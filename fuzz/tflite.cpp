#include "nn/weights/tflite.h"

#include "base/error.h"
#include "fuzz/targets.h"

namespace syncnet::fuzz {

void tflite(std::span<const std::byte> file) {
    try {
        (void)nn::read_tflite(file);
    } catch (const Error& e) {
        if (e.code() != ErrorCode::bad_model) throw;
    }
}

}  // namespace syncnet::fuzz
