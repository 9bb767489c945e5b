#include "face/tracker.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace syncnet::face {
namespace {

Point mix(const Point& a, const Point& b, float t) {
    return {std::lerp(a.x, b.x, t), std::lerp(a.y, b.y, t)};
}

Detection mix(const Detection& a, const Detection& b, float t) {
    return {
        .box = {std::lerp(a.box.left, b.box.left, t), std::lerp(a.box.top, b.box.top, t),
                std::lerp(a.box.right, b.box.right, t), std::lerp(a.box.bottom, b.box.bottom, t)},
        .right_eye = mix(a.right_eye, b.right_eye, t),
        .left_eye = mix(a.left_eye, b.left_eye, t),
        .nose = mix(a.nose, b.nose, t),
        .mouth = mix(a.mouth, b.mouth, t),
        .score = std::lerp(a.score, b.score, t)};
}

}  // namespace

void Tracker::extend(Track& track, std::int64_t frame, const Detection& seen) {
    const Detection before = track.geometry.back();
    const std::int64_t from = track.end_frame() - 1;
    for (std::int64_t f = from + 1; f <= frame; ++f)
        track.geometry.push_back(
            mix(before, seen, static_cast<float>(f - from) / static_cast<float>(frame - from)));
    track.last_seen = frame;
}

void Tracker::observe(std::int64_t frame, std::span<const Detection> found) {
    std::vector<Detection> faces;
    std::ranges::copy_if(found, std::back_inserter(faces), [&](const Detection& d) {
        return std::max(d.box.width(), d.box.height()) >= options_.min_face_pixels;
    });
    std::ranges::sort(faces, std::greater{}, [](const Detection& d) { return d.box.area(); });
    if (faces.size() > static_cast<std::size_t>(options_.max_faces))
        faces.resize(static_cast<std::size_t>(options_.max_faces));

    // Best pairs first, each face and each track once.
    struct Pair {
        float overlap;
        Track* track;
        std::size_t face;
    };
    std::vector<Pair> pairs;
    std::erase_if(open_, [&](Track* track) {
        track->ended = frame - track->last_seen > options_.max_gap_frames;
        return track->ended;
    });
    for (Track* const track : open_)
        for (std::size_t i = 0; i < faces.size(); ++i)
            pairs.push_back(
                {intersection_over_union(track->geometry.back().box, faces[i].box), track, i});
    std::ranges::stable_sort(pairs, std::greater{}, &Pair::overlap);
    std::vector<bool> taken(faces.size(), false);
    for (const Pair& pair : pairs) {
        if (pair.overlap < options_.min_overlap) break;
        if (taken[pair.face] || pair.track->last_seen == frame) continue;
        extend(*pair.track, frame, faces[pair.face]);
        taken[pair.face] = true;
    }

    for (std::size_t i = 0; i < faces.size(); ++i) {
        if (taken[i]) continue;
        // It was most likely there since the last look, or the shot's start.
        const std::int64_t first = std::max(last_look_ + 1, shot_start_);
        Track track{.id = static_cast<int>(tracks_.size()),
                    .first_frame = first,
                    .geometry = {},
                    .last_seen = frame,
                    .ended = false};
        track.geometry.assign(static_cast<std::size_t>(frame - first + 1), faces[i]);
        tracks_.push_back(std::move(track));
        open_.push_back(&tracks_.back());
    }
    last_look_ = frame;
}

void Tracker::cut(std::int64_t frame) {
    for (Track* const track : open_) {
        if (track->last_seen == last_look_)
            while (track->end_frame() < frame) track->geometry.push_back(track->geometry.back());
        track->ended = true;
    }
    open_.clear();
    shot_start_ = frame;
    last_look_ = frame - 1;
}

void Tracker::forget(int id) {
    tracks_[static_cast<std::size_t>(id)].geometry = {};
}

}  // namespace syncnet::face
