#include "score/speaker_path.h"

#include <algorithm>
#include <limits>

namespace syncnet::score {
namespace {

using Cell = sync::EvidenceMap::Cell;

// Another face takes over only where it fits better by this much in all (nats).
constexpr double kTurnCost = 3;
constexpr double kEnoughToCompare = 25;  // frames of evidence
// A match is nearer than the usual distance by more than this share of the usual advantage.
constexpr double kMiddle = 0.5;

bool any_weight(std::span<const Cell> cells) {
    return std::ranges::any_of(cells, [](const Cell& c) { return c.weight > 0; });
}

}  // namespace

double support(double advantage, double weight, const PairStatistics& pairs) {
    if (advantage <= 0 || weight <= 0) return 0;
    return pairs.nats / (2 * pairs.advantage) * advantage * advantage / weight;
}

// The best path at one offset.
struct SpeakerPath::Walk {
    double advantage = 0, weight = 0;
    std::vector<int> chosen;  // by step, if it was to be kept
};

SpeakerPath::SpeakerPath(std::span<const Face> faces, const PairStatistics& pairs, int max_offset)
    : faces_(faces.begin(), faces.end()), pairs_(pairs), max_offset_(max_offset) {
    if (faces_.empty()) return;
    reach_ = faces_.front().map->reach();
    first_step_ = std::numeric_limits<std::int64_t>::max();
    std::int64_t end = std::numeric_limits<std::int64_t>::min();
    for (const Face& f : faces_) {
        first_step_ = std::min(first_step_, f.map->first_step());
        end = std::max(end, f.map->end_step());
    }
    active_.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, end - first_step_)));
    for (std::size_t f = 0; f < faces_.size(); ++f)
        for (std::int64_t t = faces_[f].map->first_step(); t < faces_[f].map->end_step(); ++t)
            if (any_weight(faces_[f].map->step(t)))
                active_[static_cast<std::size_t>(t - first_step_)].push_back(static_cast<int>(f));
    for (const auto& active : active_)
        faces_at_once_ = std::max(faces_at_once_, static_cast<int>(active.size()));
    chosen_.assign(active_.size(), kNobody);
    if (faces_at_once_ == 0) return;

    double most = -std::numeric_limits<double>::infinity();
    for (int offset = -reach_; offset <= reach_; ++offset) {
        const Walk w = walk(offset, false);
        if (w.weight < sync::kMinWeight) continue;
        const double here = support(w.advantage, w.weight, pairs_) + log_offset_prior(offset);
        if (here <= most) continue;
        most = here;
        offset_ = offset;
        advantage_ = w.advantage / w.weight;
    }
    if (!offset_) return;
    chosen_ = walk(*offset_, true).chosen;
    advantage_ = std::max(advantage_, best_advantage());
}

double SpeakerPath::best_advantage() const {
    struct Sum {
        double advantage = 0, weight = 0;
    };
    std::vector<Sum> sums(faces_.size());
    for (std::int64_t t = first_step_; t < end_step(); ++t) {
        const auto cells = step(t);
        if (cells.empty()) continue;
        const Cell& cell = cells[static_cast<std::size_t>(reach_ - *offset_)];
        Sum& sum =
            sums[static_cast<std::size_t>(chosen_[static_cast<std::size_t>(t - first_step_)])];
        const auto weight = static_cast<double>(cell.weight);
        sum.weight += weight;
        sum.advantage += weight * usual_distance(t) - static_cast<double>(cell.distance);
    }
    double best = 0;
    for (const Sum& s : sums)
        if (s.weight >= kEnoughToCompare) best = std::max(best, s.advantage / s.weight);
    return best;
}

// The most likely path, found exactly: at every step one of the faces that are evidence there.
SpeakerPath::Walk SpeakerPath::walk(int offset, bool keep) const {
    struct State {
        int face = kNobody;
        double value = 0, advantage = 0, weight = 0;
        int from = kNobody;  // index among the states before
    };
    std::vector<State> before{{}}, now;
    std::vector<std::pair<std::size_t, std::vector<State>>> kept;  // by step
    const std::size_t shift = static_cast<std::size_t>(reach_ - offset);
    for (std::size_t i = 0; i < active_.size(); ++i) {
        if (active_[i].empty()) continue;
        now.clear();
        for (const int f : active_[i]) {
            const sync::EvidenceMap& map = *faces_[static_cast<std::size_t>(f)].map;
            const Cell cell = map.step(first_step_ + static_cast<std::int64_t>(i))[shift];
            const auto weight = static_cast<double>(cell.weight);
            const double advantage =
                weight * map.usual_distance() - static_cast<double>(cell.distance);
            State best{.value = -std::numeric_limits<double>::infinity()};
            for (std::size_t k = 0; k < before.size(); ++k) {
                const State& s = before[k];
                // Who has left, or can't be read any more, hands over for nothing.
                const bool handed =
                    s.face == f || std::ranges::find(active_[i], s.face) == active_[i].end();
                const double value = s.value - (handed ? 0 : kTurnCost);
                if (value <= best.value) continue;
                best = s;
                best.value = value;
                best.from = static_cast<int>(k);
            }
            best.face = f;
            best.value += pairs_.nats * (advantage - kMiddle * pairs_.advantage * weight);
            best.advantage += advantage;
            best.weight += weight;
            now.push_back(best);
        }
        if (keep) kept.emplace_back(i, now);
        std::swap(before, now);
    }
    const auto last = std::ranges::max_element(before, {}, &State::value);
    Walk result{.advantage = last->advantage, .weight = last->weight};
    if (!keep) return result;
    result.chosen.assign(active_.size(), kNobody);
    auto at = last - before.begin();
    for (std::size_t k = kept.size(); k-- > 0;) {
        const State& s = kept[k].second[static_cast<std::size_t>(at)];
        result.chosen[kept[k].first] = s.face;
        at = s.from;
    }
    return result;
}

std::span<const Cell> SpeakerPath::step(std::int64_t t) const {
    const std::int64_t i = t - first_step_;
    if (i < 0 || i >= std::ssize(chosen_)) return {};
    const int f = chosen_[static_cast<std::size_t>(i)];
    return f == kNobody ? std::span<const Cell>()
                        : faces_[static_cast<std::size_t>(f)].map->step(t);
}

double SpeakerPath::usual_distance(std::int64_t t) const {
    const int f = chosen_[static_cast<std::size_t>(t - first_step_)];
    return f == kNobody ? 0 : faces_[static_cast<std::size_t>(f)].map->usual_distance();
}

std::optional<int> SpeakerPath::face(std::int64_t t) const {
    const std::int64_t i = t - first_step_;
    if (i < 0 || i >= std::ssize(chosen_)) return std::nullopt;
    const int f = chosen_[static_cast<std::size_t>(i)];
    if (f == kNobody) return std::nullopt;
    return faces_[static_cast<std::size_t>(f)].id;
}

}  // namespace syncnet::score
