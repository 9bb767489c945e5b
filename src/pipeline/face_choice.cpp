#include "pipeline/face_choice.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/error.h"

namespace syncnet::pipeline {
namespace {

std::int64_t frames_together(const ReadTrack& a, const ReadTrack& b) {
    return std::min(a.first_frame + a.frames, b.first_frame + b.frames) -
           std::max(a.first_frame, b.first_frame);
}

// The more, the rather it is the face that is wanted.
float rank(const ReadTrack& track, FaceChoice::Which which) {
    const float middle = (track.mean_box.left + track.mean_box.right) / 2;
    switch (which) {
        case FaceChoice::Which::left:
            return -middle;
        case FaceChoice::Which::right:
            return middle;
        default:
            return track.mean_box.area();
    }
}

}  // namespace

std::optional<FaceChoice> parse_face_choice(std::string_view text) {
    using Which = FaceChoice::Which;
    if (text == "all") return FaceChoice{};
    if (text == "largest") return FaceChoice{.which = Which::largest};
    if (text == "left") return FaceChoice{.which = Which::left};
    if (text == "right") return FaceChoice{.which = Which::right};
    FaceChoice choice{.which = Which::track};
    const char* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, choice.track);
    if (text.empty() || failed != std::errc() || stopped != end || choice.track < 0)
        return std::nullopt;
    return choice;
}

std::string to_string(const FaceChoice& choice) {
    switch (choice.which) {
        case FaceChoice::Which::all:
            return "all";
        case FaceChoice::Which::largest:
            return "largest";
        case FaceChoice::Which::left:
            return "left";
        case FaceChoice::Which::right:
            return "right";
        case FaceChoice::Which::track:
            return std::to_string(choice.track);
    }
    return "all";
}

std::vector<const ReadTrack*> chosen_tracks(const Reading& reading, const FaceChoice& choice) {
    std::vector<const ReadTrack*> chosen;
    for (const ReadTrack& track : reading.tracks) {
        const bool wanted =
            choice.which == FaceChoice::Which::all ||
            (choice.which == FaceChoice::Which::track
                 ? track.id == choice.track
                 : std::ranges::none_of(reading.tracks, [&](const ReadTrack& other) {
                       return 2 * frames_together(track, other) >= track.frames &&
                              rank(other, choice.which) > rank(track, choice.which);
                   }));
        if (wanted) chosen.push_back(&track);
    }
    if (chosen.empty() && choice.which == FaceChoice::Which::track)
        throw Error(ErrorCode::invalid_request,
                    "this video has no face number " + std::to_string(choice.track) + ", but " +
                        std::to_string(reading.tracks.size()) +
                        " faces; the answer's debug.all_results numbers them (`track`)");
    return chosen;
}

}  // namespace syncnet::pipeline
