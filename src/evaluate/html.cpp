#include "evaluate/html.h"

#include <cstdio>

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

std::string estimate_text(const ordered_json& estimate, double unit, int digits,
                          std::string_view ending) {
    if (!has_value(estimate)) return "<span class=\"none\">not enough</span>";
    const auto part = [&](const char* name) {
        return fixed(unit * estimate.at(name).get<double>(), digits);
    };
    std::string text = part("value") + std::string(ending);
    if (estimate.at("low").is_number())
        text += " <span class=\"ci\">" + part("low") + "–" + part("high") + "</span>";
    return text;
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) switch (c) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            case '>':
                safe += "&gt;";
                break;
            case '"':
                safe += "&quot;";
                break;
            default:
                safe += c;
        }
    return safe;
}

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string percent(double share, int digits) {
    return fixed(100 * share, digits) + " %";
}

bool has_value(const ordered_json& estimate) {
    return estimate.is_object() && estimate.contains("value") && estimate.at("value").is_number();
}

std::string share_text(const ordered_json& estimate) {
    return estimate_text(estimate, 100, 1, " %");
}
std::string ms_text(const ordered_json& estimate) {
    return estimate_text(estimate, 1, 1, " ms");
}
std::string number_text(const ordered_json& estimate, int digits) {
    return estimate_text(estimate, 1, digits, "");
}

std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows, std::string_view css_class) {
    std::string text =
        "<div class=\"scroll\"><table class=\"" + std::string(css_class) + "\"><thead><tr>";
    for (const std::string& cell : head) text += "<th scope=\"col\">" + cell + "</th>";
    text += "</tr></thead><tbody>";
    for (const auto& row : rows) {
        text += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i)
            text += i == 0 ? "<th scope=\"row\">" + row[i] + "</th>" : "<td>" + row[i] + "</td>";
        text += "</tr>";
    }
    return text + "</tbody></table></div>";
}

std::string figure(std::string_view svg, std::string_view caption,
                   const std::vector<LegendEntry>& legend) {
    std::string text = "<figure><figcaption>" + escaped(caption) + "</figcaption>";
    text += svg;
    if (!legend.empty()) {
        text += "<ul class=\"legend\">";
        for (const LegendEntry& entry : legend)
            text += "<li><svg width=\"18\" height=\"8\" aria-hidden=\"true\"><path class=\"line s" +
                    std::to_string(entry.series) + (entry.dashed ? " dashed" : "") +
                    "\" d=\"M0 4H18\"/></svg>" + escaped(entry.text) + "</li>";
        text += "</ul>";
    }
    return text + "</figure>";
}

std::string figures(const std::vector<std::string>& list) {
    std::string text = "<div class=\"figures\">";
    for (const std::string& one : list) text += one;
    return text + "</div>";
}

std::string section(std::string_view id, std::string_view title, std::string_view body) {
    return "<section id=\"" + std::string(id) + "\"><h2>" + escaped(title) + "</h2>" +
           std::string(body) + "</section>\n";
}

std::string paragraph(std::string_view text) {
    return "<p>" + escaped(text) + "</p>";
}

}  // namespace syncnet::evaluate
