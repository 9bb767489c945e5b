// The page's sections about offsets.
#include "evaluate/html.h"
#include "evaluate/page.h"
#include "evaluate/plot.h"
#include "sync/sync_curve.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

// Estimates by a number, as lines with whiskers.
struct Line {
    std::string name;
    std::vector<PlotPoint> points, low, high;
};

void add(Line& line, double x, const ordered_json& estimate) {
    if (!has_value(estimate)) return;
    const auto value = estimate.at("value").get<double>();
    line.points.push_back({x, value});
    const bool interval = estimate.at("low").is_number();
    line.low.push_back({x, interval ? estimate.at("low").get<double>() : value});
    line.high.push_back({x, interval ? estimate.at("high").get<double>() : value});
}

void draw(Plot& plot, const Line& line, int series, double nudge = 0) {
    plot.line(line.points, series);
    for (std::size_t i = 0; i < line.points.size(); ++i)
        if (line.low[i].y < line.high[i].y)
            plot.whisker(line.points[i].x + nudge * (series - 1), line.low[i].y, line.high[i].y,
                         series);
    plot.dots(line.points, series);
}

std::string window_figure(const ordered_json& by_corpus) {
    Plot plot({.title = "Offset within one frame, by the length of the window",
               .x_label = "lip embeddings in the window (one a frame)",
               .y_label = "within ±1 frame",
               .x_to = 80,
               .x_ticks = {{5, "5"}, {15, "15"}, {25, "25"}, {50, "50"}, {75, "75"}},
               .y_ticks = percent_ticks(),
               .width = 560,
               .height = 330});
    std::vector<LegendEntry> legend;
    int series = 0;
    for (const auto& [corpus, lengths] : by_corpus.items()) {
        if (corpus == "all" || lengths.empty()) continue;
        Line line{.name = corpus};
        for (const auto& [length, shares] : lengths.items())
            add(line, std::stod(length), shares.at("within_1"));
        draw(plot, line, series, 0.4);
        legend.push_back({.text = corpus, .series = series++});
    }
    return figure(plot.svg(), "Offset within ±1 frame, by the length of the window", legend);
}

std::string window_table(const ordered_json& by_corpus) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [corpus, lengths] : by_corpus.items()) {
        if (corpus == "all") continue;
        for (const auto& [length, shares] : lengths.items())
            rows.push_back({escaped(corpus), length, share_text(shares.at("within_0")),
                            share_text(shares.at("within_1")), share_text(shares.at("within_2")),
                            std::to_string(shares.at("within_1").at("count").get<int>())});
    }
    return table({"corpus", "frames", "exact", "within ±1", "within ±2", "windows"}, rows);
}

std::string offset_histogram(const std::string& corpus, const ordered_json& bins) {
    double most = 0, all = 0;
    for (const auto& [offset, count] : bins.items()) {
        most = std::max(most, count.get<double>());
        all += count.get<double>();
    }
    if (all == 0) return {};
    const double top = most / all;
    Plot plot(
        {.title = "Measured offsets, " + corpus,
         .x_label = "measured offset, frames",
         .x_from = -sync::kPublishedReach - 0.5,
         .x_to = sync::kPublishedReach + 0.5,
         .y_to = top * 1.05,
         .x_ticks =
             {{-15, "−15"}, {-10, "−10"}, {-5, "−5"}, {0, "0"}, {5, "5"}, {10, "10"}, {15, "15"}},
         .y_ticks = {{0, "0"}, {top, percent(top, 0)}, {top / 2, percent(top / 2, 0)}},
         .width = 330,
         .height = 190});
    for (const auto& [offset, count] : bins.items()) {
        const double at = std::stod(offset);
        plot.bar(at - 0.5, at + 0.5, count.get<double>() / all, 0);
    }
    return figure(plot.svg(), corpus + ", " + std::to_string(std::lround(all)) + " clips");
}

std::string delay_figure(const ordered_json& by_corpus) {
    Plot plot(
        {.title = "Injected delays found within one frame",
         .x_label = "delay of the audio, frames of 40 ms",
         .y_label = "within ±1 frame",
         .x_from = -16,
         .x_to = 16,
         .x_ticks =
             {{-15, "−15"}, {-10, "−10"}, {-5, "−5"}, {0, "0"}, {5, "5"}, {10, "10"}, {15, "15"}},
         .y_ticks = percent_ticks()});
    std::vector<LegendEntry> legend;
    int series = 0;
    for (const auto& [corpus, numbers] : by_corpus.items()) {
        if (corpus == "all") continue;
        Line line{.name = corpus};
        for (const auto& [frames, estimate] : numbers.at("by_frames").items())
            add(line, std::stod(frames), estimate);
        draw(plot, line, series, 0.2);
        legend.push_back({.text = corpus, .series = series++});
    }
    return figure(plot.svg(), "Injected delays found within ±1 frame", legend);
}

std::string sub_frame_figure(const ordered_json& by_corpus) {
    Plot plot({.title = "Sub-frame offsets",
               .x_label = "delay of the audio, ms",
               .y_label = "median |error|, ms",
               .x_to = 100,
               .y_to = 20,
               .x_ticks = {{0, "0"}, {20, "20"}, {40, "40"}, {60, "60"}, {80, "80"}},
               .y_ticks = {{0, "0"}, {4, "4"}, {8, "8"}, {12, "12"}, {16, "16"}, {20, "20"}}});
    std::vector<LegendEntry> legend;
    int series = 0;
    for (const auto& [corpus, numbers] : by_corpus.items()) {
        if (corpus == "all") continue;
        Line line{.name = corpus};
        for (const auto& [ms, estimates] : numbers.at("by_ms").items())
            add(line, std::stod(ms), estimates.at("median_error_ms"));
        draw(plot, line, series, 0.6);
        legend.push_back({.text = corpus, .series = series++});
    }
    return figure(plot.svg(), "Error of the fine offset, audio moved in 10 ms steps", legend);
}

}  // namespace

std::string offsets_section(const ordered_json& report) {
    const ordered_json& windows = report.at("offset_by_window");
    bool any = false;
    for (const auto& [corpus, lengths] : windows.items()) any = any || !lengths.empty();
    std::string body;
    if (any)
        body += paragraph(
                    "Stretches of lip embeddings within the speech, against the whole audio. "
                    "Each embedding has itself seen 29 images.") +
                figures({window_figure(windows)}) + window_table(windows);
    std::vector<std::string> histograms;
    for (const auto& [corpus, numbers] : report.at("offsets").items())
        if (corpus != "all") histograms.push_back(offset_histogram(corpus, numbers.at("measured")));
    body += "<h3>Offsets of genuine clips as they are</h3>" + figures(histograms);
    return section("offsets", "Offsets", body);
}

std::string delays_section(const ordered_json& report) {
    const ordered_json& moved = report.at("delays");
    const ordered_json& fine = report.at("sub_frame");
    if (moved.empty() && fine.empty())
        return section("delays", "Injected delays", paragraph("Not measured in this run."));
    std::vector<std::string> drawings;
    if (!moved.empty()) drawings.push_back(delay_figure(moved));
    if (!fine.empty()) drawings.push_back(sub_frame_figure(fine));
    std::vector<std::vector<std::string>> rows;
    const ordered_json& any = moved.empty() ? fine : moved;
    for (const auto& [corpus, numbers] : any.items())
        rows.push_back(
            {escaped(corpus),
             moved.contains(corpus) ? share_text(moved.at(corpus).at("within_1")) : "–",
             fine.contains(corpus) ? ms_text(fine.at(corpus).at("median_error_ms")) : "–"});
    return section(
        "delays", "Injected delays",
        paragraph("The samples of the audio are moved, and the audio is read again. The "
                  "offset must fall by as much.") +
            figures(drawings) +
            table({"corpus", "whole frames, within ±1", "sub-frame, median |error|"}, rows));
}

}  // namespace syncnet::evaluate
