#include "evaluate/loaded_clip.h"

#include <algorithm>
#include <limits>

#include "media/reader.h"

namespace syncnet::evaluate {
namespace {

constexpr int kLookEvery = 4;  // images

media::Limits own_limits() {
    media::Limits limits;
    limits.max_bytes = std::numeric_limits<std::int64_t>::max();  // a file on one's own disk
    return limits;
}

std::optional<face::LipPose> mouth_of(const std::vector<face::Detection>& found,
                                      const face::Box& face) {
    const auto best = std::ranges::max_element(found, {}, [&](const face::Detection& d) {
        return face::intersection_over_union(d.box, face);
    });
    if (best == found.end() || face::intersection_over_union(best->box, face) <= 0)
        return std::nullopt;
    return face::lip_pose(*best);
}

std::size_t bytes_of(const media::I420& image) {
    return image.y.size() + image.u.size() + image.v.size();
}

}  // namespace

LoadedClip load_clip(media::Source source, const Interval& part, face::Detector& detector,
                     const face::Box& face) {
    media::Reader reader(std::move(source), own_limits());
    LoadedClip clip;
    const auto most = static_cast<std::int64_t>(kMaxMediaSeconds * media::kFrameRate);
    const std::int64_t end = std::min(part.to, part.from + most);
    std::size_t bytes = 0;
    std::optional<media::Image> last;
    while (const auto item = reader.next()) {
        if (const auto* samples = std::get_if<media::Samples>(&*item)) {
            clip.audio.insert(clip.audio.end(), samples->mono.begin(), samples->mono.end());
            continue;
        }
        const auto& frame = std::get<media::Frame>(*item);
        if (frame.index >= end && !clip.images.empty() &&
            static_cast<std::int64_t>(clip.audio.size()) >
                (end + 2 * media::kFrameRate) * media::kSamplesPerFrame)
            break;
        if (!frame.image || frame.index < part.from || frame.index >= end || bytes > kMaxMediaBytes)
            continue;
        if (clip.images.empty()) clip.first_sample = frame.index * media::kSamplesPerFrame;
        if (last && last->same_as(*frame.image)) {
            clip.images.push_back(clip.images.back());
        } else {
            clip.images.push_back(std::make_shared<media::I420>(media::to_i420(*frame.image)));
            bytes += bytes_of(*clip.images.back());
        }
        const bool look = (clip.images.size() - 1) % kLookEvery == 0;
        const auto mouth = look ? mouth_of(detector.detect(*frame.image), face) : std::nullopt;
        clip.mouths.push_back(mouth || clip.mouths.empty() ? mouth : clip.mouths.back());
        last = frame.image;
    }
    return clip;
}

Samples load_audio(media::Source source) {
    media::Reader reader(std::move(source), own_limits(), {.images = false});
    const auto most = static_cast<std::size_t>(kMaxMediaSeconds * media::kSampleRate);
    Samples audio;
    while (const auto item = reader.next()) {
        if (const auto* samples = std::get_if<media::Samples>(&*item))
            audio.insert(audio.end(), samples->mono.begin(), samples->mono.end());
        if (audio.size() > 2 * most) break;
    }
    return audio;
}

}  // namespace syncnet::evaluate
