#include "service/storage/private_copy.h"

#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "base/sha256.h"
#include "service/storage/temporary_file.h"

namespace syncnet::service {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

}  // namespace

PrivateCopy private_copy(int video, const std::filesystem::path& folder, std::int64_t max_bytes) {
    TemporaryFile file(folder);
    Sha256Stream hash;
    std::vector<char> piece(kPieceBytes);
    for (;;) {
        const ssize_t length = ::pread(video, piece.data(), piece.size(), file.size());
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) throw Error(ErrorCode::internal, "the video can't be read");
        if (length == 0) break;
        const auto bytes = std::span(piece).first(static_cast<std::size_t>(length));
        if (file.size() + length > max_bytes)
            throw Error(ErrorCode::too_large,
                        "the video may have at most " + std::to_string(max_bytes) + " bytes");
        file.append(bytes);
        hash.add(bytes);
    }
    return {.video = file.read_only(), .sha256 = to_hex(hash.finish())};
}

}  // namespace syncnet::service
