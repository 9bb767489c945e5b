// The colours.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "score/verdict.h"
#include "visual/canvas.h"

namespace syncnet::visual {

inline constexpr Colour kBackground{17, 19, 24}, kPanel{30, 33, 40}, kSpeech{44, 56, 74};
inline constexpr Colour kText{232, 235, 240}, kDim{140, 147, 160}, kGrid{70, 76, 88};
inline constexpr Colour kWave{104, 178, 255}, kSilence{92, 98, 110}, kPlayhead{255, 255, 255};
inline constexpr Colour kNobody{176, 70, 70}, kInk{12, 14, 18};

// Each face has its own.
inline Colour colour_of(int track) {
    constexpr std::array kFaces{Colour{102, 194, 255}, Colour{255, 184, 77},  Colour{186, 145, 255},
                                Colour{110, 220, 150}, Colour{255, 138, 176}, Colour{220, 214, 90}};
    return kFaces[static_cast<std::size_t>(track) % kFaces.size()];
}

inline Colour colour_of(score::Decision decision) {
    switch (decision) {
        case score::Decision::allow:
            return {64, 190, 110};
        case score::Decision::next:
            return {240, 180, 60};
        case score::Decision::block:
            return {235, 84, 84};
    }
    return kDim;
}

// From red (no confidence) by yellow to green; the published visualisation has the same ends.
inline Colour colour_of_confidence(double confidence) {
    constexpr double kFull = 10.2;
    const double part = std::clamp(confidence / kFull, 0.0, 1.0);
    return {static_cast<std::uint8_t>(240 * std::min(1.0, 2 * (1 - part))),
            static_cast<std::uint8_t>(220 * std::min(1.0, 2 * part)), 50};
}

}  // namespace syncnet::visual
