// Pieces of the page: text, numbers with their intervals, tables, figures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace syncnet::evaluate {

std::string escaped(std::string_view text);

std::string fixed(double value, int digits);
// "97.1 %"
std::string percent(double share, int digits = 1);

// An estimate (results.h's to_json) as text: the value and, small, its interval; "not enough" where
// it can't be had.
std::string share_text(const nlohmann::ordered_json& estimate);
std::string ms_text(const nlohmann::ordered_json& estimate);
std::string number_text(const nlohmann::ordered_json& estimate, int digits = 3);  // of AUC and ECE

bool has_value(const nlohmann::ordered_json& estimate);

// Cells are HTML.
std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows,
                  std::string_view css_class = {});

// A drawing with its words; `legend` in the order of the series.
struct LegendEntry {
    std::string text;
    int series = 0;
    bool dashed = false;
};
std::string figure(std::string_view svg, std::string_view caption,
                   const std::vector<LegendEntry>& legend = {});
std::string figures(const std::vector<std::string>& list);

std::string section(std::string_view id, std::string_view title, std::string_view body);
std::string paragraph(std::string_view text);  // text, escaped

}  // namespace syncnet::evaluate
