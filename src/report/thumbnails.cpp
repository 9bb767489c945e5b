#include "report/thumbnails.h"

#include <algorithm>
#include <map>

#include "media/reader.h"

namespace syncnet::report {
namespace {

constexpr int kDecoderThreads = 2;

}  // namespace

std::vector<media::Jpeg> thumbnails(const Review& review, const media::Limits& limits,
                                    const std::function<void()>& between) {
    std::vector<media::Jpeg> found(std::min(review.markers.size(), kMostThumbnails));
    std::multimap<std::int64_t, std::size_t> wanted;  // frames, and whose
    for (std::size_t i = 0; i < found.size(); ++i) wanted.emplace(review.markers[i].middle(), i);
    if (wanted.empty()) return found;

    media::Reader reader(media::Source::from_path(review.video), limits,
                         {.threads = kDecoderThreads, .check = between});
    std::optional<media::Image> shown;
    const auto take = [&] {
        if (shown) found[wanted.begin()->second] = media::to_jpeg(*shown, kThumbnailSide);
        wanted.erase(wanted.begin());
    };
    while (!wanted.empty()) {
        const auto item = reader.next();
        if (!item) break;
        between();
        const auto* const frame = std::get_if<media::Frame>(&*item);
        if (frame == nullptr) continue;
        if (frame->image) shown = frame->image;
        while (!wanted.empty() && wanted.begin()->first <= frame->index) take();
    }
    while (!wanted.empty()) take();  // audio that goes on after the last image
    return found;
}

}  // namespace syncnet::report
