// Whether genuine clips are told from others, and what is decided.
#include <algorithm>
#include <array>
#include <functional>
#include <limits>

#include "evaluate/degradations.h"
#include "evaluate/donors.h"
#include "evaluate/manifest.h"
#include "evaluate/summary.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

// Curves are drawn from so many points at most.
constexpr std::size_t kCurvePoints = 200;
constexpr std::size_t kScoreBins = 20;
constexpr double kLongClip = 2.9;  // seconds: "clips of 3 s" may lack a frame or two

// Which number tells them apart.
using Value = std::optional<double> Case::*;

struct Trial {
    double value;
    bool genuine;
};

std::vector<Spoken<Trial>> trials(const std::vector<Found>& genuine,
                                  const std::vector<Found>& negative, Value value) {
    std::vector<Spoken<Trial>> all;
    for (const auto* side : {&genuine, &negative})
        for (const Found& f : *side)
            if (const auto& v = f.measured->*value)
                all.push_back({f.clip->speaker, {*v, side == &genuine}});
    return all;
}

std::vector<RocPoint> curve_of(const std::vector<Trial>& all) {
    std::vector<double> good, bad;
    for (const Trial& t : all) (t.genuine ? good : bad).push_back(t.value);
    return roc(good, bad);
}

ordered_json points(const std::vector<RocPoint>& curve) {
    ordered_json list = ordered_json::array();
    const std::size_t step = std::max<std::size_t>(1, curve.size() / kCurvePoints);
    for (std::size_t i = 0; i < curve.size(); ++i)
        if (i % step == 0 || i + 1 == curve.size())
            list.push_back({curve[i].false_accept, curve[i].true_accept});
    return list;
}

ordered_json told_apart(const std::vector<Found>& genuine, const std::vector<Found>& negative,
                        Value value) {
    const auto all = trials(genuine, negative, value);
    std::vector<Trial> values;
    values.reserve(all.size());
    for (const auto& s : all) values.push_back(s.value);
    const auto area = [](const std::vector<Trial>& v) { return area_under(curve_of(v)); };
    const auto rate = [](const std::vector<Trial>& v) { return equal_error_rate(curve_of(v)); };
    const auto genuine_count = std::ranges::count(values, true, &Trial::genuine);
    return {{"auc", to_json(bootstrap<Trial>(all, area))},
            {"eer", to_json(bootstrap<Trial>(all, rate))},
            {"genuine", genuine_count},
            {"negative", std::ssize(values) - genuine_count},
            {"without", genuine.size() + negative.size() - values.size()},
            {"roc", points(curve_of(values))}};
}

struct Negative {
    std::string_view name, kind, step;
};

std::vector<Negative> made_negatives() {
    return {{"swapped", "swapped", {}},
            {"swapped, same speaker", "swapped", to_string(Donor::same_speaker)},
            {"swapped, other speaker", "swapped", to_string(Donor::other_speaker)},
            {"swapped, other corpus", "swapped", to_string(Donor::other_corpus)},
            {"shifted", "shifted", {}}};
}

ordered_json shares_of_decisions(const std::vector<Found>& found) {
    ordered_json line = ordered_json::object();
    for (const char* decision : {"ALLOW", "NEXT", "BLOCK"})
        line[decision] =
            to_json(share_of(found, [&](const Case& c) { return c.decision == decision; }));
    line["not_enough_evidence"] =
        to_json(share_of(found, [](const Case& c) { return !c.evidence(); }));
    return line;
}

std::vector<Found> long_ones(std::vector<Found> found) {
    std::erase_if(found, [](const Found& f) { return f.clip->seconds < kLongClip; });
    return found;
}

ordered_json histogram(const std::vector<Found>& found) {
    std::array<std::size_t, kScoreBins> bins{};
    std::size_t without = 0;
    for (const Found& f : found)
        if (f.measured->score)
            ++bins[std::min(kScoreBins - 1,
                            static_cast<std::size_t>(*f.measured->score * kScoreBins))];
        else
            ++without;
    return {{"bins", bins}, {"count", found.size()}, {"not_enough_evidence", without}};
}

// Genuine clips weigh as much as all negatives, swapped as much as shifted: a score is a
// probability only against a share of genuine ones, and this is the one that is taken.
using Wanted = std::function<bool(const Case&)>;

std::vector<Spoken<Prediction>> predictions(
    const Results& results, const std::string& corpus, bool with_shifted, bool trimmed,
    const Wanted& wanted = [](const Case&) { return true; }) {
    std::vector<Spoken<Prediction>> all;
    const auto add = [&](std::string_view kind, bool genuine, double part) {
        auto found = results.find({.corpus = corpus, .kind = kind, .trimmed = trimmed});
        std::erase_if(
            found, [&](const Found& f) { return !f.measured->evidence() || !wanted(*f.measured); });
        for (const Found& f : found)
            all.push_back({f.clip->speaker,
                           {.probability = *f.measured->score,
                            .genuine = genuine,
                            .weight = part / static_cast<double>(found.size())}});
        return !found.empty();
    };
    bool complete = add("genuine", true, 1);
    complete = add("swapped", false, with_shifted ? 0.5 : 1) && complete;
    if (with_shifted) complete = add("shifted", false, 0.5) && complete;
    if (!complete) all.clear();
    return all;
}

ordered_json reliability_json(const std::vector<Spoken<Prediction>>& all) {
    std::vector<Prediction> values;
    values.reserve(all.size());
    for (const auto& s : all) values.push_back(s.value);
    ordered_json bins = ordered_json::array();
    for (const ReliabilityBin& bin : reliability(values))
        bins.push_back({{"probability", bin.probability},
                        {"share", bin.share},
                        {"weight", bin.weight},
                        {"count", bin.count}});
    const Estimate error = bootstrap<Prediction>(
        all, [](const std::vector<Prediction>& v) { return expected_calibration_error(v); });
    return {{"ece", to_json(error)}, {"bins", bins}};
}

}  // namespace

ordered_json separation(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        ordered_json kinds = ordered_json::object();
        for (const Negative& n : made_negatives())
            for (const bool trimmed : {true, false}) {
                const auto genuine =
                    results.find({.corpus = corpus, .kind = "genuine", .trimmed = trimmed});
                const auto negative = results.find(
                    {.corpus = corpus, .kind = n.kind, .step = n.step, .trimmed = trimmed});
                if (negative.empty() || genuine.empty()) continue;
                kinds[std::string(n.name)][trimmed ? "trimmed" : "as_filmed"] = {
                    {"score", told_apart(genuine, negative, &Case::score)},
                    {"confidence", told_apart(genuine, negative, &Case::confidence)}};
            }
        table[corpus] = std::move(kinds);
    }
    return table;
}

ordered_json scores(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        ordered_json kinds = ordered_json::object();
        const auto add = [&](std::string_view name, const Results::Query& query) {
            if (const auto found = results.find(query); !found.empty())
                kinds[std::string(name)] = histogram(found);
        };
        add("genuine", {.corpus = corpus, .kind = "genuine"});
        add("swapped", {.corpus = corpus, .kind = "swapped"});
        add("shifted", {.corpus = corpus, .kind = "shifted"});
        for (const Tampering& t : tamperings()) add(t.kind, {.corpus = corpus, .kind = t.kind});
        for (const std::string_view label : kLabels)
            if (label != "genuine")
                add("labelled " + std::string(label),
                    {.corpus = corpus, .kind = "as it is", .trimmed = false, .label = label});
        table[corpus] = std::move(kinds);
    }
    return table;
}

ordered_json decisions(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        ordered_json kinds = ordered_json::object();
        for (const char* kind : {"genuine", "swapped", "shifted"})
            for (const bool trimmed : {false, true}) {
                const auto found =
                    results.find({.corpus = corpus, .kind = kind, .trimmed = trimmed});
                if (found.empty()) continue;
                ordered_json& line = kinds[kind][trimmed ? "trimmed" : "as_filmed"];
                line["all"] = shares_of_decisions(found);
                line["of_3_s"] = shares_of_decisions(long_ones(found));
            }
        table[corpus] = std::move(kinds);
    }
    return table;
}

// How much evidence there was, in seconds: bands of it.
struct Band {
    std::string_view name;
    double from, to;
};
constexpr std::array kBands{Band{"below 1 s", 0, 1}, Band{"1 to 2 s", 1, 2}, Band{"2 to 4 s", 2, 4},
                            Band{"4 to 8 s", 4, 8},
                            Band{"8 s and more", 8, std::numeric_limits<double>::infinity()}};

// Of all corpora together.
ordered_json reliability_by_evidence(const Results& results) {
    ordered_json table = ordered_json::object();
    const std::string& corpus = results.corpora().back();
    for (const Band& band : kBands) {
        const auto all = predictions(results, corpus, true, true, [&](const Case& c) {
            return c.evidence_s >= band.from && c.evidence_s < band.to;
        });
        if (!all.empty()) table[std::string(band.name)] = reliability_json(all);
    }
    return table;
}

ordered_json reliability_of_score(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora())
        for (const bool trimmed : {true, false}) {
            const auto all = predictions(results, corpus, true, trimmed);
            if (all.empty()) continue;
            ordered_json& form = table[corpus][trimmed ? "trimmed" : "as_filmed"];
            form["swapped_and_shifted"] = reliability_json(all);
            form["swapped"] = reliability_json(predictions(results, corpus, false, trimmed));
        }
    return table;
}

ordered_json tampered(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        const auto clean = results.find({.corpus = corpus, .kind = "clean"});
        for (const Tampering& t : tamperings()) {
            const auto found = results.find({.corpus = corpus, .kind = t.kind});
            if (found.empty()) continue;
            ordered_json line = shares_of_decisions(found);
            line["score"] = told_apart(clean, found, &Case::score);
            line["confidence"] = told_apart(clean, found, &Case::confidence);
            table[corpus][std::string(t.kind)] = std::move(line);
        }
    }
    return table;
}

ordered_json own_labels(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        const auto genuine = results.find({.corpus = corpus, .kind = "as it is", .trimmed = false});
        for (const std::string_view label : kLabels) {
            const auto found = results.find(
                {.corpus = corpus, .kind = "as it is", .trimmed = false, .label = label});
            if (found.empty()) continue;
            ordered_json line = shares_of_decisions(found);
            if (label != "genuine") {
                line["score"] = told_apart(genuine, found, &Case::score);
                line["confidence"] = told_apart(genuine, found, &Case::confidence);
            }
            std::vector<Found> known;
            std::ranges::copy_if(found, std::back_inserter(known),
                                 [](const Found& f) { return f.clip->zero_known; });
            line["offset_within_1"] =
                to_json(share_of(known, [](const Case& c) { return within(c, 1); }));
            table[corpus][std::string(label)] = std::move(line);
        }
    }
    return table;
}

}  // namespace syncnet::evaluate
