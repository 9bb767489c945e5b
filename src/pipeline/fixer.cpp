#include "pipeline/fixer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "base/number_text.h"
#include "media/remuxer.h"
#include "media/time_code.h"
#include "score/rate_mix_up.h"

namespace syncnet::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr double kUsPerFrame = 1e6 / media::kFrameRate;

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::not_fixable, why);
}

std::string in_ms(double frames) {
    return std::to_string(std::lround(frames * kUsPerFrame / 1000)) + " ms";
}

bool drifts(const score::Voice& voice) {
    return voice.drift && voice.drift->significant;
}

std::chrono::microseconds microseconds(double frames) {
    return std::chrono::microseconds(std::llround(frames * kUsPerFrame));
}

void refuse_without_evidence(const Analysis& a) {
    if (!a.verdict.score)
        refuse("there is not enough to judge by. " + score::sentences(a.verdict.reasons));
}

void refuse_if_changing(const Analysis& a, bool mend_drift) {
    const score::Voice& voice = a.voice;
    const media::TimeCodes times(a.video);
    if (!voice.jumps.empty()) {
        std::string list;
        for (const score::Jump& j : voice.jumps)
            list += (list.empty() ? "" : ", ") + in_ms(j.from) + " to " + in_ms(j.to) + " at " +
                    times.at(j.frame);
        refuse("the offset changes (" + list + "); cut the video there and fix its parts");
    }
    if (!mend_drift && drifts(voice))
        refuse("the audio drifts by " + fixed_point(voice.drift->ms_per_s, 1) +
               " ms a second, so no one offset is right; --drift keep-pitch or --drift resample "
               "gives it the speed of the video");
}

}  // namespace

bool in_sync(const Analysis& analysis) {
    return analysis.verdict.score && !drifts(analysis.voice) &&
           std::abs(analysis.voice.result->offset_frames) <= kInSyncFrames;
}

Correction correction_for(const Analysis& analysis, bool mend_drift) {
    refuse_without_evidence(analysis);
    const score::Voice& voice = analysis.voice;
    if (score::has(analysis.verdict.reasons, score::Reason::part_does_not_match))
        refuse(score::sentences(analysis.verdict.reasons));
    if (voice.fit < analysis.thresholds.allow)
        refuse("the voice does not surely belong to the lips: put into its place it would score " +
               fixed_point(voice.fit, 2) + ", and " + fixed_point(analysis.thresholds.allow, 2) +
               " is needed");
    refuse_if_changing(analysis, mend_drift);
    if (voice.beyond_range)
        refuse("the offset is " + in_ms(analysis.max_offset) +
               " or more, the end of what is searched; search further with --max-offset-ms");
    if (!drifts(voice)) return {.audio_later = microseconds(voice.result->fine_offset_frames)};
    // Of images at t the audio is at t - offset(t): it grows by 1 - 1 / speed.
    const score::Drift& drift = *voice.drift;
    const double speed = score::speed_of(drift);
    return {.audio_later = microseconds(drift.offset_frames - (1 - 1 / speed) * drift.at_frame),
            .speed = 1 / speed};
}

Fix fix(const Analyzer& analyzer, const fs::path& video, const fs::path& out,
        const FixOptions& options) {
    media::check_ending(out);
    std::error_code none;
    if (fs::equivalent(video, out, none))
        throw Error(ErrorCode::invalid_setting, "the output is the video itself");
    NewFile file(out, options.if_there);

    Request request = options.request;
    request.timeline = TimelineOptions{};
    Fix fix{.before = analyzer.analyze(media::Source::from_path(video), request)};
    const Correction correction = correction_for(fix.before, options.drift.has_value());
    if (in_sync(fix.before)) return fix;
    fix.audio_later = correction.audio_later;
    fix.speed = correction.speed;
    std::optional<media::Stretch> stretch;
    if (correction.speed != 1)
        stretch = {.speed = correction.speed,
                   .pitch = *options.drift,
                   .about_us = fix.before.video.zero_us};

    media::remux(media::Source::from_path(video), file.path(),
                 {.audio_later = fix.audio_later,
                  .stretch = stretch,
                  .limits = options.limits,
                  .between = [&] { check(request); }});
    fix.after = analyzer.analyze(media::Source::from_path(file.path()), request);
    if (!in_sync(*fix.after)) {
        const auto& measured = fix.after->voice.result;
        refuse("with the audio moved by " +
               in_ms(static_cast<double>(fix.audio_later.count()) / kUsPerFrame) +
               (measured ? " the offset is still " + in_ms(measured->offset_frames)
                         : " nothing can be measured any more"));
    }
    file.put_in_place();
    return fix;
}

}  // namespace syncnet::pipeline
