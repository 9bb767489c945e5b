#include "score/reason.h"

#include <algorithm>
#include <array>

namespace syncnet::score {

std::string_view to_string(Reason reason) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(kLastReason) + 1> kCodes{
        "in_sync",
        "offset_too_large",
        "offset_at_edge",
        "drifts",
        "jumps",
        "part_does_not_match",
        "voice_does_not_match",
        "lips_do_not_move",
        "uncertain",
        "too_little_speech",
        "no_audio",
        "no_face",
        "no_speech",
        "too_short",
        "mouth_not_visible",
        "file_cut_off"};
    return kCodes[static_cast<std::size_t>(reason)];
}

std::string codes(std::span<const Why> reasons) {
    std::string text;
    for (const Why& why : reasons) {
        if (!text.empty()) text += ';';
        text += to_string(why.reason);
    }
    return text;
}

std::string sentences(std::span<const Why> reasons) {
    std::string text;
    for (const Why& why : reasons) {
        if (!text.empty()) text += ' ';
        text += why.sentence;
    }
    return text;
}

bool has(std::span<const Why> reasons, Reason reason) {
    return std::ranges::find(reasons, reason, &Why::reason) != reasons.end();
}

}  // namespace syncnet::score
