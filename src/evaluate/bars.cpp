// What the project promises, against what was measured.
#include <array>
#include <string>

#include "evaluate/degradations.h"
#include "evaluate/summary.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;
using Pointer = ordered_json::json_pointer;

// Shorter clips have bars of their own.
constexpr double kShortClips = 2;  // seconds, the median of a corpus

struct WindowBar {
    const char* frames;
    double wanted;
};
// Where the true offset is known (a studio's), and where each clip's own stands for it.
constexpr std::array kKnownBars{WindowBar{"5", 0.85}, WindowBar{"15", 0.97}, WindowBar{"25", 0.99},
                                WindowBar{"50", 0.995}};
constexpr std::array kOwnBars{WindowBar{"15", 0.80}, WindowBar{"25", 0.92}};

constexpr double kSwappedEer = 0.04, kSwappedEerShort = 0.15;
constexpr double kShiftedEer = 0.02, kShiftedEerShort = 0.08;
constexpr double kGenuineAllow = 0.95, kNegativeAllow = 0.05;
constexpr double kFall = 0.05;
constexpr double kSubFrameMs = 12;
constexpr double kEce = 0.05;

class Table {
  public:
    explicit Table(const ordered_json& summary) : summary_(&summary) {}

    // `unit`: "share" or "ms". `place`: of the estimate of trimmed clips. Without a value the bar
    // can't be judged.
    void add(const std::string& what, const std::string& corpus, const std::string& place,
             bool at_least, double wanted, const char* unit = "share",
             const std::string& as_filmed = {}) {
        const ordered_json measured = at(place);
        const auto met = [&](const ordered_json& estimate) -> ordered_json {
            if (!estimate.is_object() || !estimate.at("value").is_number()) return nullptr;
            const auto value = estimate.at("value").get<double>();
            return at_least ? value >= wanted : value <= wanted;
        };
        const ordered_json filmed = as_filmed.empty() ? ordered_json(nullptr) : at(as_filmed);
        ordered_json row{
            {"what", what},         {"corpus", corpus},     {"measured", measured},
            {"unit", unit},         {"at_least", at_least}, {"wanted", wanted},
            {"met", met(measured)}, {"as_filmed", filmed},  {"met_as_filmed", met(filmed)}};
        rows.push_back(std::move(row));
    }

    ordered_json rows = ordered_json::array();

  private:
    ordered_json at(const std::string& place) const {
        const Pointer pointer(place);
        return summary_->contains(pointer) ? summary_->at(pointer) : ordered_json(nullptr);
    }

    const ordered_json* summary_;
};

// A key within a JSON pointer.
std::string key(std::string_view text) {
    std::string escaped;
    for (const char c : text) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return "/" + escaped;
}

void add_windows(Table& table, const std::string& corpus, bool known) {
    const auto add = [&](const WindowBar& bar) {
        table.add(std::string("offset within ±1 frame, ") + bar.frames + "-frame windows", corpus,
                  "/offset_by_window" + key(corpus) + key(bar.frames) + "/within_1", true,
                  bar.wanted);
    };
    if (known)
        for (const WindowBar& bar : kKnownBars) add(bar);
    else
        for (const WindowBar& bar : kOwnBars) add(bar);
}

void add_separation(Table& table, const std::string& corpus, bool is_short) {
    const auto add = [&](const char* kind, const char* what, double wanted) {
        const std::string place = "/separation" + key(corpus) + key(kind);
        table.add(what, corpus, place + "/trimmed/score/eer", false, wanted, "share",
                  place + "/as_filmed/score/eer");
    };
    add("swapped", "genuine against swapped audio, EER", is_short ? kSwappedEerShort : kSwappedEer);
    add("shifted", "genuine against shifted by ≥ 5 frames, EER",
        is_short ? kShiftedEerShort : kShiftedEer);
}

void add_decisions(Table& table, const std::string& corpus) {
    const auto add = [&](const char* kind, const std::string& what, bool at_least, double wanted) {
        const std::string place = "/decisions" + key(corpus) + key(kind);
        table.add(what + " ALLOW, clips of ≥ 3 s", corpus, place + "/trimmed/of_3_s/ALLOW",
                  at_least, wanted, "share", place + "/as_filmed/of_3_s/ALLOW");
    };
    add("genuine", "genuine", true, kGenuineAllow);
    add("swapped", "swapped", false, kNegativeAllow);
    add("shifted", "shifted by ≥ 5 frames", false, kNegativeAllow);
}

}  // namespace

ordered_json bars(const ordered_json& summary, const Results& results) {
    Table table(summary);
    for (const std::string& corpus : results.corpora()) {
        const bool is_short = results.median_seconds(corpus) < kShortClips;
        if (corpus != kAllCorpora || results.corpora().size() == 1) {
            add_windows(table, corpus, results.zero_known(corpus));
            add_separation(table, corpus, is_short);
            if (!is_short) add_decisions(table, corpus);
        }
    }
    const std::string all = results.corpora().empty() ? "" : results.corpora().back();
    table.add("sub-frame offset, injected in 10 ms steps: median error", all,
              "/sub_frame" + key(all) + "/median_error_ms", false, kSubFrameMs, "ms");
    const std::string ece = "/reliability" + key(all);
    table.add("score reliability (ECE)", all, ece + "/trimmed/swapped_and_shifted/ece", false, kEce,
              "share", ece + "/as_filmed/swapped_and_shifted/ece");
    for (const Degradation& d : degradations())
        table.add("fall of offsets within ±1: " + std::string(d.title) + ", " +
                      std::string(d.steps[d.middle]) + " " + std::string(d.unit),
                  all, "/degraded" + key(all) + key(d.kind) + key(d.steps[d.middle]) + "/fall",
                  false, kFall);
    return table.rows;
}

}  // namespace syncnet::evaluate
