// What is done to the audio: 16 kHz mono in, 16 kHz mono out unless said.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluate/draw.h"

namespace syncnet::evaluate {

using Samples = std::vector<float>;

// `count` samples from `first` on, which may lie outside: silence stands for what is not there.
Samples excerpt(std::span<const float> audio, std::int64_t first, std::size_t count);

// As excerpt, played `speed` times as fast (and so as high). Cubic interpolation.
Samples at_speed(std::span<const float> audio, std::int64_t first, std::size_t count, double speed);

// With `disturbance` added so that the audio is `decibels` above it (by their mean power).
Samples mixed(std::span<const float> audio, std::span<const float> disturbance, double decibels);

// Pink noise: as loud in every octave (Paul Kellet's filter).
Samples pink_noise(std::size_t count, Draw draw);
// Chords and a tune on a plucked instrument, half a second a note.
Samples plucked_music(std::size_t count, Draw draw);

// In a room whose audio falls by 60 dB in `t60` seconds: the echoes, sparse pulses of random sign
// ("velvet noise", Karjalainen & Jaervelaeinen 2007), have as much energy as the direct sound. As
// loud as before.
Samples reverberated(std::span<const float> audio, double t60, Draw draw);

// Butterworth band-pass of fourth order at either end.
Samples band_passed(std::span<const float> audio, double from_hz, double to_hz);
// Every second sample: 8 kHz. What is above 4 kHz must be gone.
Samples halved_rate(std::span<const float> audio);

}  // namespace syncnet::evaluate
