#include "pipeline/standard.h"

#include <algorithm>
#include <array>

namespace syncnet::pipeline {
namespace {

constexpr std::array kAll{Standard::r37, Standard::bt1359, Standard::all};

}  // namespace

std::string_view to_string(Standard standard) {
    switch (standard) {
        case Standard::r37:
            return "r37";
        case Standard::bt1359:
            return "bt1359";
        case Standard::all:
            return "all";
    }
    return "all";
}

std::optional<Standard> parse_standard(std::string_view text) {
    const auto* const found =
        std::ranges::find(kAll, text, [](Standard standard) { return to_string(standard); });
    return found == kAll.end() ? std::nullopt : std::optional(*found);
}

}  // namespace syncnet::pipeline
