#include "report/offsets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace syncnet::report {
namespace {

using score::Reason;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;
// A window that lies farther from its passage's offset found another minimum by chance.
constexpr double kAgreeingFrames = 2;

struct Measured {
    std::int64_t middle;
    double expected;  // of the passage, along its drift; frames
    double beyond;    // what was measured more than that
};

double frames_per_frame(const score::Voice& voice) {
    if (!voice.drift || !voice.drift->significant) return 0;
    return voice.drift->ms_per_s / 1000;
}

// The windows in the passage that measured its offset, by the face that it belongs to.
std::vector<Measured> measured(const score::Passage& passage, const pipeline::Timeline& timeline,
                               double drift) {
    std::vector<Measured> found;
    const auto track =
        std::ranges::find(timeline.tracks, passage.face, &pipeline::TrackTimeline::id);
    if (track == timeline.tracks.end()) return found;
    const auto middle = static_cast<double>(passage.frames.from + passage.frames.to) / 2;
    for (const pipeline::Window& w : track->windows) {
        const std::int64_t at = (w.frames.from + w.frames.to) / 2;
        if (!passage.frames.contains(at) || !w.evidence()) continue;
        const double expected = passage.offset_frames + drift * (static_cast<double>(at) - middle);
        const double beyond = w.result->fine_offset_frames - expected;
        if (std::abs(beyond) <= kAgreeingFrames)
            found.push_back({.middle = at, .expected = expected, .beyond = beyond});
    }
    return found;
}

// By the three that are nearest; by fewer where there are no more. A drift is none of their
// differences, so that the ends of a passage are not pulled to its middle.
double median_at(std::span<const Measured> all, std::size_t index) {
    const std::size_t first = std::min(index - std::min<std::size_t>(index, 1),
                                       all.size() - std::min<std::size_t>(all.size(), 3));
    std::vector<double> near;
    for (const Measured& m : all.subspan(first, std::min<std::size_t>(3, all.size())))
        near.push_back(m.beyond);
    std::ranges::sort(near);
    return all[index].expected + std::midpoint(near[(near.size() - 1) / 2], near[near.size() / 2]);
}

// They lie side by side and fill the passage.
void add_points(const score::Passage& passage, std::span<const Measured> all,
                std::vector<OffsetPoint>& points) {
    if (all.empty()) {
        points.push_back({.frames = passage.frames,
                          .offset_ms = passage.offset_frames * kMsPerFrame,
                          .face = passage.face});
        return;
    }
    std::int64_t from = passage.frames.from;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::int64_t to =
            i + 1 < all.size() ? (all[i].middle + all[i + 1].middle) / 2 : passage.frames.to;
        points.push_back({.frames = {.from = from, .to = to},
                          .offset_ms = median_at(all, i) * kMsPerFrame,
                          .face = passage.face});
        from = to;
    }
}

}  // namespace

bool has_offset(const pipeline::Analysis& analysis) {
    constexpr std::array kNone{Reason::voice_does_not_match, Reason::lips_do_not_move,
                               Reason::uncertain, Reason::too_little_speech};
    return analysis.verdict.score && std::ranges::none_of(kNone, [&](Reason r) {
               return score::has(analysis.verdict.reasons, r);
           });
}

std::vector<OffsetPoint> offsets_over_time(const pipeline::Analysis& analysis) {
    std::vector<OffsetPoint> points;
    if (!has_offset(analysis) || !analysis.timeline) return points;
    const double drift = frames_per_frame(analysis.voice);
    for (const score::Passage& p : analysis.voice.passages)
        if (p.fits) add_points(p, measured(p, *analysis.timeline, drift), points);
    return points;
}

}  // namespace syncnet::report
