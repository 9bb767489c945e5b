// All cases of one clip.
#pragma once

#include <functional>
#include <memory>

#include "evaluate/case.h"
#include "evaluate/donors.h"
#include "evaluate/embedding_cases.h"
#include "evaluate/groups.h"
#include "evaluate/manifest.h"
#include "evaluate/synthetic_speech.h"

namespace syncnet::evaluate {

struct EvaluatorOptions {
    std::function<pipeline::Request()> request;  // asked for anew for each clip: its time begins
    Groups groups;
    std::size_t media_clips = 60;  // of each corpus, for cases that need new media
};

// Thread-safe.
class Evaluator {
  public:
    // `clips` and `analyzer` must outlive it.
    Evaluator(const pipeline::Analyzer& analyzer, const std::vector<Clip>& clips,
              const EvaluatorOptions& options);

    // The same for the same clip, however often and in whichever order. What is wrong with the clip
    // is in the record.
    ClipRecord evaluate(const Clip& clip);

    bool is_media(const Clip& clip) const;
    // What was left out because a tool is missing, and which: one sentence each.
    std::vector<std::string> left_out() const;

  private:
    void measure(const Clip& clip, ClipRecord& record);
    Donated audio(const Clip& clip) const;

    const pipeline::Analyzer* analyzer_;
    const std::vector<Clip>* clips_;
    EvaluatorOptions options_;
    std::vector<bool> media_;  // by clip
    Donors donors_;
    SyntheticSpeech speech_;
};

}  // namespace syncnet::evaluate
