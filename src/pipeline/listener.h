// The audio of a video as one voice: of which track, and of which of its channels.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/log_mel.h"
#include "audio/mfcc.h"
#include "media/reader.h"
#include "sync/sync_model.h"

namespace syncnet::pipeline {

// Which mono audio is made of a track's channels.
struct Mix {
    enum class Kind {
        all,         // together, as a player with one loudspeaker does
        difference,  // left minus right: of stereo whose one side is upside down
        channel,     // one alone
    };
    Kind kind = Kind::all;
    int channel = 0;  // of Kind::channel: from 0

    bool operator==(const Mix&) const = default;
};

// "mix", "difference", "left", "right", "centre" or "channel 5".
std::string to_string(const Mix& mix, const media::AudioTrack& track);

struct AudioPick {
    int track = 0;  // in media::Info::audio_tracks
    Mix mix;

    bool operator==(const AudioPick&) const = default;
};

// How loud each channel is, and how alike the first two are.
class ChannelLevels {
  public:
    void push(const media::Samples& samples);

    std::size_t count() const noexcept { return power_.size(); }
    // Decibels below full scale, a mean over the file; -infinity: digital silence.
    double decibels(std::size_t channel) const;
    // Of two: -1 one is the other upside down .. 1 both are the same. 0 where one is silent.
    double likeness() const;

    bool inverted() const;   // stereo whose sides cancel each other
    bool one_sided() const;  // stereo with audio on one side only

  private:
    std::vector<double> power_;  // sums
    double product_ = 0;
    double samples_ = 0;
};

// The mixes of which one may hold a voice that all channels together hide, the likelier first.
// Empty where they say nothing new.
std::vector<Mix> other_mixes(const ChannelLevels& levels, const media::AudioTrack& track);

// How far the audio swings from the middle, 0..1, in each 1 / kPeaksPerFrame of a frame.
inline constexpr int kPeaksPerFrame = 4;

// Makes one voice of a track's channels.
class Mixer {
  public:
    explicit Mixer(const Mix& mix) : mix_(mix) {}
    // Valid until the next call, or as long as the samples are.
    std::span<const float> operator()(const media::Samples& samples);

  private:
    Mix mix_;
    std::vector<float> buffer_;
};

// Puts one mix through the models' front ends as it is read.
class Listener {
  public:
    struct Options {
        bool mfcc = false;   // beside the log-mel frames
        bool peaks = false;  // to draw
    };
    Listener(const Mix& mix, Options options) : mixer_(mix), options_(options) {}

    void push(const media::Samples& samples);
    void finish() {
        if (options_.mfcc) mfcc_.finish();
    }

    sync::AudioFrames frames() const { return {.log_mel = mel_.frames(), .mfcc = mfcc_.frames()}; }
    const std::vector<float>& peaks() const { return peaks_; }
    const ChannelLevels& levels() const { return levels_; }

  private:
    void note_peaks(std::span<const float> samples);

    Mixer mixer_;
    Options options_;
    audio::LogMel mel_;
    audio::Mfcc mfcc_;
    ChannelLevels levels_;
    std::vector<float> peaks_;
    std::int64_t peak_samples_ = 0;
};

}  // namespace syncnet::pipeline
