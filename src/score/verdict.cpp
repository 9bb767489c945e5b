#include "score/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace syncnet::score {
namespace {

struct ReasonText {
    std::string_view code, sentence;
};

const ReasonText& text_of(Reason reason) {
    static constexpr std::array kTexts{
        ReasonText{"in_sync", "The voice belongs to the lips."},
        ReasonText{"offset_too_large",
                   "The voice fits the lips, but it comes too early or too late."},
        ReasonText{"voice_does_not_match", "The voice does not fit the lips at any offset."},
        ReasonText{"uncertain", "The voice may or may not belong to the lips."},
        ReasonText{"no_audio", "There is no sound."},
        ReasonText{"no_face", "No face was found."},
        ReasonText{"no_speech", "Too little speech was heard."},
        ReasonText{"too_short", "The video is too short."},
        ReasonText{"mouth_not_visible", "No mouth was in sight for long enough."},
    };
    static_assert(kTexts.size() == static_cast<std::size_t>(Reason::mouth_not_visible) + 1);
    return kTexts[static_cast<std::size_t>(reason)];
}

std::vector<Reason> missing_evidence(const Evidence& e, bool measured, const Calibration& c) {
    std::vector<Reason> missing;
    if (!e.has_audio) missing.push_back(Reason::no_audio);
    if (e.seconds < c.min_face_seconds) missing.push_back(Reason::too_short);
    if (!e.any_face) {
        missing.push_back(Reason::no_face);
    } else if (e.seconds >= c.min_face_seconds &&
               (e.face_seconds < c.min_face_seconds || (e.has_audio && !measured))) {
        missing.push_back(Reason::mouth_not_visible);
    }
    if (e.has_audio && e.any_face && e.speech_seconds < c.min_speech_seconds)
        missing.push_back(Reason::no_speech);
    return missing;
}

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

std::string_view to_string(Reason reason) {
    return text_of(reason).code;
}
std::string_view explain(Reason reason) {
    return text_of(reason).sentence;
}

std::string codes(std::span<const Reason> reasons) {
    std::string text;
    for (const Reason reason : reasons) {
        if (!text.empty()) text += ';';
        text += to_string(reason);
    }
    return text;
}

Calibration load_calibration(const std::filesystem::path& path) {
    std::ifstream file(path);
    const auto json = nlohmann::json::parse(file, nullptr, false);
    try {
        return {.intercept = json.at("intercept"),
                .confidence_weight = json.at("confidence_weight"),
                .min_dist_weight = json.at("min_dist_weight"),
                .length_weight = json.at("length_weight"),
                .offset_width = json.at("offset_width"),
                .offset_power = json.at("offset_power"),
                .scale = {.gain = json.at("distance_gain"), .shift = json.at("distance_shift")},
                .min_speech_seconds = json.at("min_speech_seconds"),
                .min_face_seconds = json.at("min_face_seconds")};
    } catch (const nlohmann::json::exception& e) {
        throw Error(ErrorCode::bad_model, path.filename().string() + ": " + e.what());
    }
}

double score(const sync::SyncResult& result, const Calibration& c) {
    const double length = std::log(std::max(1.0, result.evidence) / kUsualPairs);
    const double evidence = c.intercept + c.confidence_weight * result.confidence +
                            c.min_dist_weight * result.min_dist + c.length_weight * length;
    const double offset = std::pow(std::abs(result.offset_frames) / c.offset_width, c.offset_power);
    return std::exp(-offset) / (1.0 + std::exp(-evidence));
}

Verdict judge(const std::optional<sync::SyncResult>& result, const Evidence& evidence,
              const Calibration& calibration, const Thresholds& thresholds) {
    if (auto missing = missing_evidence(evidence, result.has_value(), calibration);
        !missing.empty())
        return {.score = {}, .decision = Decision::next, .reasons = std::move(missing)};
    if (!result) return {.score = {}, .decision = Decision::next, .reasons = {Reason::too_short}};

    const double value = score(*result, calibration);
    const bool in_time = std::abs(result->offset_frames) <= thresholds.max_offset_frames;
    if (value >= thresholds.allow && in_time)
        return {.score = value, .decision = Decision::allow, .reasons = {Reason::in_sync}};
    // Which of the two factors of the score spoilt it?
    sync::SyncResult in_place = *result;
    in_place.offset_frames = 0;
    const double fits = score(in_place, calibration);
    const Reason reason = fits >= thresholds.next && !in_time ? Reason::offset_too_large
                          : value >= thresholds.next          ? Reason::uncertain
                                                              : Reason::voice_does_not_match;
    return {.score = value,
            .decision = value >= thresholds.next ? Decision::next : Decision::block,
            .reasons = {reason}};
}

}  // namespace syncnet::score
