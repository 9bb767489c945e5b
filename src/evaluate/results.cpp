#include "evaluate/results.h"

#include <algorithm>
#include <cmath>

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

ordered_json number(const std::optional<double>& value) {
    constexpr double kDigits = 1e5;
    return value ? ordered_json(std::round(*value * kDigits) / kDigits) : ordered_json(nullptr);
}

}  // namespace

Results::Results(const std::vector<ClipRecord>& records) : records_(&records) {
    for (const ClipRecord& record : records)
        if (std::ranges::find(corpora_, record.corpus) == corpora_.end())
            corpora_.push_back(record.corpus);
    if (corpora_.size() > 1) corpora_.emplace_back(kAllCorpora);
}

std::vector<Found> Results::find(const Query& query) const {
    std::vector<Found> found;
    for (const ClipRecord& record : *records_) {
        if (!in(record, query.corpus) || record.label != query.label) continue;
        for (const Case& c : record.cases)
            if (c.kind == query.kind && (query.step.empty() || c.step == query.step) &&
                c.trimmed == query.trimmed)
                found.push_back({&record, &c});
    }
    return found;
}

bool Results::zero_known(std::string_view corpus) const {
    return std::ranges::all_of(*records_, [&](const ClipRecord& r) {
        return !in(r, corpus) || r.label != "genuine" || !r.error.empty() || r.zero_known;
    });
}

double Results::median_seconds(std::string_view corpus) const {
    std::vector<double> seconds;
    for (const ClipRecord& r : *records_)
        if (in(r, corpus) && r.label == "genuine" && r.error.empty()) seconds.push_back(r.seconds);
    return median(std::move(seconds)).value_or(0);
}

Estimate share_of(const std::vector<Found>& found, const std::function<bool(const Case&)>& is) {
    return share(spoken<bool>(found, [&](const Found& f) { return is(*f.measured); }));
}

ordered_json to_json(const Estimate& estimate) {
    return {{"value", number(estimate.value)},
            {"low", number(estimate.low)},
            {"high", number(estimate.high)},
            {"count", estimate.count},
            {"speakers", estimate.speakers}};
}

}  // namespace syncnet::evaluate
