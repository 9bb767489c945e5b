#include "report/stretches.h"

#include <algorithm>

namespace syncnet::report {
namespace {

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
            // Both ways: a stretch that is near and then outside was outside from its beginning on.
            if (last.place == Place::outside && here == Place::near) here = Place::outside;
            if (last.place == Place::near && here == Place::outside) last.place = Place::outside;
            if (last.place == here) {
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
