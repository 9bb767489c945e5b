#include "evaluate/media_cases.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "evaluate/degradations.h"
#include "evaluate/image_edits.h"
#include "evaluate/workbench.h"
#include "face/blaze_face.h"

namespace syncnet::evaluate {
namespace {

using media::I420;
using media::ImageCodec;
using pipeline::Reading;
using ImagePtr = std::shared_ptr<const I420>;

constexpr std::array kDelays{-15, -10, -8, -5, -3, -2, -1, 1, 2, 3, 5, 8, 10, 15};  // frames
constexpr std::array kSubFrameMs{10, 20, 30, 40, 50, 60, 70, 80, 90};
constexpr int kSamplesPerMs = media::kSampleRate / 1000;
constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

double number(std::string_view step) {
    return std::stod(std::string(step));
}

class MediaCases {
  public:
    MediaCases(const Clip& clip, const MediaTools& tools, LoadedClip loaded, double face_pixels,
               ClipRecord& record)
        : clip_(&clip),
          tools_(&tools),
          bench_(*tools.judge, std::move(loaded)),
          face_pixels_(face_pixels),
          record_(&record) {}

    void add_clean() { add("clean", "", bench_.clean(), record_->zero); }
    void add_delays();
    void add_sub_frame();
    void add_tampered();
    void add_degraded();

  private:
    // `reading` comes last: making it is the work.
    void add(std::string_view kind, std::string_view step, const Reading& reading,
             std::optional<double> true_offset) {
        record_->cases.push_back(case_of(kind, step, (*tools_->judge)(reading), true_offset));
    }

    ImagePtr image(std::size_t i) const { return bench_.clip().images[i]; }
    std::size_t images() const { return bench_.clip().images.size(); }
    Draw draw(std::string_view purpose) const { return {clip_->path, purpose}; }

    std::optional<Reading> degraded(std::string_view kind, std::string_view step) const;
    std::optional<Reading> with_other_images(std::string_view kind, std::string_view step) const;
    Reading with_other_audio(std::string_view kind, std::string_view step) const;
    Reading coded(ImageCodec codec, double bits_per_pixel) const;
    std::optional<Reading> with_small_face(double pixels) const;
    Reading at_rate(double fps) const;
    Reading with_dropped(double share) const;
    Reading in_low_light(double light) const;
    Reading with_mouth_covered(double share) const;
    Reading in_band(std::string_view hz) const;
    std::optional<Reading> with_audio_of_another_file() const;

    const Clip* clip_;
    const MediaTools* tools_;
    Workbench bench_;
    double face_pixels_;
    ClipRecord* record_;
};

void MediaCases::add_delays() {
    for (const int frames : kDelays) {
        const double wanted = *record_->zero - frames;
        if (std::abs(wanted) > sync::kPublishedReach) continue;  // beyond what is searched
        add("delay", std::to_string(frames),
            bench_.with_audio(bench_.own_audio(std::int64_t{frames} * media::kSamplesPerFrame)),
            wanted);
    }
}

void MediaCases::add_sub_frame() {
    const auto clean = case_of("clean", "", (*tools_->judge)(bench_.clean()), record_->zero);
    if (!clean.fine_offset || !within(clean, 1)) return;  // nothing to compare with
    for (const int ms : kSubFrameMs)
        add("sub-frame", std::to_string(ms),
            bench_.with_audio(bench_.own_audio(std::int64_t{ms} * kSamplesPerMs)),
            *clean.fine_offset - ms / kMsPerFrame);
}

void MediaCases::add_tampered() {
    const std::size_t middle = images() / 2;
    add("still image", "", bench_.with_images([&](std::size_t) { return image(middle); }), {});
    constexpr std::size_t kSecond = media::kFrameRate;
    if (images() >= 2 * kSecond)
        add("looped image", "",
            bench_.with_images([&](std::size_t i) { return image(i % kSecond); }), {});
    const LoadedClip& loaded = bench_.clip();
    for (const double speed : {0.9, 1.1})
        add(speed < 1 ? "speed 0.9" : "speed 1.1", "",
            bench_.with_audio(
                at_speed(loaded.audio, loaded.first_sample, loaded.sample_count(), speed)),
            {});
    if (tools_->speech->available()) {
        const int rate = tools_->speech->rate();
        const std::size_t count = loaded.sample_count() * static_cast<std::size_t>(rate) /
                                  static_cast<std::size_t>(media::kSampleRate);
        add("synthetic speech", "",
            bench_.with_audio(tools_->speech->say(count, draw("synthetic speech")), rate), {});
    }
    if (const auto swapped = with_audio_of_another_file()) add("swapped file", "", *swapped, {});
}

std::optional<Reading> MediaCases::with_audio_of_another_file() const {
    for (const Donor who : {Donor::other_speaker, Donor::same_speaker, Donor::other_corpus}) {
        const auto donor = tools_->donors->of(*clip_, who);
        if (!donor) continue;
        const std::int64_t from = std::max<std::int64_t>(0, donor->speech->from - kSpeechMargin);
        const Samples audio = excerpt(load_audio(media::Source::from_path(donor->clip->file)),
                                      from * media::kSamplesPerFrame, bench_.clip().sample_count());
        return bench_.with_images(
            bench_.usual_times(), [this](std::size_t i) { return image(i); }, audio);
    }
    return std::nullopt;
}

void MediaCases::add_degraded() {
    for (const Degradation& d : degradations())
        for (const std::string_view step : d.steps)
            if (const auto reading = degraded(d.kind, step))
                add(d.kind, step, *reading, record_->zero);
}

std::optional<Reading> MediaCases::degraded(std::string_view kind, std::string_view step) const {
    if (auto reading = with_other_images(kind, step)) return reading;
    const auto all = degradations();
    const auto d = std::ranges::find(all, kind, &Degradation::kind);
    if (!d->audio) return std::nullopt;
    return with_other_audio(kind, step);
}

std::optional<Reading> MediaCases::with_other_images(std::string_view kind,
                                                     std::string_view step) const {
    constexpr std::array kCodecs{std::pair{"h264", ImageCodec::h264},
                                 std::pair{"vp8", ImageCodec::vp8},
                                 std::pair{"mpeg4", ImageCodec::mpeg4}};
    for (const auto& [name, codec] : kCodecs)
        if (kind == name) {
            if (!media::can_write(codec)) return std::nullopt;
            return coded(codec, number(step));
        }
    if (kind == "face size") return with_small_face(number(step));
    if (kind == "frame rate") return at_rate(number(step));
    if (kind == "dropped images") return with_dropped(number(step) / 100);
    if (kind == "low light") return in_low_light(1 / number(step.substr(step.find('/') + 1)));
    if (kind == "occlusion") return with_mouth_covered(number(step) / 100);
    return std::nullopt;
}

Reading MediaCases::with_other_audio(std::string_view kind, std::string_view step) const {
    const Samples audio = bench_.own_audio();
    if (kind == "noise")
        return bench_.with_audio(
            mixed(audio, pink_noise(audio.size(), draw("noise")), number(step)));
    if (kind == "music")
        return bench_.with_audio(
            mixed(audio, plucked_music(audio.size(), draw("music")), number(step)));
    if (kind == "reverberation")
        return bench_.with_audio(reverberated(audio, number(step), draw("room")));
    return in_band(step);
}

Reading MediaCases::in_band(std::string_view hz) const {
    const std::size_t dash = hz.find('-');
    const double to = number(hz.substr(dash + 1));
    const Samples passed = band_passed(bench_.own_audio(), number(hz.substr(0, dash)), to);
    constexpr double kHalfBand = media::kSampleRate / 4.0;
    if (to < kHalfBand)  // as a telephone has it
        return bench_.with_audio(halved_rate(passed), media::kSampleRate / 2);
    return bench_.with_audio(passed);
}

Reading MediaCases::coded(ImageCodec codec, double bits_per_pixel) const {
    const I420& first = *image(0);
    const double pixels = static_cast<double>(first.width) * first.height * media::kFrameRate;
    return bench_.with_images(
        [this](std::size_t i) { return image(i); },
        {.codec = codec, .bits_per_second = std::llround(bits_per_pixel * pixels)});
}

// Nothing where the face is no larger than that as it is.
std::optional<Reading> MediaCases::with_small_face(double pixels) const {
    if (face_pixels_ <= pixels) return std::nullopt;
    return bench_.with_images([&](std::size_t i) {
        return std::make_shared<I420>(resized(*image(i), pixels / face_pixels_));
    });
}

Reading MediaCases::at_rate(double fps) const {
    std::vector<std::int64_t> times;
    const double seconds = static_cast<double>(images()) / media::kFrameRate;
    for (int i = 0; i / fps < seconds - 1e-6; ++i) times.push_back(std::llround(i * 1e6 / fps));
    const auto shown = [&](std::size_t i) {
        constexpr double kRounding = 1e-6;
        const double frame = static_cast<double>(i) / fps * media::kFrameRate + kRounding;
        return image(std::min(images() - 1, static_cast<std::size_t>(frame)));
    };
    return bench_.with_images(times, shown, bench_.own_audio());
}

Reading MediaCases::with_dropped(double share) const {
    Draw random = draw("dropped");
    std::vector<std::int64_t> times;
    std::vector<std::size_t> kept;
    const auto usual = bench_.usual_times();
    for (std::size_t i = 0; i < usual.size(); ++i) {
        if (i > 0 && random.uniform() < share) continue;
        times.push_back(usual[i]);
        kept.push_back(i);
    }
    return bench_.with_images(
        times, [&](std::size_t i) { return image(kept[i]); }, bench_.own_audio());
}

Reading MediaCases::in_low_light(double light) const {
    LowLight darken(light, draw("low light"));
    return bench_.with_images(
        [&](std::size_t i) { return std::make_shared<I420>(darken(*image(i))); });
}

Reading MediaCases::with_mouth_covered(double share) const {
    const auto side = static_cast<Side>(draw("occlusion").below(3));
    const auto& mouths = bench_.clip().mouths;
    return bench_.with_images([&](std::size_t i) -> ImagePtr {
        if (!mouths[i]) return image(i);
        return std::make_shared<I420>(with_covered_mouth(*image(i), *mouths[i], share, side));
    });
}

}  // namespace

void add_media_cases(const ReadClip& read, const MediaTools& tools, const Groups& groups,
                     ClipRecord& record) {
    if (!groups.any_media() || !media::can_write(ImageCodec::lossless)) return;
    const auto& span = read.speech;
    const pipeline::Analysis whole = (*tools.judge)(read.reading);
    if (!span || whole.tracks.empty()) return;
    const face::Box& face = whole.tracks.front().mean_box;
    face::BlazeFace detector(tools.judge->analyzer->models().blaze_face);
    LoadedClip loaded = load_clip(media::Source::from_path(read.clip->file),
                                  {.from = std::max<std::int64_t>(0, span->from - kSpeechMargin),
                                   .to = std::min(span->to + kSpeechMargin, read.reading.frames)},
                                  detector, face);
    if (loaded.images.empty()) return;
    MediaCases cases(*read.clip, tools, std::move(loaded), std::max(face.width(), face.height()),
                     record);
    cases.add_clean();
    if (groups.has("delays")) cases.add_delays();
    if (groups.has("sub-frame")) cases.add_sub_frame();
    if (groups.has("tampered")) cases.add_tampered();
    if (groups.has("degraded")) cases.add_degraded();
}

std::vector<std::string> missing_for_media_cases(const Groups& groups,
                                                 const SyntheticSpeech& speech) {
    std::vector<std::string> missing;
    if (!groups.any_media()) return missing;
    if (!media::can_write(ImageCodec::lossless)) {
        missing.emplace_back(
            "FFmpeg has no encoder libx264 here: no new media could be made, so "
            "delays, tampering and degradations were left out");
        return missing;
    }
    if (groups.has("degraded") && !media::can_write(ImageCodec::vp8))
        missing.emplace_back("FFmpeg has no encoder libvpx here: VP8 was left out");
    if (groups.has("tampered") && !speech.available())
        missing.emplace_back("espeak-ng is not in PATH: synthetic speech was left out");
    return missing;
}

}  // namespace syncnet::evaluate
