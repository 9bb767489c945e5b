#include "report/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ranges>

#include "base/number_text.h"
#include "score/passages.h"

namespace syncnet::report {
namespace {

constexpr double kRoomMs = 25;        // above and below what is shown
constexpr double kLeastFlagGap = 20;  // pixels from one number to the next
constexpr double kJumpMs = score::kLeastJump * 1000 / media::kFrameRate;
constexpr double kLeastBar = 1;  // pixels

// The least step of 1, 2, 5, 10, ... times `unit` that makes at most `most` of them.
double nice_step(double length, double most, std::span<const double> steps) {
    for (const double step : steps)
        if (length / step <= most) return step;
    return length / most;
}

// "0:05", "1:02:05"
std::string clock(double seconds) {
    const auto all = static_cast<long>(std::lround(seconds));
    const auto two = [](long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    const std::string rest = ":" + two(all % 60);
    if (all < 3600) return std::to_string(all / 60) + rest;
    return std::to_string(all / 3600) + ":" + two(all / 60 % 60) + rest;
}

class Layout {
  public:
    explicit Layout(const Review& review)
        : review_(&review), seconds_(std::max(review.analysis.seconds, 0.04)) {
        for (const Limit& l : limits()) {
            low_ms_ = std::min(low_ms_, -l.late_ms);
            high_ms_ = std::max(high_ms_, l.early_ms);
        }
        for (const OffsetPoint& p : review.offsets) {
            low_ms_ = std::min(low_ms_, p.offset_ms);
            high_ms_ = std::max(high_ms_, p.offset_ms);
        }
        low_ms_ -= kRoomMs;
        high_ms_ += kRoomMs;
    }

    Plot plot() {
        Plot plot;
        plot.zero = y(0);
        plot.uncertainty = y(-kUncertaintyMs) - y(kUncertaintyMs);
        for (const Limit& l : limits() | std::views::reverse)
            plot.bands.push_back(
                {.code = std::string(l.code), .top = y(l.early_ms), .bottom = y(-l.late_ms)});
        add_ticks(plot);
        add_lines(plot);
        add_rows(plot);
        add_flags(plot);
        plot.height = plot.rows_bottom() + Plot::kAxisHeight;
        return plot;
    }

  private:
    double x(std::int64_t frame) const {
        const double share = static_cast<double>(frame) / media::kFrameRate / seconds_;
        return Plot::kLeft +
               std::clamp(share, 0.0, 1.0) * (Plot::kWidth - Plot::kLeft - Plot::kRight);
    }
    double y(double offset_ms) const {
        return Plot::kTop + (high_ms_ - offset_ms) / (high_ms_ - low_ms_) * Plot::kOffsetsHeight;
    }

    void add_ticks(Plot& plot) const {
        constexpr std::array<double, 9> kMs{50, 100, 200, 500, 1000, 2000, 5000, 10'000, 20'000};
        const double ms = nice_step(high_ms_ - low_ms_, 8, kMs);
        for (double at = std::ceil(low_ms_ / ms) * ms; at <= high_ms_; at += ms)
            plot.offset_ticks.push_back({y(at), (at > 0 ? "+" : "") + fixed_point(at, 0)});
        constexpr std::array<double, 14> kSeconds{1,   2,   5,   10,   15,   30,   60,
                                                  120, 300, 600, 1200, 1800, 3600, 7200};
        const double step = std::max(1.0, std::ceil(nice_step(seconds_, 12, kSeconds)));
        for (double at = 0; at <= seconds_; at += step)
            plot.time_ticks.push_back(
                {x(static_cast<std::int64_t>(at * media::kFrameRate)), clock(at)});
    }

    // A line a stretch without a gap; it breaks from one face to the next and where it jumps, too.
    void add_lines(Plot& plot) const {
        const OffsetPoint* before = nullptr;
        std::string end;
        const auto spot = [&](std::int64_t frame, double ms) {
            return fixed_point(x(frame), 1) + " " + fixed_point(y(ms), 1);
        };
        for (const OffsetPoint& p : review_->offsets) {
            const bool goes_on = before != nullptr && before->frames.to == p.frames.from &&
                                 before->face == p.face &&
                                 std::abs(before->offset_ms - p.offset_ms) < kJumpMs;
            if (!goes_on) {
                if (!plot.lines.empty()) plot.lines.back().points += end;
                plot.lines.push_back({"M" + spot(p.frames.from, p.offset_ms)});
            }
            plot.lines.back().points += "L" + spot((p.frames.from + p.frames.to) / 2, p.offset_ms);
            end = "L" + spot(p.frames.to, p.offset_ms);
            before = &p;
        }
        if (!plot.lines.empty()) plot.lines.back().points += end;
    }

    void add_rows(Plot& plot) const {
        if (!review_->analysis.timeline) return;
        const pipeline::Timeline& timeline = *review_->analysis.timeline;
        add_row(plot, "speech", timeline.speech);
        std::map<int, std::vector<Interval>> of_faces;
        std::vector<Interval> of_none;
        for (const pipeline::Speaking& s : timeline.speakers)
            (s.track ? of_faces[*s.track] : of_none).push_back(s.frames);
        for (const auto& [face, frames] : of_faces)
            if (plot.rows.size() + 1 < Plot::kMostRows)
                add_row(plot, "face " + std::to_string(face), frames);
        if (!of_none.empty()) add_row(plot, "no face", of_none);
    }
    void add_row(Plot& plot, std::string label, std::span<const Interval> intervals) const {
        Plot::Row row{.label = std::move(label),
                      .top = plot.offsets_bottom() +
                             Plot::kRowHeight * (static_cast<double>(plot.rows.size()) + 0.5)};
        for (const Interval& i : intervals)
            row.bars.emplace_back(x(i.from), std::max(kLeastBar, x(i.to) - x(i.from)));
        plot.rows.push_back(std::move(row));
    }

    // Numbers that would lie on one another are left out; the list has them all.
    void add_flags(Plot& plot) const {
        double last = -kLeastFlagGap;
        for (std::size_t i = 0; i < review_->markers.size(); ++i) {
            const double at = x(review_->markers[i].frames.from);
            if (at - last < kLeastFlagGap) continue;
            plot.flags.push_back({.at = at, .number = std::to_string(i + 1)});
            last = at;
        }
    }

    const Review* review_;
    double seconds_, low_ms_ = 0, high_ms_ = 0;
};

}  // namespace

Plot plot(const Review& review) {
    return Layout(review).plot();
}

}  // namespace syncnet::report
