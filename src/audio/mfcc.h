// Mel-frequency cepstral coefficients as python_speech_features.mfcc computes them by default: what
// the published SyncNet hears.
//
// Frame t covers samples 160 t .. 160 t + 399 (25 ms every 10 ms, the last one filled up with
// zeros), after pre-emphasis y[n] = x[n] - 0.97 x[n-1]; no window; 512-point power spectrum / 512;
// 26 mel triangles from 0 to 8000 Hz with their edges on whole bins; log; orthonormal DCT-II; sine
// lifter 22; the first coefficient is replaced by the log of the frame's energy.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace syncnet::audio {

inline constexpr int kMfccCoefficients = 13;
inline constexpr int kMfccHop = 160;  // samples at 16 kHz

using MfccFrame = std::array<float, kMfccCoefficients>;

// Takes samples as they come. Not thread-safe.
class Mfcc {
  public:
    Mfcc();
    ~Mfcc();

    // 16 kHz mono, [-1, 1]; rounded to 16 bits, as the reference reads them from a file.
    void push(std::span<const float> samples);
    // No more samples: the last frame is filled up with zeros.
    void finish();

    // All frames so far.
    const std::vector<MfccFrame>& frames() const { return frames_; }

  private:
    struct Tables;

    std::unique_ptr<Tables> tables_;
    std::vector<double> pending_;  // after pre-emphasis
    double previous_ = 0;          // the last sample
    std::vector<MfccFrame> frames_;
};

}  // namespace syncnet::audio
