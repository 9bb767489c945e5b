#include "evaluate/page.h"

#include <cmath>

#include "evaluate/html.h"
#include "evaluate/page_style.h"
#include "evaluate/plot.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

std::string text_of(const ordered_json& run, const char* name) {
    return escaped(run.at(name).get<std::string>());
}

std::string head(const ordered_json& run) {
    std::string text = "<h1>How well the lips and the voice were told together</h1>";
    text += "<p class=\"lead\">Measured by <code>syncnet evaluate</code> " +
            text_of(run, "version") + ", model " + text_of(run, "model") + ", on " +
            text_of(run, "date") + "</p>";
    text += "<dl>";
    const auto line = [&](const char* name, const std::string& value) {
        text += std::string("<dt>") + name + "</dt><dd>" + value + "</dd>";
    };
    line("clips", "<code>" + text_of(run, "manifest") + "</code>, split " +
                      (run.at("split").get<std::string>().empty() ? "any" : text_of(run, "split")));
    line("its SHA-256", "<code>" + text_of(run, "manifest_sha256") + "</code>");
    line("command", "<code>" + text_of(run, "command") + "</code>");
    line("networks in", text_of(run, "precision"));
    for (const ordered_json& note : run.at("notes")) line("note", escaped(note.get<std::string>()));
    return text + "</dl>";
}

std::string tile(const std::string& number, const std::string& words) {
    return "<div class=\"tile\"><b>" + number + "</b><span>" + words + "</span></div>";
}

std::string tiles(const ordered_json& report) {
    int met = 0, judged = 0;
    for (const ordered_json& bar : report.at("bars")) {
        if (bar.at("met").is_null()) continue;
        ++judged;
        met += bar.at("met").get<bool>() ? 1 : 0;
    }
    std::size_t clips = 0, failed = 0;
    double seconds = 0;
    for (const auto& [corpus, counts] : report.at("clips").items()) {
        clips = counts.at("clips");  // the last one is all of them
        failed = counts.at("errors");
        seconds = counts.at("seconds");
    }
    return "<div class=\"tiles\">" +
           tile(std::to_string(met) + " of " + std::to_string(judged), "bars met") +
           tile(std::to_string(clips),
                "clips, " + std::to_string(std::lround(seconds / 60)) + " minutes") +
           tile(std::to_string(failed), "clips could not be read") +
           tile(std::to_string(report.at("run").at("cases").get<std::size_t>()), "cases measured") +
           "</div>";
}

std::string navigation() {
    std::string text = "<nav>";
    constexpr std::pair<const char*, const char*> kParts[]{{"bars", "Bars"},
                                                           {"clips", "Clips"},
                                                           {"offsets", "Offsets"},
                                                           {"delays", "Delays"},
                                                           {"separation", "Separation"},
                                                           {"scores", "Scores"},
                                                           {"decisions", "Decisions"},
                                                           {"reliability", "Reliability"},
                                                           {"tampered", "Tampering"},
                                                           {"degraded", "Degradations"},
                                                           {"time", "Time"},
                                                           {"how", "How to read this"}};
    for (const auto& [id, name] : kParts)
        text += std::string("<a href=\"#") + id + "\">" + name + "</a>";
    return text + "</nav>";
}

std::string bar_value(const ordered_json& estimate, bool ms) {
    if (estimate.is_null()) return "–";
    return ms ? ms_text(estimate) : share_text(estimate);
}

std::string verdict(const ordered_json& met) {
    if (met.is_null()) return "<span class=\"none\">can't say</span>";
    return met.get<bool>() ? "<span class=\"met\">✓ met</span>"
                           : "<span class=\"missed\">✗ not met</span>";
}

std::string how_to_read() {
    return section(
        "how", "How to read this",
        paragraph("Behind each number, small, is its 95 % confidence interval: the percentile "
                  "bootstrap over speakers, because clips of one person are alike. With fewer than "
                  "three speakers there is none. \"Not enough\" stands where a number can't be "
                  "had.") +
            paragraph("An offset is right within ±1 frame (40 ms) of the true one. Where the "
                      "manifest knows no offset, the clip's own one, measured over the whole of it "
                      "and at most five frames, is the zero.") +
            paragraph("Trimmed: the silence before and after the speech is cut off, but for 0.2 s, "
                      "in video and audio; silence tells fakes from genuine clips in some public "
                      "sets without a look at the lips. As filmed: nothing is cut off."));
}

}  // namespace

std::string bars_section(const ordered_json& report) {
    std::vector<std::vector<std::string>> rows;
    for (const ordered_json& bar : report.at("bars")) {
        const bool ms = bar.at("unit") == "ms";
        const auto wanted = bar.at("wanted").get<double>();
        const std::string limit = ms ? std::to_string(std::lround(wanted)) + " ms"
                                     : percent(wanted, std::fmod(wanted * 100, 1) > 0.01 &&
                                                               std::fmod(wanted * 100, 1) < 0.99
                                                           ? 1
                                                           : 0);
        rows.push_back({escaped(bar.at("what").get<std::string>()),
                        escaped(bar.at("corpus").get<std::string>()),
                        bar_value(bar.at("measured"), ms),
                        (bar.at("at_least").get<bool>() ? "≥ " : "≤ ") + limit,
                        verdict(bar.at("met")), bar_value(bar.at("as_filmed"), ms),
                        bar.at("as_filmed").is_null() ? "" : verdict(bar.at("met_as_filmed")),
                        bar.at("measured").is_object()
                            ? std::to_string(bar.at("measured").at("count").get<std::size_t>())
                            : "–"});
    }
    return section(
        "bars", "What is promised, and what was measured",
        table({"what", "corpus", "trimmed", "wanted", "", "as filmed", "", "n"}, rows, "wrap"));
}

std::string clips_section(const ordered_json& report) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [corpus, c] : report.at("clips").items()) {
        std::string labels;
        for (const auto& [label, count] : c.at("labels").items())
            labels += (labels.empty() ? "" : ", ") + label + " " + std::to_string(count.get<int>());
        rows.push_back({escaped(corpus), std::to_string(c.at("clips").get<int>()),
                        std::to_string(c.at("speakers").get<int>()),
                        std::to_string(std::lround(c.at("seconds").get<double>())) + " s", labels,
                        std::to_string(c.at("offset_known").get<int>()),
                        std::to_string(c.at("with_new_media").get<int>()),
                        std::to_string(c.at("errors").get<int>())});
    }
    return section("clips", "The clips",
                   table({"corpus", "clips", "speakers", "video", "labels", "offset known",
                          "made worse", "unreadable"},
                         rows));
}

std::string time_section(const ordered_json& report) {
    const ordered_json& time = report.at("time");
    if (time.empty()) return section("time", "Time", paragraph("Nothing was read."));
    std::vector<std::vector<std::string>> rows;
    double most = 0;
    std::vector<Tick> corpora;
    std::vector<double> reading, measuring;
    const auto ms = [](double seconds) { return fixed(1000 * seconds, 2) + " ms"; };
    for (const auto& [corpus, t] : time.items()) {
        corpora.push_back({static_cast<double>(corpora.size()) + 0.5, corpus});
        reading.push_back(1000 * t.at("reading").get<double>());
        measuring.push_back(1000 * t.at("measuring").get<double>());
        most = std::max({most, reading.back(), measuring.back()});
        rows.push_back(
            {escaped(corpus), ms(t.at("reading")), ms(t.at("measuring")),
             std::to_string(std::lround(t.at("making_and_reading_media_s").get<double>())) + " s"});
    }
    std::vector<Tick> ticks;
    for (int i = 0; i <= 4; ++i)
        ticks.push_back({most * i / 4, std::to_string(std::lround(most * i / 4))});
    Plot plot({.title = "Time per second of video",
               .y_label = "ms per second of video",
               .x_to = static_cast<double>(corpora.size()),
               .y_to = most * 1.05,
               .x_ticks = corpora,
               .y_ticks = ticks,
               .height = 230});
    for (std::size_t i = 0; i < reading.size(); ++i) {
        const auto left = static_cast<double>(i);
        plot.bar(left + 0.2, left + 0.5, reading[i], 0);
        plot.bar(left + 0.5, left + 0.8, measuring[i], 1);
    }
    return section(
        "time", "Time",
        paragraph("Reading is decoding, faces, lips and audio; measuring is the sync curve and the "
                  "decision. By the clock on the wall, with as many clips side by side as the "
                  "command says, and whatever else the machine did.") +
            figures(
                {figure(plot.svg(), "Time per second of video",
                        {{.text = "reading", .series = 0}, {.text = "measuring", .series = 1}})}) +
            table({"corpus", "reading, per second of video", "measuring",
                   "cases that need new media"},
                  rows));
}

std::string errors_section(const ordered_json& report) {
    if (report.at("errors").empty()) return {};
    std::vector<std::vector<std::string>> rows;
    for (const ordered_json& e : report.at("errors"))
        rows.push_back({"<code>" + escaped(e.at("path").get<std::string>()) + "</code>",
                        escaped(e.at("error").get<std::string>()),
                        escaped(e.at("detail").get<std::string>())});
    return section("errors", "Clips that could not be read",
                   table({"clip", "error", "what happened"}, rows, "wrap"));
}

std::string page(const ordered_json& report) {
    std::string text =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">"
        "<title>syncnet evaluate</title><style>";
    text += kPageStyle;
    text += "</style></head><body>\n";
    text += head(report.at("run")) + tiles(report) + navigation();
    for (const auto& part :
         {bars_section, clips_section, offsets_section, delays_section, separation_section,
          scores_section, decisions_section, reliability_section, labels_section, tampered_section,
          degraded_section, time_section, errors_section})
        text += part(report);
    text += how_to_read();
    return text +
           "<footer>All numbers: report.json. A row a case: results.csv.</footer></body></html>\n";
}

}  // namespace syncnet::evaluate
