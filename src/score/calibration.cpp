#include "score/calibration.h"

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/json.h"

namespace syncnet::score {

double log_offset_prior(double offset_frames) {
    constexpr double kWidth = 5;
    return -std::log1p(std::pow(offset_frames / kWidth, 2));
}

namespace {

double sigmoid(double logit) {
    return 1 / (1 + std::exp(-logit));
}

double logit_of(const sync::SyncResult& result, const Calibration& c, int faces) {
    const double counts = result.evidence > 0 || c.evidence_half > 0
                              ? result.evidence / (result.evidence + c.evidence_half)
                              : 1;
    const double logit = counts * (c.intercept + c.confidence_weight * result.confidence +
                                   c.min_dist_weight * result.min_dist);
    return c.pairs ? logit - std::log(faces) : logit;
}

}  // namespace

double fit(const sync::SyncResult& result, const Calibration& c, int faces) {
    return sigmoid(logit_of(result, c, faces) +
                   (c.pairs ? log_offset_prior(result.offset_frames) : 0));
}

double fit_at_any_offset(const sync::SyncResult& result, const Calibration& c, int faces) {
    return sigmoid(logit_of(result, c, faces));
}

double score(const sync::SyncResult& result, const Calibration& c, int faces) {
    const double offset = std::pow(std::abs(result.offset_frames) / c.offset_width, c.offset_power);
    return std::exp(-offset) * fit(result, c, faces);
}

Calibration load_calibration(const std::filesystem::path& path) {
    std::ifstream file(path);
    const auto json = nlohmann::json::parse(file, nullptr, false);
    try {
        Calibration c{
            .intercept = json.at("intercept"),
            .confidence_weight = json.at("confidence_weight"),
            .min_dist_weight = json.at("min_dist_weight"),
            .evidence_half = json.at("evidence_half"),
            .offset_width = json.at("offset_width"),
            .offset_power = json.at("offset_power"),
            .scale = {.gain = json.at("distance_gain"), .shift = json.at("distance_shift")},
            .min_speech_seconds = json.at("min_speech_seconds"),
            .min_face_seconds = json.at("min_face_seconds"),
            .mismatch_fit = json.at("mismatch_fit"),
            .mismatch_seconds = json.at("mismatch_seconds")};
        if (const auto pairs = json.find("pairs"); pairs != json.end())
            c.pairs = {.advantage = pairs->at("advantage"), .nats = pairs->at("nats")};
        if (const auto early = json.find("early"); early != json.end())
            c.early = {.allow = early->at("allow"),
                       .allow_seconds = early->at("allow_seconds"),
                       .mismatch_seconds = early->at("mismatch_seconds")};
        return c;
    } catch (const nlohmann::json::exception& e) {
        throw Error(ErrorCode::bad_model, path.filename().string() + ": " + e.what());
    }
}

}  // namespace syncnet::score
