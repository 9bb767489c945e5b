// The public C++ interface: link `syncnet_api`, include this, nothing else.
//
//   const syncnet::Scorer scorer;                       // loads the models once
//   const auto answer = scorer.score_file("clip.mp4");
//   if (answer.decision == syncnet::Decision::allow) ...
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace syncnet {

enum class Decision { allow, next, block };

struct Answer {
    Decision decision = Decision::next;
    std::vector<std::string> reason_codes;  // never empty; docs/api.md lists them

    // None of the numbers where there was not enough evidence (no face, no speech, ...).
    std::optional<double> score;       // 0..1: probability that the voice belongs to these lips
    std::optional<int> offset_frames;  // of 40 ms; > 0: the audio leads (its match lies earlier)
    std::optional<double> confidence;  // median - minimum of the sync curve
    std::optional<double> min_dist;

    std::string json;  // all of it, as the service answers
};

// What went wrong with an input. `code` is stable (docs/api.md), what() says what happened.
class ScoreError : public std::runtime_error {
  public:
    ScoreError(std::string name, const std::string& detail)
        : std::runtime_error(detail), code(std::move(name)) {}
    const std::string code;
};

struct ScorerOptions {
    // The folder of the models. Empty: SYNCNET_MODELS if set, else `models` beside the program,
    // else the installed ones.
    std::filesystem::path models;
    std::string model;                  // "lipsync-grid", say; empty: as docs/models.md says
    std::filesystem::path model_path;   // the published SyncNet, or an edition of one's own
    std::filesystem::path calibration;  // of one's own, as `syncnet calibrate` wrote it
};

// Thread-safe; one for the whole process. Needs two threads a clip.
class Scorer {
  public:
    explicit Scorer(const ScorerOptions& options = {});  // throws ScoreError
    ~Scorer();
    Scorer(Scorer&&) noexcept;
    Scorer& operator=(Scorer&&) noexcept;

    Answer score_file(const std::filesystem::path& video) const;  // throws ScoreError
    Answer score_bytes(std::span<const std::byte> video) const;   // throws ScoreError

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet
