// How long the product holds when video and audio get worse.
#include <map>

#include "evaluate/degradations.h"
#include "evaluate/summary.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

// How many offsets less are right than on the same clips undegraded, where there is evidence.
Estimate fall(const std::vector<Found>& found, const std::map<const ClipRecord*, bool>& clean) {
    std::vector<Spoken<double>> falls;
    for (const Found& f : found) {
        const auto before = clean.find(f.clip);
        if (!f.measured->evidence() || before == clean.end()) continue;
        falls.push_back({f.clip->speaker, static_cast<double>(before->second) -
                                              static_cast<double>(within(*f.measured, 1))});
    }
    return bootstrap<double>(falls, [](const std::vector<double>& all) { return mean(all); });
}

ordered_json step_json(const std::vector<Found>& found,
                       const std::map<const ClipRecord*, bool>& clean) {
    std::vector<Found> judged;
    for (const Found& f : found)
        if (f.measured->evidence()) judged.push_back(f);
    const auto is = [](const char* decision) {
        return [decision](const Case& c) { return c.decision == decision; };
    };
    return {{"within_1", to_json(share_of(judged, [](const Case& c) { return within(c, 1); }))},
            {"fall", to_json(fall(found, clean))},
            {"not_enough_evidence",
             to_json(share_of(found, [](const Case& c) { return !c.evidence(); }))},
            {"allow", to_json(share_of(found, is("ALLOW")))},
            {"block", to_json(share_of(found, is("BLOCK")))}};
}

}  // namespace

ordered_json degraded(const Results& results) {
    ordered_json table = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        const auto undegraded = results.find({.corpus = corpus, .kind = "clean"});
        if (undegraded.empty()) continue;
        std::map<const ClipRecord*, bool> clean;
        for (const Found& f : undegraded) clean[f.clip] = within(*f.measured, 1);
        ordered_json kinds = ordered_json::object();
        kinds["clean"] = step_json(undegraded, clean);
        for (const Degradation& d : degradations()) {
            ordered_json steps = ordered_json::object();
            for (const std::string_view step : d.steps) {
                const auto found = results.find({.corpus = corpus, .kind = d.kind, .step = step});
                if (!found.empty()) steps[std::string(step)] = step_json(found, clean);
            }
            if (!steps.empty()) kinds[std::string(d.kind)] = std::move(steps);
        }
        table[corpus] = std::move(kinds);
    }
    return table;
}

}  // namespace syncnet::evaluate
