#include "score/passages.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace syncnet::score {
namespace {

// What a change costs, in nats: it must be told by so much more than chance.
constexpr double kJumpCost = 12;  // another offset
constexpr double kBreakCost = 4;  // from "fits" to "doesn't", and back
constexpr double kCutCost = 0.5;  // the same where another face comes into view, as it is there
                                  // that what doesn't fit was put in
// A pair matches rather than not where it is nearer by this share of the advantage that the file's
// own pairs have; no one is held to more than the usual one, nor to less than a third of it.
constexpr double kMiddle = 0.5;
constexpr double kLeastShare = 1.0 / 3;

struct Choice {
    std::uint16_t offset = 0;  // index
    bool fits = false;
};

class BestPath {
  public:
    BestPath(const SpeakerPath& path, const OffsetLine& line, const PairStatistics& pairs)
        : path_(&path),
          line_(&line),
          nats_(pairs.nats),
          middle_(kMiddle *
                  std::clamp(path.advantage(), kLeastShare * pairs.advantage, pairs.advantage)),
          most_(std::min(path.reach(),
                         std::max(path.max_offset(), std::abs(*path.offset())) + kBeyond)),
          offsets_(2 * static_cast<std::size_t>(most_) + 1) {}

    // By step of the path; only steps with evidence count.
    std::vector<Choice> find() {
        const double start = line_->offset;
        std::vector<double> fits(offsets_), breaks(offsets_);
        for (std::size_t o = 0; o < offsets_; ++o) {
            // Apart from the file's own offset all cost a jump.
            fits[o] = std::abs(offset_of(o) - std::round(start)) < 0.5 ? 0 : -kJumpCost;
            breaks[o] = fits[o] - kBreakCost;
        }
        const auto steps = static_cast<std::size_t>(path_->end_step() - path_->first_step());
        from_.assign(steps * offsets_ * 2, {});
        std::optional<int> last;  // face
        for (std::size_t i = 0; i < steps; ++i) {
            const std::int64_t t = path_->first_step() + static_cast<std::int64_t>(i);
            const auto face = path_->face(t);
            const double break_cost = face && last && *face != *last ? kCutCost : kBreakCost;
            if (face) last = face;
            const auto best =
                static_cast<std::size_t>(std::ranges::max_element(fits) - fits.begin());
            const double jumped = fits[best] - kJumpCost;
            for (std::size_t o = 0; o < offsets_; ++o) {
                double fit = fits[o], none = breaks[o];
                Choice fit_from{static_cast<std::uint16_t>(o), true};
                Choice none_from{static_cast<std::uint16_t>(o), false};
                if (breaks[o] - break_cost > fit) {
                    fit = breaks[o] - break_cost;
                    fit_from.fits = false;
                }
                if (jumped > fit) {
                    fit = jumped;
                    fit_from = {static_cast<std::uint16_t>(best), true};
                }
                if (fits[o] - break_cost > none) {
                    none = fits[o] - break_cost;
                    none_from.fits = true;
                }
                from_at(i, o, true) = fit_from;
                from_at(i, o, false) = none_from;
                next_fits_.push_back(fit + gain(t, offset_of(o)));
                next_breaks_.push_back(none);
            }
            std::swap(fits, next_fits_);
            std::swap(breaks, next_breaks_);
            next_fits_.clear();
            next_breaks_.clear();
        }
        return traced(fits, breaks, steps);
    }

    int offset_of(std::size_t index) const { return static_cast<int>(index) - most_; }

    sync::EvidenceMap::Cell cell(std::int64_t t, int offset) const {
        const auto cells = path_->step(t);
        const auto here = static_cast<int>(std::lround(offset + line_->change(t)));
        if (cells.empty() || std::abs(here) > path_->reach()) return {};
        return cells[static_cast<std::size_t>(path_->reach() - here)];
    }

  private:
    static constexpr int kBeyond = 3;  // frames beyond the range, so that its end is no wall

    double gain(std::int64_t t, int offset) const {
        const auto c = cell(t, offset);
        const auto weight = static_cast<double>(c.weight);
        if (weight <= 0) return 0;
        return nats_ *
               (weight * (path_->usual_distance(t) - middle_) - static_cast<double>(c.distance));
    }

    Choice& from_at(std::size_t step, std::size_t offset, bool fits) {
        return from_[(step * offsets_ + offset) * 2 + (fits ? 1 : 0)];
    }

    std::vector<Choice> traced(const std::vector<double>& fits, const std::vector<double>& breaks,
                               std::size_t steps) {
        const auto best_fit = std::ranges::max_element(fits),
                   best_break = std::ranges::max_element(breaks);
        Choice at = *best_fit >= *best_break
                        ? Choice{static_cast<std::uint16_t>(best_fit - fits.begin()), true}
                        : Choice{static_cast<std::uint16_t>(best_break - breaks.begin()), false};
        std::vector<Choice> choices(steps);
        for (std::size_t i = steps; i-- > 0;) {
            choices[i] = at;
            at = from_at(i, at.offset, at.fits);
        }
        return choices;
    }

    const SpeakerPath* path_;
    const OffsetLine* line_;
    double nats_, middle_;
    int most_;
    std::size_t offsets_;
    std::vector<Choice> from_;
    std::vector<double> next_fits_, next_breaks_;
};

}  // namespace

std::vector<Passage> find_passages(const SpeakerPath& path, const OffsetLine& line,
                                   const PairStatistics& pairs) {
    BestPath best(path, line, pairs);
    const auto choices = best.find();
    std::vector<Passage> passages;
    std::vector<int> along;  // of each passage: its offset in the file's middle
    for (std::size_t i = 0; i < choices.size(); ++i) {
        const std::int64_t t = path.first_step() + static_cast<std::int64_t>(i);
        const auto face = path.face(t);
        const int offset = best.offset_of(choices[i].offset);
        const double weight = static_cast<double>(best.cell(t, offset).weight);
        if (!face || weight <= 0) continue;
        const Interval frames{.from = t * sync::kStepFrames, .to = (t + 1) * sync::kStepFrames};
        constexpr double kFramesPerSecond = 25;
        if (!passages.empty() && passages.back().frames.to == frames.from &&
            passages.back().face == *face && passages.back().fits == choices[i].fits &&
            along.back() == offset) {
            passages.back().frames.to = frames.to;
            passages.back().evidence_seconds += weight / kFramesPerSecond;
        } else {
            passages.push_back({.frames = frames,
                                .face = *face,
                                .fits = choices[i].fits,
                                .evidence_seconds = weight / kFramesPerSecond});
            along.push_back(offset);
        }
    }
    for (std::size_t k = 0; k < passages.size(); ++k)
        passages[k].offset_frames =
            along[k] + line.change_at_frame((passages[k].frames.from + passages[k].frames.to) / 2);
    return passages;
}

}  // namespace syncnet::score
