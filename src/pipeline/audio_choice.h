// Which of a file's audio tracks is judged.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/reader.h"
#include "pipeline/listener.h"

namespace syncnet::pipeline {

struct AudioChoice {
    enum class Which {
        best,       // whose voice fits the lips best; the only one with speech
        container,  // the one that the container favours
        track,
        language,
    };
    Which which = Which::best;
    int track = 0;         // of Which::track: from 1
    std::string language;  // of Which::language: as the container tags it

    bool operator==(const AudioChoice&) const = default;
};

// "best", "default", a track's number from 1 on, or a language's tag. Nothing where it is none.
std::optional<AudioChoice> parse_audio_choice(std::string_view text);
std::string to_string(const AudioChoice& choice);

// The same in words, for whoever asked for none of these.
inline constexpr std::string_view kAudioChoices =
    "best, default, an audio track's number (from 1 on) or its language (such as eng)";

// The track to begin with, in info.audio_tracks; nothing where there is no audio. Throws
// invalid_request where there is no such track.
std::optional<int> first_track(const media::Info& info, const AudioChoice& choice);

// What is known of audio that was listened to.
struct Tried {
    AudioPick pick;
    double speech_seconds = 0;
    double fit = 0;  // 0..1: its voice belongs to the lips, at any offset; 0 without evidence
    ChannelLevels levels;
};

// Listens to a file's other audio until one fits: the other tracks, and where channels differ,
// their channels. `listen` is called with each in turn. Returns the best of all, the first one
// where none is better.
struct AudioSearch {
    Tried chosen;
    std::vector<Tried> tried;  // in turn
};
AudioSearch find_audio(const media::Info& info, const AudioChoice& choice, Tried first,
                       const std::function<Tried(const AudioPick&)>& listen);

}  // namespace syncnet::pipeline
