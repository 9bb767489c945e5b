#include "score/sentences.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "base/number_text.h"
#include "score/rate_mix_up.h"

namespace syncnet::score {
namespace {

constexpr double kMsPerFrame = 40;
constexpr std::size_t kPlacesTold = 3;

std::string in_seconds(double value) {
    return fixed_point(value, 1) + " s";
}

std::string at(std::int64_t frame) {
    return in_seconds(static_cast<double>(frame) * kMsPerFrame / 1000);
}

std::string in_ms(double frames) {
    return std::to_string(std::lround(std::abs(frames) * kMsPerFrame)) + " ms";
}

// "a", "a and b", "a, b and 3 more"
std::string listed(std::span<const std::string> all) {
    std::string text;
    const std::size_t told = std::min(all.size(), kPlacesTold);
    for (std::size_t i = 0; i < told; ++i) {
        if (i > 0) text += i + 1 == told && told == all.size() ? " and " : ", ";
        text += all[i];
    }
    if (told < all.size()) text += " and " + std::to_string(all.size() - told) + " more";
    return text;
}

}  // namespace

std::string offset_text(double offset_frames) {
    if (std::lround(offset_frames * kMsPerFrame) == 0) return "in place";
    return in_ms(offset_frames) + (offset_frames > 0 ? " early" : " late");
}

std::string sentence(Reason reason, const Evidence& e, const Calibration& c) {
    switch (reason) {
        case Reason::no_audio:
            return "There is no audio in this video. Record it again with the microphone on.";
        case Reason::no_face:
            return "No face was found. Face the camera, near enough and in good light.";
        case Reason::no_speech:
            return "Nobody is heard speaking. Record again and speak for at least 2 s.";
        case Reason::too_short:
            return "The video is only " + in_seconds(e.seconds) + " long. Record at least " +
                   in_seconds(std::max(2.0, c.min_face_seconds)) + ".";
        case Reason::mouth_not_visible:
            return "The mouth can't be seen well enough while speech is heard (" +
                   in_seconds(e.readable) + " of " + in_seconds(e.speech) +
                   "). Keep the whole face in view and nothing in front of the mouth.";
        case Reason::too_little_speech:
            return "Only " + in_seconds(e.readable) +
                   " of speech was heard while the mouth was visible. Record at least 2 s, facing "
                   "the camera.";
        case Reason::lips_do_not_move:
            return "The lips keep still through " + in_seconds(e.still) +
                   " of speech: a photograph, a frozen image, or a voice over a silent face. "
                   "Let the person speak into the camera.";
        case Reason::file_cut_off:
            return "The file ends before its end: a part is missing. Send the whole file.";
        default:
            return {};
    }
}

std::string in_sync_sentence(const Voice& voice) {
    return "The voice belongs to the lips: " + in_seconds(voice.evidence_seconds) +
           " of speech fit the mouth that is seen.";
}

std::string little_sentence(const Voice& voice) {
    return "Only " + in_seconds(voice.evidence_seconds) +
           " of speech was heard while the mouth was visible, too little to be sure. Record at "
           "least 2 s, facing the camera.";
}

std::string uncertain_sentence(const Voice& voice, const Thresholds& thresholds) {
    const bool off = std::abs(voice.result->offset_frames) > thresholds.max_offset_frames;
    return "The voice may or may not belong to the lips" +
           std::string(off ? " (if it does, it is " + offset_text(voice.result->offset_frames) + ")"
                           : "") +
           ". Record again with more light and less noise, or let a person look at it.";
}

std::string mismatch_sentence(const Voice& voice, int max_offset) {
    return "The voice doesn't fit the lips at any offset up to " + in_ms(max_offset) + ", over " +
           in_seconds(voice.compared_seconds) +
           " of speech with the mouth in view: it is another's, or dubbed. Let a person look at "
           "it.";
}

std::string part_sentence(const Voice& voice) {
    std::vector<std::string> places;
    for (const Passage& p : voice.passages)
        if (!p.fits) {
            places.push_back("from " + at(p.frames.from) + " to " + at(p.frames.to));
        }
    return "The voice fits for " + in_seconds(voice.fitting_seconds) + ", but not " +
           listed(places) +
           ": another face is shown there, or the audio was changed. Look at that part.";
}

std::string offset_sentence(const Voice& voice, int max_offset) {
    const double offset = voice.result->offset_frames;
    const std::string by = voice.beyond_range ? "more than " + in_ms(max_offset)
                                              : in_ms(voice.result->fine_offset_frames);
    return "The voice fits the lips, but the audio comes " + by +
           (offset > 0 ? " too early" : " too late") +
           ". Move it back into place (`syncnet fix`), or check the camera and the connection.";
}

std::string edge_sentence(int max_offset) {
    return "The offset is more than " + in_ms(max_offset) +
           ", the end of what was searched. Search further with --max-offset-ms.";
}

std::string drift_sentence(const Drift& drift) {
    const auto mix_up = rate_mix_up(drift);
    return "The audio runs too " + std::string(drift.ms_per_s > 0 ? "fast" : "slow") + ": it " +
           (drift.ms_per_s > 0 ? "gains " : "loses ") + fixed_point(std::abs(drift.ms_per_s), 1) +
           " ms (give or take " + fixed_point(drift.error, 1) + ") a second" +
           (mix_up ? ", as " + std::string(mix_up->what) + " do" : "") +
           ". Convert the audio to the speed of the video before anything else.";
}

std::string jumps_sentence(std::span<const Jump> jumps) {
    std::vector<std::string> places;
    for (const Jump& j : jumps)
        places.push_back("at " + at(j.frame) + " from " + offset_text(j.from) + " to " +
                         offset_text(j.to));
    return "The offset of the audio jumps " + listed(places) +
           ". Cut the video there and mend the parts.";
}

}  // namespace syncnet::score
