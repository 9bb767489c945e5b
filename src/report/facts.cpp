#include "report/facts.h"

#include "base/number_text.h"
#include "report/steps.h"
#include "score/sentences.h"

namespace syncnet::report {
namespace {

std::string rate_text(const pipeline::Analysis& a) {
    const media::FrameRate& rate = a.video.frame_rate;
    if (rate.frames == 0) {
        if (a.video.fps <= 0) return "not known";
        return fixed_point(a.video.fps, 2) + " images a second, or varying";
    }
    const std::string number =
        rate.seconds == 1 ? std::to_string(rate.frames) : fixed_point(rate.per_second(), 3);
    return number + " images a second";
}

std::string time_code_text(const Review& r) {
    if (!r.times.from_file())
        return "none in the file: counted from 00:00:00:00, at " +
               fixed_point(r.times.rate().per_second(), r.times.rate().seconds == 1 ? 0 : 3) +
               " a second";
    return r.analysis.video.time_code + (r.times.drops() ? ", drop frame" : ", non-drop frame");
}

std::string audio_text(const pipeline::Analysis& a) {
    if (!a.audio_search || a.video.audio_tracks.empty()) return "none";
    const auto& pick = a.audio_search->chosen.pick;
    const auto& track = a.video.audio_tracks[static_cast<std::size_t>(pick.track)];
    std::string text = "track " + std::to_string(pick.track + 1) + " of " +
                       std::to_string(a.video.audio_tracks.size()) + ": " + track.codec + ", " +
                       track.layout + ", " + std::to_string(track.sample_rate) + " Hz";
    if (!track.language.empty() && track.language != "und") text += ", " + track.language;
    return text;
}

}  // namespace

std::vector<Fact> facts(const Review& r) {
    const pipeline::Analysis& a = r.analysis;
    std::vector<Fact> all{
        {"Length",
         fixed_point(a.seconds, 2) + " s, " +
             r.times.range({.from = 0, .to = std::llround(a.seconds * media::kFrameRate)})},
        {"Container", a.video.container},
        {"Video", a.video.video_codec + ", " + std::to_string(a.video.width) + " x " +
                      std::to_string(a.video.height)},
        {"Frame rate", rate_text(a)},
        {"Time code", time_code_text(r)},
        {"Audio", audio_text(a)},
        {"Seen", (a.shots == 1 ? std::string("one shot") : std::to_string(a.shots) + " shots") +
                     ", " +
                     (a.tracks.size() == 1
                          ? std::string("one face")
                          : std::to_string(a.tracks.size()) + " faces, or shots with one")},
        {"Measured by", a.model + " " + a.model_version},
    };
    return all;
}

std::string drift_text(const Review& r) {
    const auto& drift = r.analysis.voice.drift;
    if (r.offsets.empty() || !drift) return "There is too little to tell a drift by.";
    if (drifts(r.analysis, r.offsets)) return score::drift_sentence(*drift);
    if (drift->significant) return "No drift: the offset changes by jumps, and not between them.";
    return "No drift: the offset changes by " + fixed_point(drift->ms_per_s, 1) +
           " ms a second, give or take " + fixed_point(drift->error, 1) + ", which is none.";
}

}  // namespace syncnet::report
