// Log-mel spectrogram: what LipSync hears. The same as training/mel.py, value for value.
//
// Frame t covers samples 160 t .. 160 t + 399 (25 ms every 10 ms, no padding at the ends): Hann
// window, 512-point power spectrum, 40 HTK-mel triangles of height 1 from 60 to 7600 Hz,
// log(power + 1e-6).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace syncnet::audio {

inline constexpr int kMelBands = 40;
inline constexpr int kMelHop = 160;  // samples at 16 kHz
inline constexpr int kMelWindow = 400;

using MelFrame = std::array<float, kMelBands>;  // from the lowest band up

// Takes samples as they come. Not thread-safe.
class LogMel {
  public:
    LogMel();
    ~LogMel();

    void push(std::span<const float> samples);  // 16 kHz mono, [-1, 1]

    // All frames so far.
    const std::vector<MelFrame>& frames() const { return frames_; }

  private:
    struct Transform;
    MelFrame analyse(std::span<const float> window);

    std::unique_ptr<Transform> transform_;
    std::vector<float> pending_;
    std::vector<MelFrame> frames_;
};

// Takes away each band's mean over +-100 frames (fewer at the ends) and halves what is left:
// loudness and the colour of microphone and room disappear, what changes stays.
std::vector<MelFrame> normalise(std::span<const MelFrame> log_mel);

}  // namespace syncnet::audio
