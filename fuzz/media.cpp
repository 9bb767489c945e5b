#include <new>

#include "base/error.h"
#include "fuzz/targets.h"
#include "media/reader.h"

namespace syncnet::fuzz {
namespace {

// The product's, but for the pixels: so few that an input can't keep a fuzzer waiting by being as
// large as is allowed.
constexpr media::Limits kLimits{.max_pixels_per_frame = 1920LL * 1080,
                                .max_total_pixels = 1920LL * 1080 * 20};
constexpr int kMaxItems = 2000;

}  // namespace

// The door through which every video comes, as far as the first images and sounds.
void media(std::span<const std::byte> file) {
    if (file.empty()) return;
    try {
        media::Reader reader(media::Source::from_bytes(file), kLimits);
        for (int i = 0; i < kMaxItems && reader.next(); ++i) {
        }
    } catch (const Error& e) {
        if (e.code() == ErrorCode::internal) throw;
    } catch (const std::bad_alloc&) {
    }
}

}  // namespace syncnet::fuzz
