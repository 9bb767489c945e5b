#include "report/markers.h"

#include <algorithm>
#include <array>

#include "base/number_text.h"
#include "report/steps.h"
#include "report/stretches.h"
#include "score/sentences.h"

namespace syncnet::report {
namespace {

using score::Reason;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;
// Less is no part of its own, and nothing that anybody would look for.
constexpr double kLeastMismatchSeconds = 0.8;
constexpr std::int64_t kLeastUnseenFrames = media::kFrameRate;

constexpr std::array kKinds{
    MarkerKindInfo{MarkerKind::leaves_limit, "leaves_limit", "Outside the limit", "RED"},
    MarkerKindInfo{MarkerKind::reenters_limit, "reenters_limit", "Back inside the limit", "GREEN"},
    MarkerKindInfo{MarkerKind::near_limit, "near_limit", "At the limit", "YELLOW"},
    MarkerKindInfo{MarkerKind::jump, "jump", "The offset jumps", "RED"},
    MarkerKindInfo{MarkerKind::drift, "drift", "The audio drifts", "RED"},
    MarkerKindInfo{MarkerKind::voice_mismatch, "voice_mismatch", "The voice does not match", "RED"},
    MarkerKindInfo{MarkerKind::lips_unseen, "lips_unseen", "No lips in view", "BLUE"},
};

std::string audio_is(double offset_ms) {
    return "the audio is " + score::offset_text(offset_ms / kMsPerFrame);
}

std::string named(const Limit& l) {
    return std::string(l.name) + " (" + std::string(l.clause) + ": " + range_text(l) + ")";
}

std::string in_seconds(double seconds) {
    return fixed_point(seconds, 1) + " s";
}

// One limit: where it is left, where it is kept again, where nobody can tell.
class LimitMarkers {
  public:
    LimitMarkers(const Limit& limit, std::vector<Marker>& markers)
        : limit_(&limit), markers_(&markers) {}

    void add(std::span<const OffsetPoint> offsets) {
        for (const Stretch& s : stretches(offsets, *limit_)) {
            if (s.place == Place::inside)
                add_return(s);
            else
                add_stretch(s);
            left_ = s.place == Place::outside;
        }
    }

  private:
    void add_return(const Stretch& s) {
        if (!left_) return;
        put(MarkerKind::reenters_limit, {.from = s.frames.from, .to = s.frames.from + 1},
            s.first_ms,
            "From here " + audio_is(s.first_ms) + ": within " + named(*limit_) + " again.");
    }
    void add_stretch(const Stretch& s) {
        if (s.place == Place::outside)
            put(MarkerKind::leaves_limit, s.frames, s.worst_ms,
                "Here " + audio_is(s.worst_ms) + ", at worst: outside " + named(*limit_) + ".");
        else
            put(MarkerKind::near_limit, s.frames, s.worst_ms,
                "Here " + audio_is(s.worst_ms) + ": too near to the limit of " + named(*limit_) +
                    " to tell on which side, as it is measured to " +
                    fixed_point(kUncertaintyMs, 0) + " ms.");
    }
    void put(MarkerKind kind, Interval frames, double offset_ms, std::string text) {
        markers_->push_back({.kind = kind,
                             .frames = frames,
                             .limit = limit_->id,
                             .offset_ms = offset_ms,
                             .text = std::move(text)});
    }

    const Limit* limit_;
    std::vector<Marker>* markers_;
    bool left_ = false;
};

void add_jumps(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets,
               std::vector<Marker>& markers) {
    for (const Step& s : steps(analysis, offsets))
        markers.push_back({.kind = MarkerKind::jump,
                           .frames = {.from = s.frame, .to = s.frame + 1},
                           .offset_ms = s.to_ms,
                           .text = "The offset of the audio jumps: before, it is " +
                                   score::offset_text(s.from_ms / kMsPerFrame) + ", from here on " +
                                   score::offset_text(s.to_ms / kMsPerFrame) + "."});
}

void add_drift(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets,
               std::vector<Marker>& markers) {
    if (offsets.empty() || !drifts(analysis, offsets)) return;
    markers.push_back(
        {.kind = MarkerKind::drift,
         .frames = {.from = offsets.front().frames.from, .to = offsets.back().frames.to},
         .text = score::drift_sentence(*analysis.voice.drift)});
}

Marker mismatch(Interval frames, double seconds) {
    return {.kind = MarkerKind::voice_mismatch,
            .frames = frames,
            .text = "The voice fits the lips in view at no offset, over " + in_seconds(seconds) +
                    " that could be compared: another's, dubbed, or another shot. Let a person "
                    "look at it."};
}

// All of it, or parts of it.
void add_mismatches(const pipeline::Analysis& analysis, std::vector<Marker>& markers) {
    const auto& passages = analysis.voice.passages;
    if (passages.empty()) return;
    if (score::has(analysis.verdict.reasons, Reason::voice_does_not_match)) {
        markers.push_back(
            mismatch({.from = passages.front().frames.from, .to = passages.back().frames.to},
                     analysis.voice.compared_seconds));
        return;
    }
    if (!has_offset(analysis)) return;
    for (std::size_t first = 0; first < passages.size();) {
        std::size_t last = first;
        double seconds = 0;
        for (; last < passages.size() && !passages[last].fits; ++last)
            seconds += passages[last].evidence_seconds;
        if (seconds >= kLeastMismatchSeconds)
            markers.push_back(
                mismatch({.from = passages[first].frames.from, .to = passages[last - 1].frames.to},
                         seconds));
        first = std::max(last, first + 1);
    }
}

void add_unseen(const pipeline::Analysis& analysis, std::vector<Marker>& markers) {
    std::vector<Interval> read;
    for (const pipeline::TrackAnalysis& t : analysis.tracks)
        read.insert(read.end(), t.read.begin(), t.read.end());
    for (const Interval& i : without(analysis.timeline->speech, std::move(read))) {
        if (i.frames() < kLeastUnseenFrames) continue;
        const double seconds = static_cast<double>(i.frames()) / media::kFrameRate;
        markers.push_back(
            {.kind = MarkerKind::lips_unseen,
             .frames = i,
             .text = in_seconds(seconds) +
                     " of speech while no lips can be read: nothing to judge it by."});
    }
}

}  // namespace

const MarkerKindInfo& info(MarkerKind kind) {
    return *std::ranges::find(kKinds, kind, &MarkerKindInfo::kind);
}

std::vector<Marker> find_markers(const pipeline::Analysis& analysis,
                                 std::span<const OffsetPoint> offsets, Standard standard) {
    std::vector<Marker> markers;
    for (const LimitId id : required(standard)) LimitMarkers(limit(id), markers).add(offsets);
    add_jumps(analysis, offsets, markers);
    add_drift(analysis, offsets, markers);
    add_mismatches(analysis, markers);
    if (analysis.timeline) add_unseen(analysis, markers);
    std::ranges::stable_sort(markers, {}, [](const Marker& m) { return m.frames.from; });
    return markers;
}

}  // namespace syncnet::report
