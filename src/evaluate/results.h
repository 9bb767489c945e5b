// All cases of a run, for asking.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/bootstrap.h"
#include "evaluate/case.h"

namespace syncnet::evaluate {

inline constexpr std::string_view kAllCorpora = "all";

struct Found {
    const ClipRecord* clip;
    const Case* measured;
};

class Results {
  public:
    // `records` must outlive it.
    explicit Results(const std::vector<ClipRecord>& records);

    const std::vector<ClipRecord>& records() const { return *records_; }
    // In the order of the manifest; where there are several, kAllCorpora behind them.
    const std::vector<std::string>& corpora() const { return corpora_; }
    bool in(const ClipRecord& record, std::string_view corpus) const {
        return corpus == kAllCorpora || record.corpus == corpus;
    }

    struct Query {
        std::string_view corpus = kAllCorpora;
        std::string_view kind;
        std::string_view step = {};  // empty: any
        bool trimmed = true;
        std::string_view label = "genuine";
    };
    std::vector<Found> find(const Query& query) const;

    // Of genuine clips: whether their zero is known in all of them, and their median length.
    bool zero_known(std::string_view corpus) const;
    double median_seconds(std::string_view corpus) const;

  private:
    const std::vector<ClipRecord>* records_;
    std::vector<std::string> corpora_;
};

// `value`: Found -> T.
template <typename T>
std::vector<Spoken<T>> spoken(const std::vector<Found>& found,
                              const std::function<T(const Found&)>& value) {
    std::vector<Spoken<T>> samples;
    samples.reserve(found.size());
    for (const Found& f : found) samples.push_back({f.clip->speaker, value(f)});
    return samples;
}

Estimate share_of(const std::vector<Found>& found, const std::function<bool(const Case&)>& is);

nlohmann::ordered_json to_json(const Estimate& estimate);

}  // namespace syncnet::evaluate
