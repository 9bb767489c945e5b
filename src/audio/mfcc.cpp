#include "audio/mfcc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "audio/fourier.h"
#include "media/reader.h"

namespace syncnet::audio {
namespace {

constexpr std::size_t kWindow = 400;
constexpr std::size_t kFilters = 26;
constexpr double kEmphasis = 0.97;
constexpr double kLifter = 22;
constexpr double kSampleMax = 32767;
constexpr double kNothing = std::numeric_limits<double>::epsilon();  // stands for an energy of zero

using Spectrum = Fourier<double>;

double hz_to_mel(double hz) {
    return 2595.0 * std::log10(1.0 + hz / 700.0);
}
double mel_to_hz(double mel) {
    return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0);
}

using Filter = std::array<double, Spectrum::kBins>;

std::array<Filter, kFilters> filters() {
    std::array<std::size_t, kFilters + 2> edges{};  // bins
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const double mel =
            hz_to_mel(media::kSampleRate / 2.0) * static_cast<double>(i) / (kFilters + 1);
        edges[i] =
            static_cast<std::size_t>((Spectrum::kSize + 1) * mel_to_hz(mel) / media::kSampleRate);
    }
    std::array<Filter, kFilters> result{};
    for (std::size_t f = 0; f < kFilters; ++f) {
        const auto [low, middle, high] = std::array{edges[f], edges[f + 1], edges[f + 2]};
        for (std::size_t bin = low; bin < middle; ++bin)
            result[f][bin] = static_cast<double>(bin - low) / static_cast<double>(middle - low);
        for (std::size_t bin = middle; bin < high; ++bin)
            result[f][bin] = static_cast<double>(high - bin) / static_cast<double>(high - middle);
    }
    return result;
}

// Rows of the orthonormal DCT-II, already lifted.
std::array<std::array<double, kFilters>, kMfccCoefficients> cosines() {
    std::array<std::array<double, kFilters>, kMfccCoefficients> rows{};
    constexpr double kPi = std::numbers::pi;
    for (std::size_t k = 0; k < rows.size(); ++k) {
        const double norm = std::sqrt((k == 0 ? 1.0 : 2.0) / kFilters);
        const auto order = static_cast<double>(k);
        const double lift = 1.0 + kLifter / 2 * std::sin(kPi * order / kLifter);
        for (std::size_t i = 0; i < kFilters; ++i)
            rows[k][i] =
                lift * norm *
                std::cos(kPi * order * (2.0 * static_cast<double>(i) + 1) / (2 * kFilters));
    }
    return rows;
}

}  // namespace

struct Mfcc::Tables {
    MfccFrame analyse(std::span<const double> samples) {
        std::ranges::copy(samples, spectrum.time.begin());  // the rest stays zero
        spectrum.run();
        std::array<double, Spectrum::kBins> power{};
        double energy = 0;
        for (std::size_t bin = 0; bin < power.size(); ++bin) {
            power[bin] = std::norm(spectrum.frequency[bin]) / Spectrum::kSize;
            energy += power[bin];
        }
        std::array<double, kFilters> logs{};
        for (std::size_t f = 0; f < kFilters; ++f) {
            double sum = 0;
            for (std::size_t bin = 0; bin < power.size(); ++bin) sum += power[bin] * bank[f][bin];
            logs[f] = std::log(sum == 0 ? kNothing : sum);
        }
        MfccFrame frame;
        for (std::size_t k = 0; k < frame.size(); ++k) {
            double sum = 0;
            for (std::size_t f = 0; f < kFilters; ++f) sum += logs[f] * transform[k][f];
            frame[k] = static_cast<float>(sum);
        }
        frame[0] = static_cast<float>(std::log(energy == 0 ? kNothing : energy));
        return frame;
    }

    Spectrum spectrum;
    std::array<Filter, kFilters> bank = filters();
    std::array<std::array<double, kFilters>, kMfccCoefficients> transform = cosines();
};

Mfcc::Mfcc() : tables_(std::make_unique<Tables>()) {}
Mfcc::~Mfcc() = default;

void Mfcc::push(std::span<const float> samples) {
    for (const float sample : samples) {
        const double value =
            std::clamp(std::nearbyint(sample * (kSampleMax + 1)), -kSampleMax - 1, kSampleMax);
        pending_.push_back(value - kEmphasis * previous_);
        previous_ = value;
    }
    std::size_t start = 0;
    for (; start + kWindow <= pending_.size(); start += kMfccHop)
        frames_.push_back(tables_->analyse(std::span(pending_).subspan(start, kWindow)));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(start));
}

void Mfcc::finish() {
    // What a full frame has already covered needs no frame of its own.
    constexpr std::size_t kSeen = kWindow - kMfccHop;
    if (pending_.size() > kSeen || (frames_.empty() && !pending_.empty())) {
        pending_.resize(kWindow, 0.0);
        frames_.push_back(tables_->analyse(pending_));
    }
    pending_.clear();
}

}  // namespace syncnet::audio
