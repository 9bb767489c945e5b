// Readings as they would be of other videos: cut to the speech, with their audio moved or replaced.
// The pipeline's judge answers to them as it does to what it has read itself.
#pragma once

#include <optional>
#include <span>

#include "pipeline/reading.h"
#include "pipeline/speech.h"

namespace syncnet::evaluate {

// What is left of the silence on either side.
inline constexpr std::int64_t kSpeechMargin = 5;  // frames: 0.2 s

// Speech is no further below the loud frames (95 % are less loud), and nearer to them than to the
// quiet ones (5 % are quieter).
inline constexpr double kAudibleDecibels = 25;

// From the first word to the last, by the pipeline's speech detector, which takes the silence
// beside a sentence for speech, and by the level of the audio (16 kHz, from frame 0 on), which does
// not. Two frames in a row at least: a click is no word. Nothing where there is no speech.
std::optional<Interval> speech_span(const sync::Speech& speech, std::span<const float> audio);

// The audio of a clip, without its image.
struct Audio {
    sync::Embeddings embeddings;
    sync::Speech speech;
    bool has_audio = false;
};
Audio audio_of(const pipeline::Reading& reading);

// As if the video had been cut to the speech and kSpeechMargin around it; frame 0 is the first one
// left. An embedding has itself seen about that margin on either side, so those of the span itself
// are the ones that such a video has. `span` must be speech_span's.
pipeline::Reading trimmed(const pipeline::Reading& reading, const Interval& span);
// The same of audio alone.
Audio trimmed(const Audio& audio, const Interval& span);

// With the audio later by `frames` (earlier where negative): the offset falls by as much.
pipeline::Reading delayed(pipeline::Reading reading, std::int64_t frames);

// With another audio.
pipeline::Reading with_audio(pipeline::Reading reading, const Audio& audio);

// One face, and of its lips only the embeddings [from, to) by their frames.
pipeline::Reading stretch(const pipeline::Reading& reading, const pipeline::ReadTrack& track,
                          std::int64_t from, std::int64_t to);

}  // namespace syncnet::evaluate
