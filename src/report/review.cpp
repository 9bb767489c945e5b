#include "report/review.h"

#include <algorithm>

#include "base/number_text.h"
#include "score/sentences.h"

namespace syncnet::report {
namespace {

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

double seconds_of(std::span<const Interval> intervals) {
    std::int64_t frames = 0;
    for (const Interval& i : intervals) frames += i.frames();
    return static_cast<double>(frames) / media::kFrameRate;
}

std::string in_seconds(double seconds) {
    return fixed_point(seconds, 1) + " s";
}

std::vector<Unjudged> not_judged(const Review& r) {
    std::vector<Unjudged> told;
    const pipeline::Analysis& a = r.analysis;
    if (r.offsets.empty())
        told.push_back(
            {"no_offset", "No offset could be measured. " + score::sentences(a.verdict.reasons)});
    told.push_back(
        {"no_lips",
         "Sound is compared with lips only, where somebody is heard and his mouth can be read: " +
             in_seconds(r.compared_seconds) + " of the " + in_seconds(a.seconds) + ", in which " +
             in_seconds(r.speech_seconds) +
             " of speech were found. Of silence, music, effects and voices without a face nothing "
             "is said."});
    if (a.voice.beyond_range)
        told.push_back({"beyond_range",
                        "The offset lies beyond the " + fixed_point(a.max_offset * kMsPerFrame, 0) +
                            " ms that were searched; --max-offset-ms searches further."});
    if (a.video.audio_tracks.size() > 1)
        told.push_back({"other_tracks",
                        "The file has " + std::to_string(a.video.audio_tracks.size()) +
                            " audio tracks; this is about the one that was compared. --audio-track "
                            "takes another."});
    if (a.damage.packets > 0)
        told.push_back(
            {"damaged", std::to_string(a.damage.packets) + " damaged pieces were passed over."});
    if (a.damage.truncated)
        told.push_back({"cut_off", "The file ends before its header says: its end was not seen."});
    if (a.stopped)
        told.push_back({"stopped", "The analysis stopped early (--early): the rest was not seen."});
    return told;
}

std::string allowed_text(double offset_ms, const Limit& l) {
    return offset_ms > 0 ? fixed_point(l.early_ms, 0) + " ms early"
                         : fixed_point(l.late_ms, 0) + " ms late";
}

}  // namespace

Review review(const std::filesystem::path& video, pipeline::Analysis analysis, Standard standard,
              const std::string& flags) {
    Review r{.video = video.string(), .analysis = std::move(analysis), .standard = standard};
    r.times = media::TimeCodes(r.analysis.video);
    r.offsets = offsets_over_time(r.analysis);
    r.judgements = judge(r.offsets);
    r.markers = find_markers(r.analysis, r.offsets, standard);
    r.proposal = propose(r.analysis, r.offsets, video, flags);
    for (const OffsetPoint& p : r.offsets)
        r.compared_seconds += static_cast<double>(p.frames.frames()) / media::kFrameRate;
    if (r.analysis.timeline) r.speech_seconds = seconds_of(r.analysis.timeline->speech);
    r.not_judged = not_judged(r);
    return r;
}

std::string headline(const Review& r) {
    const Judgement& j = r.deciding();
    const Limit& l = limit(j.limit);
    const std::string name(l.name);
    const std::string worst = score::offset_text(j.worst_ms / kMsPerFrame);
    std::string text;
    switch (j.outcome) {
        case Outcome::pass:
            text = "Passes " + name + ": at worst the audio is " + worst + ".";
            break;
        case Outcome::borderline:
            text = "Borderline by " + name + ": at worst the audio is " + worst +
                   ", too near to the limit (" + allowed_text(j.worst_ms, l) +
                   ") to tell on which side.";
            break;
        case Outcome::fail:
            text = "Fails " + name + ": at worst the audio is " + worst + ", and " +
                   allowed_text(j.worst_ms, l) + " is the most allowed.";
            break;
        case Outcome::not_judged:
            return "Not judged by " + name + ": " + score::sentences(r.analysis.verdict.reasons);
    }
    const auto mismatches =
        std::ranges::count(r.markers, MarkerKind::voice_mismatch, &Marker::kind);
    if (mismatches > 0) text += " In part the voice does not match the lips.";
    return text;
}

}  // namespace syncnet::report
