// The audio of one analysis as a model hears it: embeddings, and where speech is.
#pragma once

#include <functional>

#include "pipeline/models.h"
#include "sync/lip_sync.h"
#include "sync/sync_model.h"

namespace syncnet::pipeline {

struct Heard {
    sync::Embeddings audio;
    sync::Speech speech;
};

class Hearing {
  public:
    // All are kept by reference. `between` is called from time to time: it may throw to end the
    // work.
    Hearing(const ScoringModel& scoring, sync::SyncSession& session, std::function<void()> between);

    // All of it, at once.
    Heard whole(const sync::AudioFrames& frames);
    // The same of audio that grows, from call to call: what can't change any more is not heard
    // again.
    Heard so_far(const sync::AudioFrames& frames);

  private:
    Heard hear(const sync::AudioFrames& frames);
    // With voices that are far away taken out, which only the whole tells.
    static Heard without_far(Heard heard, const sync::AudioFrames& frames);

    const ScoringModel& scoring_;
    sync::SyncSession& session_;
    std::function<void()> between_;
    sync::SpeechDetector speech_;
    Heard known_;  // from the last call of so_far
};

}  // namespace syncnet::pipeline
