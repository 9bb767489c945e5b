#include "pipeline/explanation.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "base/number_text.h"

namespace syncnet::pipeline {
namespace {

using score::Decision;
using score::Reason;

constexpr int kMsPerFrame = 1000 / media::kFrameRate;
constexpr std::size_t kCarryingWindows = 3;
constexpr int kAgreeingFrames = 1;
// What bisection looks through; far beyond what is ever measured.
constexpr double kMostConfidence = 40, kMostDistance = 60, kMostEvidence = 1e6;
constexpr int kBisections = 60;

std::string seconds_text(double seconds) {
    return fixed_point(seconds, 1) + " s";
}

std::string number(double value) {
    return fixed_point(value, 2);
}

std::string frames_text(int count) {
    return std::to_string(count) + (count == 1 ? " frame" : " frames");
}

// "40 ms early"
std::string offset_text(int offset) {
    if (offset == 0) return "in its place";
    return std::to_string(std::abs(offset) * kMsPerFrame) + " ms " +
           (offset > 0 ? "early" : "late");
}

bool has(const score::Verdict& verdict, Reason reason) {
    return score::has(verdict.reasons, reason);
}

// Asks the score itself, so that it stays true whatever form that has.
class Question {
  public:
    Question(const score::Voice& voice, const score::Calibration& calibration, double threshold)
        : result_(*voice.result),
          faces_(voice.faces),
          calibration_(&calibration),
          threshold_(threshold) {}

    double score() const { return score::score(result_, *calibration_, faces_); }
    Question in_place() const {
        Question other = *this;
        other.result_.offset_frames = 0;
        return other;
    }

    // Where between `worst` and `best` the threshold is reached. `set` puts a value into a result.
    template <class Set>
    std::optional<double> needed(double worst, double best, Set set) const {
        const auto reached = [&](double value) {
            sync::SyncResult other = result_;
            set(other, value);
            return score::score(other, *calibration_, faces_) >= threshold_;
        };
        if (!reached(best)) return std::nullopt;
        if (reached(worst)) return worst;
        for (int i = 0; i < kBisections; ++i) {
            const double middle = std::midpoint(worst, best);
            (reached(middle) ? best : worst) = middle;
        }
        return best;
    }

  private:
    sync::SyncResult result_;
    int faces_;
    const score::Calibration* calibration_;
    double threshold_;
};

std::vector<std::string> what_was_seen(const Analysis& a) {
    std::vector<std::string> seen;
    seen.push_back(seconds_text(a.seconds) + " of video, " + std::to_string(a.video.width) + "x" +
                   std::to_string(a.video.height) + ", " +
                   (a.shots == 1 ? "one shot" : std::to_string(a.shots) + " shots"));
    if (a.tracks.empty())
        seen.emplace_back(a.evidence.any_face
                              ? "A face, but never for long enough to follow its lips"
                              : "No face");
    else
        seen.push_back(a.tracks.size() == 1
                           ? std::string("One face")
                           : std::to_string(a.tracks.size()) + " faces, or shots with one");
    if (!a.evidence.has_audio) {
        seen.emplace_back("No audio");
    } else {
        seen.push_back(seconds_text(a.evidence.speech) + " of speech, " +
                       seconds_text(a.evidence.readable) + " of it while a mouth could be read");
        if (a.voice.mismatched_seconds > 0)
            seen.push_back("Of what could be compared, " + seconds_text(a.voice.fitting_seconds) +
                           " fit the lips and " + seconds_text(a.voice.mismatched_seconds) +
                           " don't");
    }
    if (a.voice.drift && a.verdict.score)
        seen.push_back("The offset changes by " + fixed_point(a.voice.drift->ms_per_s, 1) +
                       " ms a second, give or take " + fixed_point(a.voice.drift->error, 1) +
                       (a.voice.drift->significant ? "" : ": no drift"));
    if (a.damage.packets > 0)
        seen.push_back(std::to_string(a.damage.packets) + " damaged pieces that were passed over");
    if (a.damage.truncated) seen.emplace_back("The file ends before its header says");
    return seen;
}

std::string what_was_decided(const Analysis& a) {
    const score::Thresholds& t = a.thresholds;
    std::string text(score::to_string(a.verdict.decision));
    text += ": " + score::sentences(a.verdict.reasons);
    if (!a.verdict.score)
        return text + " That is not enough to measure the fit by, so no score is given.";
    return text + " The score is " + number(*a.verdict.score) + "; ALLOW takes " + number(t.allow) +
           " and audio that is at most " + frames_text(t.max_offset_frames) + " (" +
           std::to_string(t.max_offset_frames * kMsPerFrame) + " ms) off, NEXT takes " +
           number(t.next) + ".";
}

// `most`: the part counts for more the less it is.
std::string enough_text(const ScorePart& part, bool most, int places) {
    if (!part.needed) return "Not enough, and by this alone it could not be.";
    const std::string needed = fixed_point(*part.needed, places);
    if (part.enough)
        return (most ? "Enough: up to " : "Enough: down to ") + needed + " it would be.";
    return (most ? "Not enough: at most " : "Not enough: at least ") + needed + " is needed.";
}

std::vector<ScorePart> parts_of(const sync::SyncResult& r, const Question& whole,
                                const score::Thresholds& thresholds) {
    // An offset that is too large is told of by itself; the rest is judged as if it were not there.
    const bool in_time = std::abs(r.offset_frames) <= thresholds.max_offset_frames;
    const Question ask = in_time ? whole : whole.in_place();
    ScorePart confidence{
        .name = "confidence",
        .value = r.confidence,
        .needed = ask.needed(0, kMostConfidence, [](auto& x, double v) { x.confidence = v; })};
    confidence.enough = confidence.needed && r.confidence >= *confidence.needed;
    confidence.text = "Confidence " + number(r.confidence) +
                      ": how clearly one offset fits better than the others. " +
                      enough_text(confidence, false, 2);

    ScorePart distance{
        .name = "min_dist",
        .value = r.min_dist,
        .needed = ask.needed(kMostDistance, 0, [](auto& x, double v) { x.min_dist = v; })};
    distance.enough = distance.needed && r.min_dist <= *distance.needed;
    distance.text = "Distance " + number(r.min_dist) +
                    ": how far lips and audio are apart where they fit best; less is better. " +
                    enough_text(distance, true, 2);

    ScorePart evidence{
        .name = "evidence",
        .value = r.evidence,
        .needed = ask.needed(1, kMostEvidence, [](auto& x, double v) { x.evidence = v; })};
    evidence.enough = evidence.needed && evidence.value >= *evidence.needed;
    evidence.text = "Evidence " + fixed_point(r.evidence, 0) +
                    ": frames (25 a second) with speech and a mouth that can be read, to compare; "
                    "the more, the less is chance. " +
                    enough_text(evidence, false, 0);

    ScorePart offset{.name = "offset_frames", .value = static_cast<double>(r.offset_frames)};
    offset.enough = in_time;
    offset.text = "Offset " + std::to_string(r.offset_frames) + ": the audio is " +
                  offset_text(r.offset_frames) + ". ";
    const std::string here = number(whole.score()), in_place = number(whole.in_place().score());
    if (here != in_place)
        offset.text += "In its place the score would be " + in_place + " instead of " + here + ". ";
    offset.text += offset.enough ? "Near enough." : "Too far off for ALLOW, whatever the score.";
    return {confidence, distance, evidence, offset};
}

WindowRole role_of(const Window& w, int offset) {
    if (!w.evidence()) return WindowRole::no_evidence;
    return std::abs(w.result->offset_frames - offset) <= kAgreeingFrames ? WindowRole::agrees
                                                                         : WindowRole::disagrees;
}

std::string describe(std::span<const Window> windows, WindowRole role) {
    if (role == WindowRole::no_evidence) {
        const bool speech = std::ranges::any_of(windows, &Window::enough_speech);
        const bool lips = std::ranges::any_of(windows, &Window::enough_lips);
        return lips && !speech   ? "too little speech to tell"
               : speech && !lips ? "the lips are out of sight"
                                 : "too little speech or lips out of sight";
    }
    const auto [least, most] =
        std::ranges::minmax(windows, {}, [](const Window& w) { return w.result->offset_frames; });
    const int low = least.result->offset_frames, high = most.result->offset_frames;
    std::string text = role == WindowRole::agrees ? "fits the clip's offset" : "fits elsewhere";
    text += low == high ? ": audio " + offset_text(low)
                        : ": audio from " + offset_text(low) + " to " + offset_text(high);
    return text;
}

std::vector<WindowSpan> spans_of(const TrackTimeline& track, int offset) {
    std::vector<WindowSpan> spans;
    const std::span windows(track.windows);
    for (std::size_t first = 0; first < windows.size();) {
        const WindowRole role = role_of(windows[first], offset);
        std::size_t last = first + 1;
        while (last < windows.size() && role_of(windows[last], offset) == role) ++last;
        const auto same = windows.subspan(first, last - first);
        spans.push_back({.frames = {.from = same.front().frames.from, .to = same.back().frames.to},
                         .role = role,
                         .windows = static_cast<int>(same.size()),
                         .text = describe(same, role)});
        first = last;
    }
    return spans;
}

std::vector<CarryingWindow> carrying(const TrackTimeline& track, int offset) {
    std::vector<CarryingWindow> found;
    for (const Window& w : track.windows)
        if (role_of(w, offset) == WindowRole::agrees)
            found.push_back({.frames = w.frames, .result = *w.result});
    std::ranges::sort(found, std::greater{},
                      [](const CarryingWindow& w) { return w.result.confidence; });
    if (found.size() > kCarryingWindows) found.resize(kCarryingWindows);
    return found;
}

std::vector<std::string> without_evidence(const Analysis& a, const score::Calibration& c) {
    std::vector<std::string> change;
    if (has(a.verdict, Reason::no_audio)) change.emplace_back("Audio with a voice in it");
    if (has(a.verdict, Reason::too_short))
        change.push_back("A video of at least " + seconds_text(c.min_face_seconds) + "; it has " +
                         seconds_text(a.seconds));
    if (has(a.verdict, Reason::no_face))
        change.emplace_back("A face that is large enough and in the light");
    if (has(a.verdict, Reason::mouth_not_visible))
        change.emplace_back("A mouth that can be seen while speech is heard");
    if (has(a.verdict, Reason::no_speech) || has(a.verdict, Reason::too_little_speech))
        change.push_back("At least " + seconds_text(c.min_speech_seconds) +
                         " of speech while the mouth is visible; there were " +
                         seconds_text(a.evidence.readable));
    if (has(a.verdict, Reason::lips_do_not_move)) change.emplace_back("Lips that move");
    return change;
}

// What one measurement would have to be for the other decision.
std::string change_of(const ScorePart& part, bool allowed) {
    if (part.name == "evidence") {
        const std::string count = fixed_point(*part.needed, 0);
        if (allowed) return "Fewer than " + count + " frames to compare";
        return count + " frames to compare that fit as well (" +
               seconds_text(*part.needed / media::kFrameRate) + ")";
    }
    const bool distance = part.name == "min_dist";
    return std::string(distance ? "A distance " : "A confidence ") +
           (distance == allowed ? "above " : "below ") + number(*part.needed);
}

std::vector<std::string> what_would_change(const Analysis& a, const std::vector<ScorePart>& parts,
                                           const Question& ask) {
    const score::Thresholds& t = a.thresholds;
    const bool allowed = a.verdict.decision == Decision::allow;
    std::vector<std::string> change;
    if (has(a.verdict, Reason::offset_too_large)) {
        const double moved = ask.in_place().score();
        change.push_back("The audio in its place: the score would be " + number(moved) +
                         (moved >= t.allow ? ", which is ALLOW" : ", which is NEXT"));
        return change;
    }
    if (has(a.verdict, Reason::drifts)) change.emplace_back("Audio that runs at the right speed");
    if (has(a.verdict, Reason::jumps)) change.emplace_back("One offset from beginning to end");
    if (has(a.verdict, Reason::part_does_not_match))
        change.emplace_back("Speech that fits the face in view all the time");
    if (!change.empty()) return change;
    if (allowed)
        change.push_back("Audio that is more than " + frames_text(t.max_offset_frames) + " off");
    else if (std::ranges::any_of(
                 parts, [](const ScorePart& p) { return p.name == "offset_frames" && !p.enough; }))
        change.emplace_back("The audio in its place, and one of these:");
    for (const ScorePart& part : parts) {
        if (!part.needed || part.enough != allowed) continue;
        // Where the least possible is enough, there is nothing below it.
        if (allowed && part.name != "min_dist" && *part.needed <= 1) continue;
        change.push_back(change_of(part, allowed));
    }
    if (change.empty())
        change.emplace_back(
            "No single measurement: lips and audio would have to fit better in "
            "several ways");
    return change;
}

std::vector<std::string> what_to_do(const Analysis& a) {
    std::vector<std::string> steps;
    if (has(a.verdict, Reason::in_sync)) steps.emplace_back("Nothing: it is as it should be.");
    if (has(a.verdict, Reason::drifts))
        steps.emplace_back(
            "Give the audio the speed of the video: `syncnet fix --drift keep-pitch`, or "
            "`--drift "
            "resample` where rates were mixed up.");
    else if (has(a.verdict, Reason::jumps))
        steps.emplace_back(
            "The offset changes on the way: `syncnet windows` shows where; cut the video there and "
            "look at its parts.");
    else if (has(a.verdict, Reason::offset_too_large))
        steps.emplace_back("`syncnet fix` takes the offset out without encoding anything again.");
    if (has(a.verdict, Reason::voice_does_not_match) ||
        has(a.verdict, Reason::part_does_not_match) || has(a.verdict, Reason::lips_do_not_move))
        steps.emplace_back(
            "`syncnet visualise` shows face, audio and offset side by side, for a person to look "
            "at.");
    if (has(a.verdict, Reason::voice_does_not_match))
        steps.emplace_back(
            "Take the voice for another's: dubbed, replaced or generated - or of somebody who is "
            "not in view.");
    if (has(a.verdict, Reason::uncertain))
        steps.emplace_back(
            "Ask for another recording: longer, nearer, with more light and less noise - or let a "
            "person look at it.");
    if (a.verdict.decision == Decision::next &&
        (!a.verdict.score || has(a.verdict, Reason::too_little_speech)))
        steps.emplace_back(
            "Record again: the whole face in sight, the person speaking for at least 2 s.");
    if (has(a.verdict, Reason::file_cut_off)) steps.emplace_back("Send the whole file.");
    return steps;
}

}  // namespace

std::string_view to_string(WindowRole role) {
    switch (role) {
        case WindowRole::agrees:
            return "agrees";
        case WindowRole::disagrees:
            return "disagrees";
        case WindowRole::no_evidence:
            return "no_evidence";
    }
    return "no_evidence";
}

Explanation explain(const Analysis& analysis, const score::Calibration& calibration) {
    Explanation e{.decision = what_was_decided(analysis), .seen = what_was_seen(analysis)};
    e.next_steps = what_to_do(analysis);
    if (!analysis.verdict.score) {
        e.would_change = without_evidence(analysis, calibration);
        return e;
    }
    const sync::SyncResult& result = *analysis.voice.result;
    const Question ask(analysis.voice, calibration, analysis.thresholds.allow);
    e.parts = parts_of(result, ask, analysis.thresholds);
    if (analysis.timeline) {
        const TrackTimeline& track = analysis.timeline->tracks.front();
        e.windows = spans_of(track, result.offset_frames);
        e.carried_by = carrying(track, result.offset_frames);
    }
    e.would_change = what_would_change(analysis, e.parts, ask);
    return e;
}

}  // namespace syncnet::pipeline
