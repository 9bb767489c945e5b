// Confidence intervals by drawing speakers, not clips: clips of one person are alike, and to count
// them as independent would make an interval too narrow.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluate/draw.h"
#include "evaluate/measures.h"

namespace syncnet::evaluate {

inline constexpr int kResamples = 1000;
inline constexpr double kConfidenceLevel = 0.95;
// With fewer there is nothing to draw from: no interval.
inline constexpr std::size_t kMinSpeakers = 3;

// A number with its interval, and what it comes from. Nothing: it can't be had.
struct Estimate {
    std::optional<double> value, low, high;
    std::size_t count = 0;     // of measurements
    std::size_t speakers = 0;  // whose they are
};

template <typename T>
struct Spoken {
    std::string speaker;
    T value;
};

// `statistic`: std::vector<T> -> std::optional<double>. Percentile bootstrap with a fixed seed.
template <typename T, typename Statistic>
Estimate bootstrap(std::span<const Spoken<T>> samples, Statistic statistic,
                   int resamples = kResamples) {
    std::map<std::string, std::vector<T>> by_speaker;
    std::vector<T> all;
    all.reserve(samples.size());
    for (const Spoken<T>& s : samples) {
        by_speaker[s.speaker].push_back(s.value);
        all.push_back(s.value);
    }
    Estimate estimate{.value = statistic(all), .count = all.size(), .speakers = by_speaker.size()};
    if (!estimate.value || by_speaker.size() < kMinSpeakers) return estimate;
    std::vector<const std::vector<T>*> speakers;
    speakers.reserve(by_speaker.size());
    for (const auto& [speaker, values] : by_speaker) speakers.push_back(&values);
    Draw draw(seed_of("bootstrap"));
    std::vector<double> drawn;
    for (int i = 0; i < resamples; ++i) {
        all.clear();
        for (std::size_t k = 0; k < speakers.size(); ++k) {
            const std::vector<T>& one = *speakers[draw.below(speakers.size())];
            all.insert(all.end(), one.begin(), one.end());
        }
        if (const std::optional<double> value = statistic(all)) drawn.push_back(*value);
    }
    estimate.low = quantile(drawn, (1 - kConfidenceLevel) / 2);
    estimate.high = quantile(std::move(drawn), (1 + kConfidenceLevel) / 2);
    return estimate;
}

// Of true ones.
Estimate share(std::span<const Spoken<bool>> samples);
Estimate median(std::span<const Spoken<double>> samples);

}  // namespace syncnet::evaluate
