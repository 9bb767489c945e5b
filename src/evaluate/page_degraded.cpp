// The page's section about video and audio made worse.
#include "evaluate/degradations.h"
#include "evaluate/html.h"
#include "evaluate/page.h"
#include "evaluate/plot.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

struct Shown {
    const char* name;
    const char* words;
};
constexpr Shown kShown[]{{"within_1", "offset within ±1, with evidence"},
                         {"not_enough_evidence", "not enough evidence"},
                         {"allow", "ALLOW"}};

std::string step_name(std::string_view step) {
    return std::string(step);
}

// One kind: the undegraded clips at the left, then step after step.
std::string kind_figure(const Degradation& d, const ordered_json& clean,
                        const ordered_json& steps) {
    std::vector<Tick> ticks{{0, "clean"}};
    std::vector<const ordered_json*> values{&clean};
    for (std::size_t i = 0; i < d.steps.size(); ++i) {
        const std::string name = step_name(d.steps[i]);
        if (!steps.contains(name)) continue;
        ticks.push_back(
            {static_cast<double>(values.size()), i == d.middle ? "[" + name + "]" : name});
        values.push_back(&steps.at(name));
    }
    Plot plot({.title = std::string(d.title),
               .x_label = std::string(d.unit),
               .x_from = -0.3,
               .x_to = static_cast<double>(values.size()) - 0.7,
               .x_ticks = ticks,
               .y_ticks = percent_ticks(),
               .width = 300,
               .height = 215});
    int series = 0;
    for (const Shown& shown : kShown) {
        std::vector<PlotPoint> points;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const ordered_json& estimate = values[i]->at(shown.name);
            if (!has_value(estimate)) continue;
            const auto x = static_cast<double>(i);
            points.push_back({x, estimate.at("value").get<double>()});
            if (series == 0 && estimate.at("low").is_number())
                plot.whisker(x, estimate.at("low").get<double>(), estimate.at("high").get<double>(),
                             0);
        }
        plot.line(points, series, series == 1);
        plot.dots(points, series++);
    }
    return figure(plot.svg(), d.title);
}

std::vector<std::string> row_of(const std::string& corpus, const std::string& kind,
                                const std::string& step, const ordered_json& numbers) {
    return {escaped(corpus),
            escaped(kind),
            step,
            share_text(numbers.at("within_1")),
            share_text(numbers.at("fall")),
            share_text(numbers.at("not_enough_evidence")),
            share_text(numbers.at("allow")),
            share_text(numbers.at("block")),
            std::to_string(numbers.at("allow").at("count").get<int>())};
}

}  // namespace

std::string degraded_section(const ordered_json& report) {
    const ordered_json& by_corpus = report.at("degraded");
    bool any = false;
    for (const auto& [corpus, kinds] : by_corpus.items()) any = any || kinds.size() > 1;
    if (!any) return section("degraded", "Degradations", paragraph("Not measured in this run."));

    const std::string whole = by_corpus.contains("all") ? "all" : by_corpus.begin().key();
    const ordered_json& kinds = by_corpus.at(whole);
    std::vector<std::string> drawings;
    for (const Degradation& d : degradations())
        if (kinds.contains(std::string(d.kind)))
            drawings.push_back(kind_figure(d, kinds.at("clean"), kinds.at(std::string(d.kind))));
    std::vector<LegendEntry> legend;
    int series = 0;
    for (const Shown& shown : kShown) {
        legend.push_back({.text = shown.words, .series = series, .dashed = series == 1});
        ++series;
    }

    std::vector<std::vector<std::string>> rows;
    for (const auto& [corpus, table_of] : by_corpus.items()) {
        rows.push_back(row_of(corpus, "clean", "", table_of.at("clean")));
        for (const Degradation& d : degradations()) {
            if (!table_of.contains(std::string(d.kind))) continue;
            for (std::size_t i = 0; i < d.steps.size(); ++i) {
                const std::string step(d.steps[i]);
                if (table_of.at(std::string(d.kind)).contains(step))
                    rows.push_back(row_of(
                        corpus, std::string(d.title),
                        (i == d.middle ? "<b>" + step + "</b> " : step + " ") + escaped(d.unit),
                        table_of.at(std::string(d.kind)).at(step)));
            }
        }
    }
    return section(
        "degraded", "Degradations",
        paragraph(
            "Genuine clips, trimmed, made worse step by step and read again. The step in "
            "brackets is the one that a bar is set for. Drawn: all corpora together. Within ±1, "
            "and the fall of it against the clean clips: among clips with evidence.") +
            figure("", "", legend) + figures(drawings) +
            table({"corpus", "degradation", "step", "within ±1", "fall", "no evidence", "ALLOW",
                   "BLOCK", "n"},
                  rows));
}

}  // namespace syncnet::evaluate
