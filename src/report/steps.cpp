#include "report/steps.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "score/passages.h"

namespace syncnet::report {
namespace {

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;
constexpr double kLeastStepMs = score::kLeastJump * kMsPerFrame;
constexpr double kLastingMs = kMsPerFrame;             // neighbours of one offset differ by less
constexpr std::int64_t kSame = 2 * media::kFrameRate;  // two that are found that near are one

double seconds_between(const OffsetPoint& a, const OffsetPoint& b) {
    return static_cast<double>(b.frames.from + b.frames.to - a.frames.from - a.frames.to) / 2 /
           media::kFrameRate;
}

double drift_of(const pipeline::Analysis& analysis) {
    const auto& drift = analysis.voice.drift;
    return drift && drift->significant ? drift->ms_per_s : 0;
}

// Between points i - 1 and i; each has a neighbour that agrees with it.
bool is_step(std::span<const OffsetPoint> points, std::size_t i, double drift) {
    if (i < 2 || i + 1 >= points.size()) return false;
    const double change = points[i].offset_ms - points[i - 1].offset_ms;
    const double drifted = drift * seconds_between(points[i - 1], points[i]);
    return std::min(std::abs(change), std::abs(change - drifted)) >= kLeastStepMs &&
           std::abs(points[i - 1].offset_ms - points[i - 2].offset_ms) < kLastingMs &&
           std::abs(points[i + 1].offset_ms - points[i].offset_ms) < kLastingMs;
}

}  // namespace

std::vector<Step> steps(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets) {
    std::vector<Step> found;
    if (offsets.empty()) return found;
    for (const score::Jump& j : analysis.voice.jumps)
        if (std::abs(j.to - j.from) >= score::kLeastJump)
            found.push_back(
                {.frame = j.frame, .from_ms = j.from * kMsPerFrame, .to_ms = j.to * kMsPerFrame});
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        if (!is_step(offsets, i, drift_of(analysis))) continue;
        const Step step{.frame = offsets[i].frames.from,
                        .from_ms = offsets[i - 1].offset_ms,
                        .to_ms = offsets[i].offset_ms};
        if (std::ranges::none_of(
                found, [&](const Step& s) { return std::abs(s.frame - step.frame) <= kSame; }))
            found.push_back(step);
    }
    std::ranges::sort(found, {}, &Step::frame);
    return found;
}

bool drifts(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets) {
    const double drift = drift_of(analysis);
    if (drift == 0) return false;
    double change = 0, seconds = 0;
    bool steps = false;
    for (std::size_t i = 1; i < offsets.size(); ++i) {
        if (is_step(offsets, i, drift)) {
            steps = true;
            continue;
        }
        change += offsets[i].offset_ms - offsets[i - 1].offset_ms;
        seconds += seconds_between(offsets[i - 1], offsets[i]);
    }
    return !steps || change / seconds / drift >= 0.5;
}

}  // namespace syncnet::report
