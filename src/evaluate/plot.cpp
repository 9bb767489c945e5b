#include "evaluate/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "evaluate/html.h"

namespace syncnet::evaluate {
namespace {

constexpr double kLeft = 58, kRight = 22, kTop = 10, kBottom = 42;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string series_class(int series) {
    return "s" + std::to_string(series % Plot::kSeries);
}

}  // namespace

Plot::Plot(PlotOptions options) : options_(std::move(options)) {}

double Plot::x(double value) const {
    const double share = (value - options_.x_from) / (options_.x_to - options_.x_from);
    return kLeft + std::clamp(share, 0.0, 1.0) * (options_.width - kLeft - kRight);
}

double Plot::y(double value) const {
    const double share = (value - options_.y_from) / (options_.y_to - options_.y_from);
    return options_.height - kBottom -
           std::clamp(share, 0.0, 1.0) * (options_.height - kTop - kBottom);
}

std::string Plot::path(std::span<const PlotPoint> points) const {
    std::string text;
    for (const PlotPoint& p : points) {
        text += text.empty() ? "M" : "L";
        text += number(x(p.x)) + " " + number(y(p.y));
    }
    return text;
}

void Plot::line(std::span<const PlotPoint> points, int series, bool dashed) {
    if (points.empty()) return;
    marks_ += "<path class=\"line " + series_class(series) + (dashed ? " dashed" : "") + "\" d=\"" +
              path(points) + "\"/>";
}

void Plot::dots(std::span<const PlotPoint> points, int series) {
    for (const PlotPoint& p : points)
        marks_ += "<circle class=\"dot " + series_class(series) + "\" cx=\"" + number(x(p.x)) +
                  "\" cy=\"" + number(y(p.y)) + "\" r=\"3\"/>";
}

void Plot::band(std::span<const PlotPoint> low, std::span<const PlotPoint> high, int series) {
    if (low.empty()) return;
    std::vector<PlotPoint> around(low.begin(), low.end());
    around.insert(around.end(), high.rbegin(), high.rend());
    marks_ += "<path class=\"band " + series_class(series) + "\" d=\"" + path(around) + "Z\"/>";
}

void Plot::whisker(double at, double low, double high, int series) {
    const std::string middle = number(x(at));
    marks_ += "<path class=\"whisker " + series_class(series) + "\" d=\"M" + middle + " " +
              number(y(low)) + "V" + number(y(high)) + "\"/>";
}

void Plot::bar(double x_from, double x_to, double value, int series) {
    const double left = x(x_from), right = x(x_to), top = y(value), bottom = y(options_.y_from);
    if (bottom - top <= 0) return;
    marks_ += "<rect class=\"bar " + series_class(series) + "\" x=\"" + number(left + 0.5) +
              "\" y=\"" + number(top) + "\" width=\"" + number(std::max(0.5, right - left - 1)) +
              "\" height=\"" + number(bottom - top) + "\"/>";
}

void Plot::rule(PlotPoint from, PlotPoint to) {
    marks_ += "<path class=\"rule\" d=\"M" + number(x(from.x)) + " " + number(y(from.y)) + "L" +
              number(x(to.x)) + " " + number(y(to.y)) + "\"/>";
}

std::string Plot::svg() const {
    const std::string width = std::to_string(options_.width);
    const std::string height = std::to_string(options_.height);
    const double bottom = options_.height - kBottom, right = options_.width - kRight;
    std::string text = "<svg viewBox=\"0 0 " + width + " " + height + "\" width=\"" + width +
                       "\" role=\"img\" aria-label=\"" + escaped(options_.title) + "\">";
    for (const Tick& tick : options_.y_ticks) {
        const std::string at = number(y(tick.at));
        text += "<path class=\"grid\" d=\"M" + number(kLeft) + " " + at + "H" + number(right) +
                "\"/><text class=\"tick\" text-anchor=\"end\" x=\"" + number(kLeft - 6) +
                "\" y=\"" + number(y(tick.at) + 3.5) + "\">" + escaped(tick.label) + "</text>";
    }
    for (const Tick& tick : options_.x_ticks)
        text += "<path class=\"grid\" d=\"M" + number(x(tick.at)) + " " + number(bottom) +
                "v4\"/><text class=\"tick\" text-anchor=\"middle\" x=\"" + number(x(tick.at)) +
                "\" y=\"" + number(bottom + 16) + "\">" + escaped(tick.label) + "</text>";
    text += "<path class=\"axis\" d=\"M" + number(kLeft) + " " + number(kTop) + "V" +
            number(bottom) + "H" + number(right) + "\"/>";
    text += marks_;
    text += "<text class=\"label\" text-anchor=\"middle\" x=\"" + number((kLeft + right) / 2) +
            "\" y=\"" + number(options_.height - 8) + "\">" + escaped(options_.x_label) + "</text>";
    if (!options_.y_label.empty())
        text += "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(11 " +
                number((kTop + bottom) / 2) + ") rotate(-90)\">" + escaped(options_.y_label) +
                "</text>";
    return text + "</svg>";
}

std::vector<Tick> percent_ticks(double step) {
    std::vector<Tick> ticks;
    for (int i = 0; i * step < 1 + step / 2; ++i)
        ticks.push_back({i * step, std::to_string(std::lround(100 * i * step)) + " %"});
    return ticks;
}

}  // namespace syncnet::evaluate
