#include "audio/log_mel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/fourier.h"
#include "media/reader.h"

namespace syncnet::audio {
namespace {

using Spectrum = Fourier<float>;

constexpr double kLowestHz = 60.0;
constexpr double kHighestHz = 7600.0;
constexpr float kFloor = 1e-6F;
constexpr int kMeanReach = 100;  // frames
constexpr float kGain = 0.5F;

double hz_to_mel(double hz) {
    return 2595.0 * std::log10(1.0 + hz / 700.0);
}
double mel_to_hz(double mel) {
    return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0);
}

struct Triangle {
    int first = 0;               // bin of the first weight
    std::vector<float> weights;  // only where they are above zero
};

std::array<Triangle, kMelBands> triangles() {
    std::array<double, kMelBands + 2> edges{};
    const double low = hz_to_mel(kLowestHz);
    const double high = hz_to_mel(kHighestHz);
    for (std::size_t i = 0; i < edges.size(); ++i)
        edges[i] = mel_to_hz(low + (high - low) * static_cast<double>(i) / (kMelBands + 1));
    std::array<Triangle, kMelBands> result;
    for (std::size_t band = 0; band < result.size(); ++band) {
        Triangle& t = result[band];
        for (int bin = 0; bin < Spectrum::kBins; ++bin) {
            const double hz = static_cast<double>(bin) * media::kSampleRate / Spectrum::kSize;
            const double rising = (hz - edges[band]) / (edges[band + 1] - edges[band]);
            const double falling = (edges[band + 2] - hz) / (edges[band + 2] - edges[band + 1]);
            const double weight = std::min(rising, falling);
            if (weight <= 0) continue;
            if (t.weights.empty()) t.first = bin;
            t.weights.push_back(static_cast<float>(weight));
        }
    }
    return result;
}

std::array<float, kMelWindow> hann() {
    std::array<float, kMelWindow> window{};
    for (std::size_t i = 0; i < window.size(); ++i)
        window[i] = static_cast<float>(
            0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kMelWindow));
    return window;
}

}  // namespace

struct LogMel::Transform {
    Spectrum spectrum;
    std::array<float, kMelWindow> window = hann();
    std::array<Triangle, kMelBands> bands = triangles();
};

LogMel::LogMel() : transform_(std::make_unique<Transform>()) {}
LogMel::~LogMel() = default;

MelFrame LogMel::analyse(std::span<const float> samples) {
    Transform& t = *transform_;
    // The rest of `time` stays zero from frame to frame.
    for (std::size_t i = 0; i < t.window.size(); ++i) t.spectrum.time[i] = samples[i] * t.window[i];
    t.spectrum.run();
    MelFrame frame;
    for (std::size_t band = 0; band < frame.size(); ++band) {
        const Triangle& triangle = t.bands[band];
        float power = 0;
        for (std::size_t i = 0; i < triangle.weights.size(); ++i)
            power += triangle.weights[i] *
                     std::norm(t.spectrum.frequency[static_cast<std::size_t>(triangle.first) + i]);
        frame[band] = std::log(power + kFloor);
    }
    return frame;
}

void LogMel::push(std::span<const float> samples) {
    pending_.insert(pending_.end(), samples.begin(), samples.end());
    std::size_t start = 0;
    for (; start + kMelWindow <= pending_.size(); start += kMelHop)
        frames_.push_back(analyse(std::span(pending_).subspan(start, kMelWindow)));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(start));
}

std::vector<MelFrame> normalise(std::span<const MelFrame> log_mel) {
    const auto count = static_cast<std::ptrdiff_t>(log_mel.size());
    std::vector<MelFrame> result(log_mel.size());
    for (std::size_t band = 0; band < kMelBands; ++band) {
        double sum = 0;
        const auto value = [&](std::ptrdiff_t t) {
            return log_mel[static_cast<std::size_t>(t)][band];
        };
        for (std::ptrdiff_t t = 0; t < std::min<std::ptrdiff_t>(kMeanReach, count); ++t)
            sum += value(t);
        for (std::ptrdiff_t t = 0; t < count; ++t) {
            if (t + kMeanReach < count) sum += value(t + kMeanReach);
            if (t - kMeanReach > 0) sum -= value(t - kMeanReach - 1);
            const auto first = std::max<std::ptrdiff_t>(0, t - kMeanReach);
            const auto last = std::min(count - 1, t + kMeanReach);
            const double mean = sum / static_cast<double>(last - first + 1);
            result[static_cast<std::size_t>(t)][band] =
                kGain * (value(t) - static_cast<float>(mean));
        }
    }
    return result;
}

}  // namespace syncnet::audio
