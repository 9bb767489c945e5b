// Speech that nobody said: a few sentences by the program espeak-ng, made once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluate/audio_edits.h"

namespace syncnet::evaluate {

// What a program may say before it is stopped being listened to.
inline constexpr std::size_t kMaxSpeechBytes = 16U << 20U;

class SyntheticSpeech {
  public:
    // Runs the program, found in PATH, once for each sentence and voice. Where that fails there is
    // nothing to say. Not `wanted`: nothing is run.
    explicit SyntheticSpeech(bool wanted);

    bool available() const { return !utterances_.empty(); }
    // Said in `rate` samples a second, from its first audio on, again and again until `count`.
    Samples say(std::size_t count, Draw draw) const;
    int rate() const { return rate_; }

  private:
    std::vector<Samples> utterances_;
    int rate_ = 22'050;
};

}  // namespace syncnet::evaluate
