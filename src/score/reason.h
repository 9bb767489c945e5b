// Why a decision was taken. Stable codes; part of the API (docs/api.md tells each).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syncnet::score {

enum class Reason {
    in_sync,
    offset_too_large,      // the audio fits the lips, but at another time
    offset_at_edge,        // so far off that the search ended before the best offset
    drifts,                // the audio runs fast or slow
    jumps,                 // the offset changes at once
    part_does_not_match,   // some of the speech fits, some doesn't
    voice_does_not_match,  // a readable, moving mouth, and the voice fits at no offset
    lips_do_not_move,      // the only faces in view keep still while speech is heard
    uncertain,             // between the thresholds
    too_little_speech,     // heard while a mouth could be read
    no_audio,
    no_face,
    no_speech,
    too_short,
    mouth_not_visible,  // a face, but nowhere long enough to read the lips
    file_cut_off,       // the rest of the file is missing
};
inline constexpr Reason kLastReason = Reason::file_cut_off;

std::string_view to_string(Reason reason);

// A reason, and one sentence or two that a person at a help desk can read out: what it is, with its
// numbers, and what to do.
struct Why {
    Reason reason;
    std::string sentence;

    bool operator==(const Why&) const = default;
};

std::string codes(std::span<const Why> reasons);      // one string, "a;b"
std::string sentences(std::span<const Why> reasons);  // one string, with spaces between them
bool has(std::span<const Why> reasons, Reason reason);

}  // namespace syncnet::score
