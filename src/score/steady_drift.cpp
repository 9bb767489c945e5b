#include "score/steady_drift.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace syncnet::score {
namespace {

using Cell = sync::EvidenceMap::Cell;

constexpr double kMaxFramesPerStep = 0.25;  // 5 %
constexpr double kLeastGain = 6;            // nats by which a line must explain the file better
constexpr double kLeastChange = 1.5;        // frames from end to end; less is in sync all the same
constexpr std::size_t kMaxBlocks = 200;     // what a search for lines looks at
constexpr double kMaxChangeInBlock = 1.5;   // frames; more would blur the block
// Offsets of stretches of 2 s, by which the rate is measured and its error told.
constexpr std::int64_t kStretchSteps = 10;
constexpr double kStretchWeight = 15;  // the least evidence of one
constexpr int kStretchReach = 5;       // frames from the line
constexpr std::size_t kLeastStretches = 4;
constexpr double kMsPerFrame = 40, kStepsPerSecond = 5;
constexpr double kLeastErrorFrames = 0.1;  // of one stretch's offset, however well they agree

// Advantage and weight of neighbouring steps, by shift.
struct Block {
    double middle = 0;  // step
    std::vector<double> advantage, weight;
};

std::vector<Block> blocks_of(const SpeakerPath& path, std::int64_t from, std::int64_t to) {
    const std::int64_t steps = to - from;
    const std::int64_t size =
        std::max<std::int64_t>(1, (steps + static_cast<std::int64_t>(kMaxBlocks) - 1) /
                                      static_cast<std::int64_t>(kMaxBlocks));
    std::vector<Block> blocks;
    for (std::int64_t first = from; first < to; first += size) {
        const std::int64_t end = std::min(to, first + size);
        const std::size_t shifts = 2 * static_cast<std::size_t>(path.reach()) + 1;
        Block b{.middle = static_cast<double>(first + end) / 2,
                .advantage = std::vector<double>(shifts),
                .weight = std::vector<double>(shifts)};
        for (std::int64_t t = first; t < end; ++t) {
            const auto cells = path.step(t);
            for (std::size_t s = 0; s < cells.size(); ++s) {
                const auto weight = static_cast<double>(cells[s].weight);
                b.weight[s] += weight;
                b.advantage[s] +=
                    weight * path.usual_distance(t) - static_cast<double>(cells[s].distance);
            }
        }
        blocks.push_back(std::move(b));
    }
    return blocks;
}

struct Found {
    OffsetLine line;
    double support = 0;
};

double support_of(const OffsetLine& line, std::span<const Block> blocks, int reach,
                  const PairStatistics& pairs) {
    double advantage = 0, weight = 0;
    for (const Block& b : blocks) {
        const auto offset =
            static_cast<int>(std::lround(line.offset + line.per_step * (b.middle - line.middle)));
        if (std::abs(offset) > reach) continue;
        const auto shift = static_cast<std::size_t>(reach - offset);
        advantage += b.advantage[shift];
        weight += b.weight[shift];
    }
    return support(advantage, weight, pairs) + log_offset_prior(line.offset);
}

// The best line through the steps, and the best without a slope.
std::pair<Found, Found> best_lines(const SpeakerPath& path, std::int64_t from, std::int64_t to,
                                   const PairStatistics& pairs) {
    const auto blocks = blocks_of(path, from, to);
    const auto span = static_cast<double>(to - from);
    const double block = span / static_cast<double>(blocks.size());
    const double steepest = std::min(kMaxFramesPerStep, kMaxChangeInBlock / block);
    const double finest = 0.5 / span;  // half a frame from end to end
    const int rates = static_cast<int>(steepest / finest);
    Found line, level;
    level.support = line.support = -1e9;
    const double middle = static_cast<double>(from + to) / 2;
    for (int rate = -rates; rate <= rates; ++rate)
        for (int offset = -path.max_offset(); offset <= path.max_offset(); ++offset) {
            const OffsetLine tried{
                .offset = static_cast<double>(offset), .per_step = rate * finest, .middle = middle};
            const double here = support_of(tried, blocks, path.reach(), pairs);
            Found& best = rate == 0 ? level : line;
            if (here > best.support) best = {.line = tried, .support = here};
        }
    return {line, level};
}

// The steps of a minute with the most evidence.
std::pair<std::int64_t, std::int64_t> richest_minute(const SpeakerPath& path) {
    constexpr std::int64_t kMinute = 300;
    std::int64_t best = path.first_step();
    double most = -1, sum = 0;
    const auto weight = [&](std::int64_t t) {
        const auto cells = path.step(t);
        return cells.empty() ? 0.0 : static_cast<double>(cells[cells.size() / 2].weight);
    };
    for (std::int64_t t = path.first_step(); t < path.end_step(); ++t) {
        sum += weight(t);
        if (t - kMinute >= path.first_step()) sum -= weight(t - kMinute);
        if (sum > most) {
            most = sum;
            best = std::max(path.first_step(), t + 1 - kMinute);
        }
    }
    return {best, std::min(best + kMinute, path.end_step())};
}

struct Stretch {
    double step = 0, offset = 0, weight = 0;
};

// The offset of each stretch near the line, between frames.
std::vector<Stretch> stretches_along(const OffsetLine& line, const SpeakerPath& path) {
    std::vector<Stretch> found;
    for (std::int64_t first = path.first_step(); first < path.end_step(); first += kStretchSteps) {
        const std::int64_t end = std::min(path.end_step(), first + kStretchSteps);
        const double middle = static_cast<double>(first + end) / 2;
        const double on_line = line.offset + line.per_step * (middle - line.middle);
        const auto centre = static_cast<int>(std::lround(on_line));
        sync::CurveSums sums(path.reach());
        for (std::int64_t t = first; t < end; ++t)
            sums.add(path.step(t),
                     -std::lround(line.per_step * (static_cast<double>(t) + 0.5 - middle)));
        const sync::SyncCurve curve = sums.curve();
        std::optional<sync::SyncResult> best;
        for (int o = centre - kStretchReach; o <= centre + kStretchReach; ++o)
            if (const auto here = sync::read_curve_at(curve, o);
                here && here->evidence >= kStretchWeight &&
                (!best || here->min_dist < best->min_dist))
                best = here;
        // At the end of what was looked at it is no minimum.
        if (best && std::abs(best->offset_frames - centre) < kStretchReach)
            found.push_back(
                {.step = middle, .offset = best->fine_offset_frames, .weight = best->evidence});
    }
    return found;
}

// Weighted least squares: the line through the stretches, its slope's error from what is left.
std::optional<std::pair<OffsetLine, double>> through(std::span<const Stretch> all, double middle) {
    if (all.size() < kLeastStretches) return std::nullopt;
    double weight = 0, step = 0, offset = 0;
    for (const Stretch& s : all) {
        weight += s.weight;
        step += s.weight * s.step;
        offset += s.weight * s.offset;
    }
    step /= weight;
    offset /= weight;
    double spread = 0, together = 0;
    for (const Stretch& s : all) {
        spread += s.weight * (s.step - step) * (s.step - step);
        together += s.weight * (s.step - step) * (s.offset - offset);
    }
    if (spread <= 0) return std::nullopt;
    const double slope = together / spread;
    double left = 0;
    for (const Stretch& s : all)
        left += s.weight * std::pow(s.offset - offset - slope * (s.step - step), 2);
    const double mean_weight = weight / static_cast<double>(all.size());
    const double variance = std::max(left / mean_weight / static_cast<double>(all.size() - 2),
                                     kLeastErrorFrames * kLeastErrorFrames);
    return std::pair(
        OffsetLine{.offset = offset + slope * (middle - step), .per_step = slope, .middle = middle},
        std::sqrt(variance * mean_weight / spread));
}

}  // namespace

SteadyDrift find_drift(const SpeakerPath& path, const PairStatistics& pairs) {
    const double middle = static_cast<double>(path.first_step() + path.end_step()) / 2;
    SteadyDrift found{.line = {.offset = static_cast<double>(*path.offset()), .middle = middle}};

    // Over the whole file, and, as a fast drift leaves the range of a long one, over a minute.
    auto [line, level] = best_lines(path, path.first_step(), path.end_step(), pairs);
    auto span = static_cast<double>(path.end_step() - path.first_step());
    const auto [from, to] = richest_minute(path);
    if (from > path.first_step() || to < path.end_step()) {
        const auto [steep, flat] = best_lines(path, from, to, pairs);
        if (steep.support - flat.support > std::max(kLeastGain, line.support - level.support)) {
            line = steep;
            level = flat;
            span = static_cast<double>(to - from);
        }
    }
    const bool drifts = line.support - level.support >= kLeastGain &&
                        std::abs(line.line.per_step) * span >= kLeastChange;
    if (drifts) {
        found.line = line.line;
        found.line.offset += line.line.per_step * (middle - line.line.middle);
        found.line.middle = middle;
    }
    // Measured twice: the second time along the better line.
    for (int i = 0; i < 2; ++i) {
        const auto fitted = through(stretches_along(found.line, path), middle);
        if (!fitted) break;
        const auto& [better, error] = *fitted;
        found.drift = Drift{.ms_per_s = better.per_step * kMsPerFrame * kStepsPerSecond,
                            .error = error * kMsPerFrame * kStepsPerSecond,
                            .significant = drifts};
        if (drifts) found.line = better;
    }
    if (drifts && !found.drift)  // too short to measure it by stretches
        found.drift = Drift{.ms_per_s = found.line.per_step * kMsPerFrame * kStepsPerSecond,
                            .error = kLeastChange / span * kMsPerFrame * kStepsPerSecond,
                            .significant = true};
    return found;
}

}  // namespace syncnet::score
