// The page's sections about telling genuine clips from others.
#include <algorithm>

#include "evaluate/html.h"
#include "evaluate/measures.h"
#include "evaluate/page.h"
#include "evaluate/plot.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

struct Curve {
    std::string name;
    std::vector<PlotPoint> points;  // false accepts, true accepts
    int series;
    bool dashed;
};

std::vector<PlotPoint> points_of(const ordered_json& roc) {
    std::vector<PlotPoint> points;
    for (const ordered_json& p : roc)
        points.push_back({p.at(0).get<double>(), p.at(1).get<double>()});
    return points;
}

std::vector<Curve> curves_of(const ordered_json& kinds) {
    std::vector<Curve> curves;
    int series = 0;
    for (const char* kind : {"swapped", "shifted"}) {
        if (!kinds.contains(kind) || !kinds.at(kind).contains("trimmed")) continue;
        const ordered_json& values = kinds.at(kind).at("trimmed");
        curves.push_back({std::string(kind) + ", by score", points_of(values.at("score").at("roc")),
                          series, false});
        if (kind == std::string_view("swapped"))
            curves.push_back({std::string(kind) + ", by confidence",
                              points_of(values.at("confidence").at("roc")), series, true});
        ++series;
    }
    return curves;
}

std::vector<LegendEntry> legend_of(const std::vector<Curve>& curves) {
    std::vector<LegendEntry> legend;
    legend.reserve(curves.size());
    for (const Curve& c : curves)
        legend.push_back({.text = c.name, .series = c.series, .dashed = c.dashed});
    return legend;
}

std::string roc_figure(const std::string& corpus, const std::vector<Curve>& curves) {
    Plot plot({.title = "ROC, " + corpus,
               .x_label = "false accepts",
               .y_label = "true accepts",
               .x_ticks = percent_ticks(),
               .y_ticks = percent_ticks(),
               .width = 340,
               .height = 320});
    plot.rule({0, 0}, {1, 1});
    for (const Curve& c : curves) plot.line(c.points, c.series, c.dashed);
    return figure(plot.svg(), "ROC, " + corpus, legend_of(curves));
}

std::string det_figure(const std::string& corpus, const std::vector<Curve>& curves) {
    constexpr double kLeast = 0.002, kMost = 0.6;
    std::vector<Tick> ticks;
    for (const double rate : {0.005, 0.02, 0.05, 0.1, 0.2, 0.4})
        ticks.push_back({probit(rate), percent(rate, rate < 0.01 ? 1 : 0)});
    Plot plot({.title = "DET, " + corpus,
               .x_label = "false accepts",
               .y_label = "false rejects",
               .x_from = probit(kLeast),
               .x_to = probit(kMost),
               .y_from = probit(kLeast),
               .y_to = probit(kMost),
               .x_ticks = ticks,
               .y_ticks = ticks,
               .width = 340,
               .height = 320});
    plot.rule({probit(kLeast), probit(kLeast)}, {probit(kMost), probit(kMost)});
    const auto deviate = [&](double rate) { return probit(std::clamp(rate, kLeast, kMost)); };
    for (const Curve& c : curves) {
        std::vector<PlotPoint> points;
        points.reserve(c.points.size());
        for (const PlotPoint& p : c.points) points.push_back({deviate(p.x), deviate(1 - p.y)});
        plot.line(points, c.series, c.dashed);
    }
    return figure(plot.svg(), "DET, " + corpus, legend_of(curves));
}

std::string separation_table(const ordered_json& by_corpus) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [corpus, kinds] : by_corpus.items())
        for (const auto& [kind, forms] : kinds.items())
            for (const auto& [form, values] : forms.items()) {
                const ordered_json& score = values.at("score");
                const ordered_json& confidence = values.at("confidence");
                rows.push_back({escaped(corpus), escaped(kind),
                                form == "trimmed" ? "trimmed" : "as filmed",
                                share_text(score.at("eer")), number_text(score.at("auc")),
                                share_text(confidence.at("eer")), number_text(confidence.at("auc")),
                                std::to_string(score.at("genuine").get<int>()) + " / " +
                                    std::to_string(score.at("negative").get<int>()),
                                std::to_string(score.at("without").get<int>())});
            }
    return table({"corpus", "genuine against", "", "EER, score", "AUC, score", "EER, confidence",
                  "AUC, confidence", "clips", "no score"},
                 rows);
}

std::string score_figure(const std::string& corpus, const std::string& kind,
                         const ordered_json& genuine, const ordered_json& negative) {
    const auto shares = [](const ordered_json& h) {
        std::vector<double> bins;
        const double all = std::max(1.0, h.at("count").get<double>());
        for (const ordered_json& n : h.at("bins")) bins.push_back(n.get<double>() / all);
        return bins;
    };
    const std::vector<double> good = shares(genuine), bad = shares(negative);
    Plot plot({.title = "Scores, " + corpus + ", " + kind,
               .x_label = "score",
               .x_ticks = {{0, "0"}, {0.25, "0.25"}, {0.5, "0.5"}, {0.75, "0.75"}, {1, "1"}},
               .y_ticks = {{0, "0"}, {0.5, "50 %"}, {1, "100 %"}},
               .width = 300,
               .height = 180});
    const auto n = static_cast<double>(good.size());
    for (std::size_t i = 0; i < good.size(); ++i) {
        const auto left = static_cast<double>(i);
        plot.bar(left / n, (left + 0.5) / n, good[i], 0);
        plot.bar((left + 0.5) / n, (left + 1) / n, bad[i], 1);
    }
    return figure(plot.svg(), corpus,
                  {{.text = "genuine", .series = 0}, {.text = kind, .series = 1}});
}

std::string reliability_figure(const std::string& title, const ordered_json& bins) {
    Plot plot({.title = title,
               .x_label = "score that was given",
               .y_label = "share of genuine ones",
               .x_ticks = percent_ticks(),
               .y_ticks = percent_ticks(),
               .width = 340,
               .height = 320});
    plot.rule({0, 0}, {1, 1});
    std::vector<PlotPoint> points;
    for (const ordered_json& b : bins)
        points.push_back({b.at("probability").get<double>(), b.at("share").get<double>()});
    plot.line(points, 0);
    plot.dots(points, 0);
    return figure(plot.svg(), title);
}

std::size_t count_of(const ordered_json& found) {
    std::size_t count = 0;
    for (const ordered_json& bin : found.at("bins")) count += bin.at("count").get<std::size_t>();
    return count;
}

// ALLOW, NEXT, BLOCK, no evidence.
void add_decisions(std::vector<std::string>& row, const ordered_json& line) {
    for (const char* decision : {"ALLOW", "NEXT", "BLOCK", "not_enough_evidence"})
        row.push_back(share_text(line.at(decision)));
    row.push_back(std::to_string(line.at("ALLOW").at("count").get<int>()));
}

}  // namespace

std::string separation_section(const ordered_json& report) {
    std::vector<std::string> drawings;
    for (const auto& [corpus, kinds] : report.at("separation").items()) {
        if (corpus == "all" || kinds.empty()) continue;
        const std::vector<Curve> curves = curves_of(kinds);
        if (curves.empty()) continue;
        drawings.push_back(roc_figure(corpus, curves));
        drawings.push_back(det_figure(corpus, curves));
    }
    return section("separation", "Genuine against swapped and shifted audio",
                   paragraph("Swapped: the audio of another clip, both beginning with speech. "
                             "Shifted: by 5 to 15 frames, both ways. Genuine clips have their own "
                             "offset removed. Curves: trimmed clips.") +
                       figures(drawings) + separation_table(report.at("separation")));
}

std::string scores_section(const ordered_json& report) {
    std::vector<std::string> kinds;
    for (const auto& [corpus, histograms] : report.at("scores").items())
        for (const auto& [kind, histogram] : histograms.items())
            if (kind != "genuine" && std::ranges::find(kinds, kind) == kinds.end())
                kinds.push_back(kind);
    std::string body;
    for (const std::string& kind : kinds) {
        std::vector<std::string> drawings;
        for (const auto& [corpus, histograms] : report.at("scores").items())
            if (histograms.contains(kind) && histograms.contains("genuine") && corpus != "all")
                drawings.push_back(
                    score_figure(corpus, kind, histograms.at("genuine"), histograms.at(kind)));
        if (!drawings.empty())
            body += "<h3>Genuine and " + escaped(kind) + "</h3>" + figures(drawings);
    }
    return section("scores", "Scores",
                   paragraph("Share of clips in each twentieth of the score, trimmed; clips "
                             "without enough evidence have none.") +
                       body);
}

std::string decisions_section(const ordered_json& report) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [corpus, kinds] : report.at("decisions").items())
        for (const auto& [kind, forms] : kinds.items())
            for (const auto& [form, line] : forms.items()) {
                std::vector<std::string> row{escaped(corpus), kind,
                                             form == "trimmed" ? "trimmed" : "as filmed"};
                add_decisions(row, line.at("all"));
                rows.push_back(std::move(row));
            }
    return section("decisions", "Decisions at the default thresholds",
                   table({"corpus", "", "", "ALLOW", "NEXT", "BLOCK", "no evidence", "n"}, rows));
}

std::string reliability_section(const ordered_json& report) {
    std::vector<std::string> drawings;
    std::vector<std::vector<std::string>> rows;
    for (const auto& [corpus, forms] : report.at("reliability").items())
        for (const auto& [form, kinds] : forms.items()) {
            const std::string words = form == "trimmed" ? "trimmed" : "as filmed";
            if (form == "trimmed")
                drawings.push_back(reliability_figure(corpus + ", " + words,
                                                      kinds.at("swapped_and_shifted").at("bins")));
            rows.push_back({escaped(corpus), words,
                            number_text(kinds.at("swapped_and_shifted").at("ece")),
                            number_text(kinds.at("swapped").at("ece"))});
        }
    std::vector<std::string> by_evidence;
    std::vector<std::vector<std::string>> bands;
    for (const auto& [band, found] : report.at("reliability_by_evidence").items()) {
        by_evidence.push_back(reliability_figure("evidence " + band, found.at("bins")));
        bands.push_back(
            {escaped(band), number_text(found.at("ece")), std::to_string(count_of(found))});
    }
    return section(
        "reliability", "Reliability of the score",
        paragraph("A score of 0.8 should mean that 8 of 10 are genuine. Genuine clips "
                  "weigh as much as all negatives, swapped as much as shifted ones; ten "
                  "bins of equal weight.") +
            figures(drawings) +
            table({"corpus", "", "calibration error (ECE)", "against swapped alone"}, rows) +
            paragraph("The same of all corpora, trimmed, by the amount of evidence: seconds of "
                      "speech with a readable mouth.") +
            figures(by_evidence) + table({"evidence", "calibration error (ECE)", "n"}, bands));
}

std::string tampered_section(const ordered_json& report) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [corpus, kinds] : report.at("tampered").items())
        for (const auto& [kind, line] : kinds.items()) {
            std::vector<std::string> row{escaped(corpus), escaped(kind)};
            add_decisions(row, line);
            row.push_back(share_text(line.at("score").at("eer")));
            row.push_back(share_text(line.at("confidence").at("eer")));
            rows.push_back(std::move(row));
        }
    return section("tampered", "Tampered clips",
                   rows.empty() ? paragraph("Not measured in this run.")
                                : table({"corpus", "what was done", "ALLOW", "NEXT", "BLOCK",
                                         "no evidence", "n", "EER, score", "EER, confidence"},
                                        rows));
}

std::string labels_section(const ordered_json& report) {
    std::vector<std::vector<std::string>> rows;
    bool negatives = false;
    for (const auto& [corpus, labels] : report.at("labels").items())
        for (const auto& [label, line] : labels.items()) {
            negatives = negatives || label != "genuine";
            std::vector<std::string> row{escaped(corpus), escaped(label)};
            add_decisions(row, line);
            for (const char* value : {"score", "confidence"})
                row.push_back(line.contains(value) ? share_text(line.at(value).at("eer")) : "–");
            row.push_back(share_text(line.at("offset_within_1")));
            rows.push_back(std::move(row));
        }
    return section("labels", negatives ? "Clips as they are, by their labels" : "Clips as they are",
                   table({"corpus", "label", "ALLOW", "NEXT", "BLOCK", "no evidence", "n",
                          "EER, score", "EER, confidence", "offset ±1"},
                         rows));
}

}  // namespace syncnet::evaluate
