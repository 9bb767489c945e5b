#include "evaluate/degradations.h"

#include <array>

namespace syncnet::evaluate {
namespace {

using Steps3 = std::array<std::string_view, 3>;
using Steps4 = std::array<std::string_view, 4>;

constexpr Steps3 kBitsPerPixel{"0.1", "0.05", "0.025"};
constexpr Steps3 kMoreBitsPerPixel{"0.2", "0.1", "0.05"};
constexpr Steps4 kFacePixels{"160", "80", "60", "40"};
constexpr std::array<std::string_view, 6> kRates{"60", "50", "20", "15", "12.5", "10"};
constexpr Steps3 kDropped{"10", "30", "50"};
constexpr Steps3 kLight{"1/2", "1/4", "1/8"};
constexpr Steps3 kCovered{"10", "30", "50"};
constexpr Steps4 kDecibels{"20", "10", "5", "0"};
constexpr Steps3 kT60{"0.3", "0.6", "0.9"};
constexpr Steps3 kBands{"100-5000", "300-3400", "500-2500"};

constexpr std::array kDegradations{
    Degradation{"h264", "H.264 at low rates", "bit per pixel", kBitsPerPixel, 1},
    Degradation{"vp8", "VP8 at low rates", "bit per pixel", kBitsPerPixel, 1},
    Degradation{"mpeg4", "MPEG-4 at low rates", "bit per pixel", kMoreBitsPerPixel, 1},
    Degradation{"face size", "Small faces", "pixels, at most", kFacePixels, 1},
    Degradation{"frame rate", "Frame rate", "per second", kRates, 3},
    Degradation{"dropped images", "Variable frame rate", "% dropped", kDropped, 1},
    Degradation{"low light", "Low light", "of the light", kLight, 1},
    Degradation{"occlusion", "Mouth covered", "% of it", kCovered, 1},
    Degradation{"noise", "Noise", "dB above it", kDecibels, 1, true},
    Degradation{"music", "Music", "dB above it", kDecibels, 1, true},
    Degradation{"reverberation", "Reverberation", "s (T60)", kT60, 1, true},
    Degradation{"telephone", "Narrow band", "Hz", kBands, 1, true},
};

constexpr std::array kTamperings{
    Tampering{"still image", "one image, kept"},
    Tampering{"looped image", "the first second, again and again"},
    Tampering{"speed 0.9", "the audio at 0.9 of its speed"},
    Tampering{"speed 1.1", "the audio at 1.1 of its speed"},
    Tampering{"synthetic speech", "espeak-ng, saying something else"},
    Tampering{"swapped file", "another clip's audio, as a file"},
};

}  // namespace

std::span<const Degradation> degradations() {
    return kDegradations;
}

std::span<const Tampering> tamperings() {
    return kTamperings;
}

}  // namespace syncnet::evaluate
