// The offset over time as a drawing, laid out: where everything goes, in pixels of an SVG. What it
// looks like is the page's (page.mustache).
#pragma once

#include <string>
#include <vector>

#include "report/review.h"

namespace syncnet::report {

struct Plot {
    static constexpr double kWidth = 960, kLeft = 64, kRight = 12, kTop = 22;
    static constexpr double kOffsetsHeight = 240, kRowHeight = 18, kAxisHeight = 40;
    // Of speakers; who speaks less has no row of his own.
    static constexpr std::size_t kMostRows = 6;

    struct Band {  // of a limit
        std::string code;
        double top = 0, bottom = 0;
    };
    struct Tick {
        double at = 0;
        std::string label;
    };
    struct Line {            // offsets one after the other
        std::string points;  // of a path
    };
    struct Row {  // who is heard, or that somebody is
        std::string label;
        double top = 0;
        std::vector<std::pair<double, double>> bars;  // left, width
    };
    struct Flag {  // a marker, by its number in the list
        double at = 0;
        std::string number;
    };

    double height = 0, zero = 0;  // zero: of the offset
    double uncertainty = 0;       // pixels, both ways together
    std::vector<Band> bands;      // the widest first
    std::vector<Tick> offset_ticks, time_ticks;
    std::vector<Line> lines;
    std::vector<Row> rows;
    std::vector<Flag> flags;

    double offsets_bottom() const { return kTop + kOffsetsHeight; }
    double rows_bottom() const {
        return offsets_bottom() + kRowHeight * (static_cast<double>(rows.size()) + 0.5);
    }
};

Plot plot(const Review& review);

}  // namespace syncnet::report
