#include "pipeline/listener.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace syncnet::pipeline {
namespace {

constexpr double kSilentDecibels = -70;
constexpr double kOneSidedDecibels = 30;  // the other side is so much below
constexpr double kInverted = -0.7;        // less likeness cancels most of the voice
constexpr double kSame = 0.95;
constexpr double kSameDecibels = 3;
constexpr std::size_t kMostMixes = 8;

}  // namespace

std::string to_string(const Mix& mix, const media::AudioTrack& track) {
    switch (mix.kind) {
        case Mix::Kind::all:
            return "mix";
        case Mix::Kind::difference:
            return "difference";
        case Mix::Kind::channel:
            break;
    }
    if (track.channels == 2) return mix.channel == 0 ? "left" : "right";
    if (track.centre == mix.channel) return "centre";
    return "channel " + std::to_string(mix.channel + 1);
}

void ChannelLevels::push(const media::Samples& samples) {
    if (samples.channels.empty()) return;
    power_.resize(std::max(power_.size(), samples.channels.size()));
    for (std::size_t c = 0; c < samples.channels.size(); ++c)
        for (const float x : samples.channels[c]) power_[c] += double{x} * double{x};
    if (samples.channels.size() == 2) {
        const auto& [left, right] = std::pair(samples.channels[0], samples.channels[1]);
        for (std::size_t i = 0; i < left.size(); ++i)
            product_ += double{left[i]} * double{right[i]};
    }
    samples_ += static_cast<double>(samples.mono.size());
}

double ChannelLevels::decibels(std::size_t channel) const {
    if (samples_ == 0 || power_[channel] == 0) return -std::numeric_limits<double>::infinity();
    return 10 * std::log10(power_[channel] / samples_);
}

double ChannelLevels::likeness() const {
    if (count() != 2 || power_[0] == 0 || power_[1] == 0) return 0;
    return product_ / std::sqrt(power_[0] * power_[1]);
}

bool ChannelLevels::inverted() const {
    return count() == 2 && likeness() < kInverted;
}

bool ChannelLevels::one_sided() const {
    if (count() != 2) return false;
    const double louder = std::max(decibels(0), decibels(1));
    return louder > kSilentDecibels &&
           std::min(decibels(0), decibels(1)) < louder - kOneSidedDecibels;
}

std::vector<Mix> other_mixes(const ChannelLevels& levels, const media::AudioTrack& track) {
    if (levels.count() < 2) return {};
    std::vector<Mix> mixes;
    if (levels.count() == 2) {
        if (levels.inverted()) return {{.kind = Mix::Kind::difference}};
        if (levels.one_sided()) return {};  // the mix is the one side
        if (levels.likeness() > kSame &&
            std::abs(levels.decibels(0) - levels.decibels(1)) < kSameDecibels)
            return {};
    }
    if (track.centre) mixes.push_back({.kind = Mix::Kind::channel, .channel = *track.centre});
    double loudest = -std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < levels.count(); ++c)
        loudest = std::max(loudest, levels.decibels(c));
    for (std::size_t c = 0; c < levels.count() && mixes.size() < kMostMixes; ++c) {
        const Mix alone{.kind = Mix::Kind::channel, .channel = static_cast<int>(c)};
        const bool heard = levels.decibels(c) > kSilentDecibels &&
                           levels.decibels(c) > loudest - kOneSidedDecibels;
        if (heard && std::ranges::find(mixes, alone) == mixes.end()) mixes.push_back(alone);
    }
    return mixes;
}

std::span<const float> Mixer::operator()(const media::Samples& samples) {
    const auto& channels = samples.channels;
    if (mix_.kind == Mix::Kind::channel && static_cast<std::size_t>(mix_.channel) < channels.size())
        return channels[static_cast<std::size_t>(mix_.channel)];
    if (mix_.kind != Mix::Kind::difference || channels.size() != 2) return samples.mono;
    buffer_.resize(samples.mono.size());
    for (std::size_t i = 0; i < buffer_.size(); ++i)
        buffer_[i] = (channels[0][i] - channels[1][i]) / 2;
    return buffer_;
}

void Listener::push(const media::Samples& samples) {
    levels_.push(samples);
    const auto mono = mixer_(samples);
    mel_.push(mono);
    if (options_.mfcc) mfcc_.push(mono);
    if (options_.peaks) note_peaks(mono);
}

void Listener::note_peaks(std::span<const float> samples) {
    constexpr std::int64_t kSamples = media::kSamplesPerFrame / kPeaksPerFrame;
    for (const float sample : samples) {
        if (peak_samples_++ % kSamples == 0) peaks_.push_back(0);
        peaks_.back() = std::max(peaks_.back(), std::abs(sample));
    }
}

}  // namespace syncnet::pipeline
