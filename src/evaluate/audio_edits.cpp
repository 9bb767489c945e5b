#include "evaluate/audio_edits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "media/reader.h"

namespace syncnet::evaluate {
namespace {

constexpr double kRate = media::kSampleRate;

double power(std::span<const float> audio) {
    double sum = 0;
    for (const float s : audio) sum += static_cast<double>(s) * s;
    return audio.empty() ? 0 : sum / static_cast<double>(audio.size());
}

float at(std::span<const float> audio, std::int64_t index) {
    return index >= 0 && index < static_cast<std::int64_t>(audio.size())
               ? audio[static_cast<std::size_t>(index)]
               : 0.0F;
}

// A second-order filter of Butterworth's kind (Bristow-Johnson's cookbook).
class Biquad {
  public:
    enum class Kind { low_pass, high_pass };

    Biquad(Kind kind, double hz, double quality) {
        const double w = 2 * std::numbers::pi * hz / kRate;
        const double alpha = std::sin(w) / (2 * quality);
        const double edge = kind == Kind::low_pass ? 1 - std::cos(w) : 1 + std::cos(w);
        const double a0 = 1 + alpha;
        b0_ = edge / 2 / a0;
        b1_ = (kind == Kind::low_pass ? edge : -edge) / a0;
        a1_ = -2 * std::cos(w) / a0;
        a2_ = (1 - alpha) / a0;
    }

    void run(Samples& audio) {
        double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
        for (float& s : audio) {
            const double x = s;
            const double y = b0_ * x + b1_ * x1 + b0_ * x2 - a1_ * y1 - a2_ * y2;
            x2 = x1;
            x1 = x;
            y2 = y1;
            y1 = y;
            s = static_cast<float>(y);
        }
    }

  private:
    double b0_, b1_, a1_, a2_;
};

}  // namespace

Samples excerpt(std::span<const float> audio, std::int64_t first, std::size_t count) {
    Samples part(count);
    for (std::size_t i = 0; i < count; ++i)
        part[i] = at(audio, first + static_cast<std::int64_t>(i));
    return part;
}

Samples at_speed(std::span<const float> audio, std::int64_t first, std::size_t count,
                 double speed) {
    Samples part(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double place = static_cast<double>(first) + static_cast<double>(i) * speed;
        const auto k = static_cast<std::int64_t>(std::floor(place));
        const auto t = static_cast<float>(place - static_cast<double>(k));
        const float a = at(audio, k - 1), b = at(audio, k), c = at(audio, k + 1),
                    d = at(audio, k + 2);
        // Catmull-Rom.
        part[i] =
            b + 0.5F * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    }
    return part;
}

Samples mixed(std::span<const float> audio, std::span<const float> disturbance, double decibels) {
    Samples sum(audio.begin(), audio.end());
    const double there = power(disturbance);
    if (there <= 0) return sum;
    const auto gain =
        static_cast<float>(std::sqrt(power(audio) / there / std::pow(10, decibels / 10)));
    for (std::size_t i = 0; i < sum.size() && i < disturbance.size(); ++i)
        sum[i] += gain * disturbance[i];
    return sum;
}

Samples pink_noise(std::size_t count, Draw draw) {
    Samples noise(count);
    double slow = 0, middle = 0, quick = 0;
    for (float& s : noise) {
        const double white = draw.uniform(-1, 1);
        slow = 0.99765 * slow + 0.0990460 * white;
        middle = 0.96300 * middle + 0.2965164 * white;
        quick = 0.57000 * quick + 1.0526913 * white;
        s = static_cast<float>(0.1 * (slow + middle + quick + 0.1848 * white));
    }
    return noise;
}

Samples plucked_music(std::size_t count, Draw draw) {
    constexpr double kRoot = 220;  // Hz
    constexpr std::array kScale{0, 2, 4, 7, 9, 12, 14, 16};
    constexpr std::size_t kNote = media::kSampleRate / 2;
    constexpr int kHarmonics = 6;
    Samples music(count);
    for (std::size_t start = 0; start < count; start += kNote) {
        const double tune = kRoot * std::exp2(kScale[draw.below(kScale.size())] / 12.0);
        const double bass = kRoot / 2 * std::exp2(kScale[draw.below(4)] / 12.0);
        for (std::size_t i = 0; i < kNote && start + i < count; ++i) {
            const double t = static_cast<double>(i) / kRate;
            double sum = 0;
            for (int k = 1; k <= kHarmonics; ++k) {
                const double fading = std::exp(-3 * k * t) / k;
                sum += fading * (std::sin(2 * std::numbers::pi * tune * k * t) +
                                 0.6 * std::sin(2 * std::numbers::pi * bass * k * t));
            }
            music[start + i] = static_cast<float>(0.15 * sum);
        }
    }
    return music;
}

Samples reverberated(std::span<const float> audio, double t60, Draw draw) {
    constexpr double kPulses = 2000;  // a second: denser sounds no smoother
    constexpr double kFirstEcho = 0.005;
    constexpr double kFall = 6.907755;  // ln(1000): 60 dB
    struct Echo {
        std::size_t delay;
        double gain;
    };
    std::vector<Echo> echoes;
    double energy = 0;
    for (double t = kFirstEcho; t < t60; t += 1 / kPulses) {
        const double moment = t + draw.uniform() / kPulses;
        const double gain = std::exp(-kFall * moment / t60) * (draw.bits() % 2 == 0 ? 1 : -1);
        echoes.push_back({static_cast<std::size_t>(moment * kRate), gain});
        energy += gain * gain;
    }
    Samples wet(audio.begin(), audio.end());
    for (const Echo& echo : echoes) {
        const auto gain = static_cast<float>(echo.gain / std::sqrt(energy));
        for (std::size_t i = echo.delay; i < wet.size(); ++i)
            wet[i] += gain * audio[i - echo.delay];
    }
    const double now = power(wet);
    const auto level = static_cast<float>(now > 0 ? std::sqrt(power(audio) / now) : 1);
    for (float& s : wet) s *= level;
    return wet;
}

Samples band_passed(std::span<const float> audio, double from_hz, double to_hz) {
    Samples passed(audio.begin(), audio.end());
    for (const double quality :
         {0.54119610, 1.3065630}) {  // the two pairs of poles of fourth order
        Biquad(Biquad::Kind::high_pass, from_hz, quality).run(passed);
        Biquad(Biquad::Kind::low_pass, to_hz, quality).run(passed);
    }
    return passed;
}

Samples halved_rate(std::span<const float> audio) {
    Samples half;
    for (std::size_t i = 0; i < audio.size(); i += 2) half.push_back(audio[i]);
    return half;
}

}  // namespace syncnet::evaluate
