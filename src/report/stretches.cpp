#include "report/stretches.h"

#include <algorithm>

namespace syncnet::report {
namespace {

// What is that long near a limit before it is outside is the same leaving of it.
constexpr std::int64_t kOnTheWayFrames = 2 * std::int64_t{media::kFrameRate};

double room_ms(double offset_ms, const Limit& limit) {
    return std::min(limit.early_ms - offset_ms, offset_ms + limit.late_ms);
}

}  // namespace

std::vector<Stretch> stretches(std::span<const OffsetPoint> offsets, const Limit& limit) {
    std::vector<Stretch> found;
    for (const OffsetPoint& p : offsets) {
        Place here = place(p.offset_ms, limit);
        if (!found.empty()) {
            Stretch& last = found.back();
            const bool same_side = (last.worst_ms > 0) == (p.offset_ms > 0);
            if (same_side && last.place == Place::outside && here == Place::near)
                here = Place::outside;
            if (same_side && last.place == Place::near && here == Place::outside &&
                last.frames.frames() <= kOnTheWayFrames)
                last.place = Place::outside;
            if (last.place == here && (here == Place::inside || same_side)) {
                last.frames.to = p.frames.to;
                if (room_ms(p.offset_ms, limit) < room_ms(last.worst_ms, limit))
                    last.worst_ms = p.offset_ms;
                continue;
            }
        }
        found.push_back(
            {.frames = p.frames, .place = here, .first_ms = p.offset_ms, .worst_ms = p.offset_ms});
    }
    return found;
}

std::vector<Interval> without(std::span<const Interval> all, std::vector<Interval> covers) {
    std::ranges::sort(covers, {}, &Interval::from);
    std::vector<Interval> rest;
    for (const Interval& i : all) {
        std::int64_t from = i.from;
        for (const Interval& c : covers) {
            if (c.from >= i.to) break;
            if (c.to <= from) continue;
            if (c.from > from) rest.push_back({.from = from, .to = c.from});
            from = c.to;
        }
        if (from < i.to) rest.push_back({.from = from, .to = i.to});
    }
    return rest;
}

}  // namespace syncnet::report
