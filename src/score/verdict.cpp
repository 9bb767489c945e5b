#include "score/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "score/sentences.h"

namespace syncnet::score {
namespace {

// Fewer are clicks.
constexpr double kAnySpeechSeconds = 0.08;
// A mouth that keeps still through so much speech doesn't speak.
constexpr double kStillSeconds = 2;
// What is worth telling of: so much speech that doesn't fit, beside so much that does.
constexpr double kLeastPartSeconds = 0.8;
// With less evidence it is the evidence that is missing, not the certainty.
constexpr double kPlentySeconds = 2;

std::vector<Why> missing(const Evidence& e, const Calibration& c) {
    std::vector<Why> why;
    const auto add = [&](Reason reason) { why.push_back({reason, sentence(reason, e, c)}); };
    if (!e.has_audio) add(Reason::no_audio);
    if (e.seconds < c.min_face_seconds) add(Reason::too_short);
    if (!e.any_face) add(Reason::no_face);
    const bool speech = e.has_audio && e.speech >= kAnySpeechSeconds;
    if (e.has_audio && !speech) add(Reason::no_speech);
    if (!why.empty()) return why;
    // Speech, a face, and yet too little of both together.
    add(e.readable < c.min_speech_seconds && e.speech >= c.min_speech_seconds
            ? Reason::mouth_not_visible
            : Reason::too_little_speech);
    return why;
}

Verdict without_enough(const Evidence& e, const Calibration& c) {
    if (e.still >= kStillSeconds)
        return {.score = {},
                .decision = Decision::block,
                .reasons = {{Reason::lips_do_not_move, sentence(Reason::lips_do_not_move, e, c)}}};
    return {.score = {}, .decision = Decision::next, .reasons = missing(e, c)};
}

class Judge {
  public:
    Judge(const Voice& voice, const Calibration& calibration, const Thresholds& thresholds,
          int max_offset)
        : voice_(voice),
          calibration_(calibration),
          thresholds_(thresholds),
          max_offset_(max_offset) {}

    Verdict decide() const {
        if (part_does_not_match())
            return verdict(voice_.mismatched_seconds > voice_.fitting_seconds ? Decision::block
                                                                              : Decision::next,
                           {{Reason::part_does_not_match, part_sentence(voice_)}});
        if (!voice_.beyond_range &&
            voice_.fit_at_any_offset < std::min(thresholds_.next, calibration_.mismatch_fit) &&
            voice_.compared_seconds >= calibration_.mismatch_seconds)
            return verdict(Decision::block, {{Reason::voice_does_not_match,
                                              mismatch_sentence(voice_, max_offset_)}});
        if (voice_.fit < thresholds_.next) return doubt();
        if (worst_offset(voice_) > thresholds_.max_offset_frames + kRounding) return displaced();
        if (voice_.score < thresholds_.allow) return doubt();
        return verdict(Decision::allow, {{Reason::in_sync, in_sync_sentence(voice_)}});
    }

  private:
    static constexpr double kRounding = 0.5;  // frames

    Verdict verdict(Decision decision, std::vector<Why> reasons) const {
        return {.score = voice_.score, .decision = decision, .reasons = std::move(reasons)};
    }

    // The rest fits well enough that it could stand alone.
    bool part_does_not_match() const {
        return voice_.mismatched_seconds >= kLeastPartSeconds &&
               voice_.fitting_seconds >= kLeastPartSeconds && voice_.fitting &&
               voice_.fitting_fit >= thresholds_.allow &&
               voice_.fitting->offset_frames == voice_.result->offset_frames;
    }

    Verdict doubt() const {
        const bool little = voice_.evidence_seconds < kPlentySeconds;
        std::vector<Why> reasons{
            little ? Why{Reason::too_little_speech, little_sentence(voice_)}
                   : Why{Reason::uncertain, uncertain_sentence(voice_, thresholds_)}};
        if (voice_.beyond_range)
            reasons.push_back({Reason::offset_at_edge, edge_sentence(max_offset_)});
        return verdict(Decision::next, std::move(reasons));
    }

    // It fits, but elsewhere in time, all of it or some.
    Verdict displaced() const {
        std::vector<Why> reasons;
        if (voice_.drift && voice_.drift->significant)
            reasons.push_back({Reason::drifts, drift_sentence(*voice_.drift)});
        if (!voice_.jumps.empty()) reasons.push_back({Reason::jumps, jumps_sentence(voice_.jumps)});
        const bool too_large =
            std::abs(voice_.result->offset_frames) > thresholds_.max_offset_frames;
        if (too_large || reasons.empty())
            reasons.push_back({Reason::offset_too_large, offset_sentence(voice_, max_offset_)});
        if (voice_.beyond_range)
            reasons.push_back({Reason::offset_at_edge, edge_sentence(max_offset_)});
        return verdict(voice_.score >= thresholds_.next ? Decision::next : Decision::block,
                       std::move(reasons));
    }

    const Voice& voice_;
    const Calibration& calibration_;
    const Thresholds& thresholds_;
    int max_offset_;
};

}  // namespace

std::string_view to_string(Decision decision) {
    switch (decision) {
        case Decision::allow:
            return "ALLOW";
        case Decision::next:
            return "NEXT";
        case Decision::block:
            return "BLOCK";
    }
    return "NEXT";
}

double worst_offset(const Voice& voice) {
    double worst = voice.result ? std::abs(voice.result->offset_frames) : 0;
    const bool drifts = voice.drift && voice.drift->significant;
    if (!drifts && voice.jumps.empty()) return worst;
    for (const Passage& p : voice.passages) {
        if (!p.fits) continue;
        const double half = drifts ? std::abs(voice.drift->ms_per_s) / 1000 *
                                         static_cast<double>(p.frames.frames()) / 2
                                   : 0;
        worst = std::max(worst, std::abs(p.offset_frames) + half);
    }
    return worst;
}

bool is_settled(const Verdict& verdict, const Voice& voice, const Calibration& calibration) {
    const auto& early = calibration.early;
    if (!early) return false;
    if (verdict.decision == Decision::allow)
        return voice.score >= early->allow && voice.evidence_seconds >= early->allow_seconds;
    return verdict.decision == Decision::block &&
           verdict.reasons.front().reason == Reason::voice_does_not_match &&
           voice.evidence_seconds >= early->mismatch_seconds;
}

Verdict judge(const Voice& voice, const Evidence& evidence, const Calibration& calibration,
              const Thresholds& thresholds, int max_offset) {
    const bool enough = evidence.has_audio && voice.result &&
                        voice.evidence_seconds >= calibration.min_speech_seconds &&
                        evidence.seconds >= calibration.min_face_seconds;
    Verdict verdict = enough ? Judge(voice, calibration, thresholds, max_offset).decide()
                             : without_enough(evidence, calibration);
    if (evidence.cut_off)
        verdict.reasons.push_back(
            {Reason::file_cut_off, sentence(Reason::file_cut_off, evidence, calibration)});
    return verdict;
}

}  // namespace syncnet::score
