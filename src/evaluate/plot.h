// A small plot as SVG: axes, lines, bars. Colours come from the page's style by series, so that the
// same drawing is right on white, on black and on paper.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syncnet::evaluate {

struct Tick {
    double at;
    std::string label;
};

struct PlotOptions {
    std::string title, x_label, y_label;  // the title is for those who can't see, too
    double x_from = 0, x_to = 1, y_from = 0, y_to = 1;
    std::vector<Tick> x_ticks, y_ticks;
    int width = 420, height = 280;  // of the whole, in pixels at 100 %
};

struct PlotPoint {
    double x, y;
};

class Plot {
  public:
    explicit Plot(PlotOptions options);

    // Series count from 0; there are kSeries colours. What lies outside of the axes is cut off.
    static constexpr int kSeries = 6;
    void line(std::span<const PlotPoint> points, int series, bool dashed = false);
    void dots(std::span<const PlotPoint> points, int series);
    // Between two lines of the same x.
    void band(std::span<const PlotPoint> low, std::span<const PlotPoint> high, int series);
    void whisker(double x, double low, double high, int series);
    void bar(double x_from, double x_to, double y, int series);
    // A thin line across.
    void rule(PlotPoint from, PlotPoint to);

    std::string svg() const;

  private:
    double x(double value) const;
    double y(double value) const;
    std::string path(std::span<const PlotPoint> points) const;

    PlotOptions options_;
    std::string marks_;
};

// 0, 20, ... 100 % on an axis from 0 to 1.
std::vector<Tick> percent_ticks(double step = 0.2);

}  // namespace syncnet::evaluate
