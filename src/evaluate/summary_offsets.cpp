// Whether offsets are right: of windows, of clips, of injected delays, between frames.
#include <cmath>
#include <map>

#include "evaluate/embedding_cases.h"
#include "evaluate/summary.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

// The steps that there are, by their numbers.
std::map<double, std::string> numeric_steps(const std::vector<Found>& found) {
    std::map<double, std::string> steps;
    for (const Found& f : found) steps.emplace(std::stod(f.measured->step), f.measured->step);
    return steps;
}

std::vector<Found> with_step(const std::vector<Found>& found, const std::string& step) {
    std::vector<Found> some;
    for (const Found& f : found)
        if (f.measured->step == step) some.push_back(f);
    return some;
}

ordered_json shares_within(const std::vector<Found>& found) {
    ordered_json shares = ordered_json::object();
    for (const int frames : {0, 1, 2})
        shares["within_" + std::to_string(frames)] = to_json(share_of(
            found, [&](const Case& c) { return within(c, frames + (frames == 0 ? 0.5 : 0)); }));
    return shares;
}

// What the audio alone was moved by, in ms, against what the fine offset says of it.
std::optional<double> sub_frame_error(const Found& f) {
    if (!f.measured->fine_offset || !f.measured->true_offset) return std::nullopt;
    return kMsPerFrame * (*f.measured->fine_offset - *f.measured->true_offset);
}

}  // namespace

ordered_json offset_by_window(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        const auto found = results.find({.corpus = corpus, .kind = "window"});
        ordered_json lengths = ordered_json::object();
        for (const auto& [length, step] : numeric_steps(found))
            lengths[step] = shares_within(with_step(found, step));
        table[corpus] = std::move(lengths);
    }
    return table;
}

ordered_json offsets_of_clips(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        const auto found = results.find({.corpus = corpus, .kind = "as it is", .trimmed = false});
        std::map<int, std::size_t> histogram;
        std::vector<Found> known;
        for (const Found& f : found) {
            if (f.measured->offset)  // those beyond stand at the ends
                ++histogram[std::clamp(*f.measured->offset, -sync::kPublishedReach,
                                       sync::kPublishedReach)];
            if (f.clip->zero_known) known.push_back(f);
        }
        ordered_json bins = ordered_json::object();
        for (int offset = -sync::kPublishedReach; offset <= sync::kPublishedReach; ++offset)
            bins[std::to_string(offset)] = histogram[offset];
        table[corpus] = {{"measured", bins}, {"against_known", shares_within(known)}};
    }
    return table;
}

ordered_json delays(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        const auto found = results.find({.corpus = corpus, .kind = "delay"});
        if (found.empty()) continue;
        ordered_json steps = ordered_json::object();
        for (const auto& [frames, step] : numeric_steps(found))
            steps[step] = to_json(
                share_of(with_step(found, step), [](const Case& c) { return within(c, 1); }));
        table[corpus] = {
            {"within_1", to_json(share_of(found, [](const Case& c) { return within(c, 1); }))},
            {"by_frames", steps}};
    }
    return table;
}

ordered_json sub_frame(const Results& results) {
    ordered_json table = ordered_json::object();
    const auto median_error = [](const std::vector<Found>& found) {
        std::vector<Spoken<double>> errors;
        for (const Found& f : found)
            if (const auto error = sub_frame_error(f))
                errors.push_back({f.clip->speaker, std::abs(*error)});
        return to_json(median(errors));
    };
    for (const std::string& corpus : results.corpora()) {
        const auto found = results.find({.corpus = corpus, .kind = "sub-frame"});
        if (found.empty()) continue;
        ordered_json steps = ordered_json::object();
        for (const auto& [ms, step] : numeric_steps(found)) {
            std::vector<Spoken<double>> signed_errors;
            for (const Found& f : with_step(found, step))
                if (const auto error = sub_frame_error(f))
                    signed_errors.push_back({f.clip->speaker, *error});
            steps[step] = {{"median_error_ms", median_error(with_step(found, step))},
                           {"bias_ms", to_json(median(signed_errors))}};
        }
        table[corpus] = {{"median_error_ms", median_error(found)}, {"by_ms", steps}};
    }
    return table;
}

}  // namespace syncnet::evaluate
