#include "pipeline/fixer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <vector>

#include "base/error.h"
#include "base/number_text.h"
#include "media/remuxer.h"
#include "media/time_code.h"

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

double score_in_place(sync::SyncResult result, const score::Calibration& calibration) {
    result.offset_frames = 0;
    return score::score(result, calibration);
}

void refuse_without_evidence(const Analysis& a) {
    if (a.verdict.score) return;
    std::string why = "there is not enough to judge by.";
    for (const score::Reason reason : a.verdict.reasons)
        why += ' ' + std::string(score::explain(reason));
    refuse(why);
}

// Of all runs whose voice is surely theirs, and of the leading face's where the clip as a whole is.
void refuse_if_changing(const Analysis& a, const score::Calibration& calibration, bool whole_sure) {
    if (!a.timeline) return;
    const TrackTimeline& lead = a.timeline->tracks.front();
    std::vector<OffsetRun> runs;
    for (const TrackTimeline& track : a.timeline->tracks)
        std::ranges::copy_if(track.offsets, std::back_inserter(runs), [&](const OffsetRun& run) {
            return score_in_place(run.result, calibration) >= a.thresholds.allow ||
                   (whole_sure && &track == &lead);
        });
    if (runs.empty()) return;
    const auto offset = [](const OffsetRun& run) { return run.result.offset_frames; };
    const auto [least, most] = std::ranges::minmax(runs, {}, offset);
    if (offset(most) - offset(least) <= 1) return;
    std::ranges::sort(runs, {}, [](const OffsetRun& run) { return run.frames.from; });
    std::string list;
    for (const OffsetRun& run : runs)
        list += (list.empty() ? "" : ", ") + in_ms(offset(run)) + " from " +
                media::time_code(run.frames.from);
    refuse("the offset changes (" + list + "); cut the video there and fix its parts");
}

bool in_sync(const Analysis& a) {
    return a.verdict.score && std::abs(a.tracks.front().result->offset_frames) <= kInSyncFrames;
}

}  // namespace

std::chrono::microseconds correction_for(const Analysis& analysis,
                                         const score::Calibration& calibration) {
    refuse_without_evidence(analysis);
    const sync::SyncResult& lead = *analysis.tracks.front().result;
    const double fits = score_in_place(lead, calibration);
    const bool sure = fits >= analysis.thresholds.allow;
    refuse_if_changing(analysis, calibration, sure);
    if (!sure)
        refuse("the voice does not surely belong to the lips: put into its place it would score " +
               fixed_point(fits, 2) + ", and " + fixed_point(analysis.thresholds.allow, 2) +
               " is needed");
    if (std::abs(lead.offset_frames) == sync::kMaxOffset)
        refuse("the offset is " + in_ms(sync::kMaxOffset) +
               " or more, the end of what is searched");
    return std::chrono::microseconds(std::llround(lead.fine_offset_frames * kUsPerFrame));
}

Fix fix(const Analyzer& analyzer, const fs::path& video, const fs::path& out,
        const FixOptions& options) {
    media::check_ending(out);
    std::error_code none;
    if (fs::equivalent(video, out, none))
        throw Error(ErrorCode::invalid_setting, "the output is the video itself");
    NewFile file(out, options.if_there);

    Request request{.model = options.model,
                    .timeline = TimelineOptions{},
                    .on_progress = options.on_progress,
                    .stop = options.stop};
    const auto calibration = analyzer.models().find(options.model).calibration;
    Fix fix{.before = analyzer.analyze(media::Source::from_path(video), request)};
    fix.sound_later = correction_for(fix.before, calibration);
    if (in_sync(fix.before)) return fix;

    media::remux(media::Source::from_path(video), file.path(),
                 {.sound_later = fix.sound_later, .limits = options.limits, .between = [&] {
                      check(request);
                  }});
    fix.after = analyzer.analyze(media::Source::from_path(file.path()), request);
    if (!in_sync(*fix.after)) {
        const auto& tracks = fix.after->tracks;
        const bool measured = !tracks.empty() && tracks.front().result;
        refuse("with the sound moved by " +
               in_ms(static_cast<double>(fix.sound_later.count()) / kUsPerFrame) +
               (measured ? " the offset is still " + in_ms(tracks.front().result->offset_frames)
                         : " nothing can be measured any more"));
    }
    file.put_in_place();
    return fix;
}

}  // namespace syncnet::pipeline
