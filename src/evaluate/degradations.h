// What is done to good clips to see how long the product holds: kinds, steps, and the step that a
// bar is set for.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace syncnet::evaluate {

struct Degradation {
    std::string_view kind;
    std::string_view title;
    std::string_view unit;                    // of the steps
    std::span<const std::string_view> steps;  // from mild to hard, where there is an order
    std::size_t middle = 0;                   // index of the step that a bar is set for
    bool audio = false;                       // else the image
};

std::span<const Degradation> degradations();

// Changes of the audio or the image that no offset makes good: none of them may be allowed.
struct Tampering {
    std::string_view kind;
    std::string_view title;
};
std::span<const Tampering> tamperings();

}  // namespace syncnet::evaluate
