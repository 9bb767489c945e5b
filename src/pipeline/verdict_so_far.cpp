#include "pipeline/verdict_so_far.h"

#include <algorithm>

#include "base/json_field.h"
#include "media/reader.h"

namespace syncnet::pipeline {
namespace {

using nlohmann::json;

// Nobody is told what to do before there was time to do it.
constexpr double kPatienceSeconds = 1.2;
// After which a face that isn't there any more is missing.
constexpr std::int64_t kAwayFrames = media::kFrameRate;
// Smaller faces have too few pixels for their lips in most cameras' light.
constexpr float kSmallFace = 80;
// Of the time that went by, so much speech is little; of speech with a face in view, so much of it
// with a readable mouth.
constexpr double kLittleSpeech = 0.2, kLittleReadable = 0.5;

std::vector<const TrackAnalysis*> in_view(const Analysis& so_far) {
    const auto now = static_cast<std::int64_t>(so_far.seconds * media::kFrameRate);
    std::vector<const TrackAnalysis*> faces;
    for (const TrackAnalysis& t : so_far.tracks)
        if (t.first_frame + t.frames >= now - kAwayFrames) faces.push_back(&t);
    return faces;
}

}  // namespace

std::string_view to_string(Hint hint) {
    switch (hint) {
        case Hint::no_audio:
            return "no_audio";
        case Hint::no_face:
            return "no_face";
        case Hint::face_too_small:
            return "face_too_small";
        case Hint::mouth_covered:
            return "mouth_covered";
        case Hint::speak_louder:
            break;
    }
    return "speak_louder";
}

std::vector<Hint> hints(const Analysis& so_far) {
    const score::Evidence& e = so_far.evidence;
    if (e.seconds < kPatienceSeconds) return {};
    std::vector<Hint> found;
    if (!e.has_audio) found.push_back(Hint::no_audio);
    const auto faces = in_view(so_far);
    // One that has just come isn't followed yet.
    const bool came = e.any_face && so_far.tracks.empty() && e.seconds < 2 * kPatienceSeconds;
    const auto small = [](const TrackAnalysis* t) {
        return t->last_box.right - t->last_box.left < kSmallFace;
    };
    if (faces.empty() && !came) found.push_back(Hint::no_face);
    if (!faces.empty() && std::ranges::all_of(faces, small)) found.push_back(Hint::face_too_small);
    if (!faces.empty() && e.seen > 0 && e.readable < kLittleReadable * e.seen)
        found.push_back(Hint::mouth_covered);
    if (e.has_audio && e.speech < kLittleSpeech * e.seconds) found.push_back(Hint::speak_louder);
    return found;
}

json verdict_so_far(const Analysis& a) {
    json codes = json::array();
    for (const score::Why& why : a.verdict.reasons) codes.push_back(score::to_string(why.reason));
    json hinted = json::array();
    for (const Hint hint : hints(a)) hinted.push_back(to_string(hint));
    json faces = json::array();
    for (const TrackAnalysis* const t : in_view(a)) {
        const face::Box& b = t->last_box;
        faces.push_back(
            {{"track", t->id},
             {"box",
              {rounded(b.left, 1), rounded(b.top, 1), rounded(b.right, 1), rounded(b.bottom, 1)}}});
    }
    json verdict{{"seconds", rounded(a.seconds, 2)},
                 {"decision", score::to_string(a.verdict.decision)},
                 {"score", nullptr},
                 {"offset_frames", nullptr},
                 {"confidence", nullptr},
                 {"evidence_s", rounded(a.voice.evidence_seconds, 2)},
                 {"speech_s", rounded(a.evidence.speech, 2)},
                 {"reason_codes", codes},
                 {"hints", hinted},
                 {"width", a.width},
                 {"height", a.height},
                 {"faces", faces}};
    if (a.verdict.score) {
        verdict["score"] = rounded(*a.verdict.score, 4);
        verdict["offset_frames"] = a.voice.result->offset_frames;
        verdict["confidence"] = rounded(a.voice.result->confidence, 3);
    }
    return verdict;
}

}  // namespace syncnet::pipeline
