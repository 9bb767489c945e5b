#include "evaluate/workbench.h"

#include <algorithm>

namespace syncnet::evaluate {
namespace {

constexpr std::int64_t kFrameUs = 1'000'000 / media::kFrameRate;
constexpr int kBlankSide = 64;  // of the one image that goes with audio that is read alone

}  // namespace

Workbench::Workbench(const Judge& judge, LoadedClip clip)
    : judge_(&judge),
      clip_(std::move(clip)),
      clean_(with_images([this](std::size_t i) { return clip_.images[i]; })) {}

Samples Workbench::own_audio(std::int64_t later) const {
    return excerpt(clip_.audio, clip_.first_sample - later, clip_.sample_count());
}

std::vector<std::int64_t> Workbench::usual_times() const {
    std::vector<std::int64_t> times;
    times.reserve(clip_.images.size());
    for (std::size_t i = 0; i < clip_.images.size(); ++i)
        times.push_back(static_cast<std::int64_t>(i) * kFrameUs);
    return times;
}

pipeline::Reading Workbench::with_images(const media::ImageAt& image,
                                         const media::ClipFormat& format) const {
    return with_images(usual_times(), image, own_audio(), format);
}

pipeline::Reading Workbench::with_images(media::ImageTimes times_us, const media::ImageAt& image,
                                         std::span<const float> audio,
                                         const media::ClipFormat& format) const {
    return read(media::write_clip(times_us, image, audio, format));
}

pipeline::Reading Workbench::with_audio(std::span<const float> audio, int rate) const {
    const auto blank = std::make_shared<media::I420>(kBlankSide, kBlankSide);
    std::ranges::fill(blank->u, std::uint8_t{128});
    std::ranges::fill(blank->v, std::uint8_t{128});
    constexpr std::int64_t kStart[]{0};
    const auto heard = read(media::write_clip(kStart, [&](std::size_t) { return blank; }, audio,
                                              {.sample_rate = rate}));
    return evaluate::with_audio(clean_, audio_of(heard));
}

pipeline::Reading Workbench::read(std::span<const std::byte> file) const {
    return judge_->analyzer->read(media::Source::from_bytes(file), judge_->request);
}

}  // namespace syncnet::evaluate
