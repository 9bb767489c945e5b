#include "pipeline/face_follower.h"

#include <algorithm>
#include <utility>

namespace syncnet::pipeline {
namespace {

// From one look at the whole image, which finds who has come in, to the next.
constexpr std::int64_t kWholeLookFrames = 16;

}  // namespace

FaceFollower::FaceFollower(std::unique_ptr<face::Detector> detector,
                           const FaceFollowerOptions& options, OnFace on_face,
                           OnTrackEnd on_track_end)
    : detector_(std::move(detector)),
      options_(options),
      on_face_(std::move(on_face)),
      on_track_end_(std::move(on_track_end)),
      tracker_(options.tracker) {}

void FaceFollower::push(std::int64_t frame, const std::optional<media::Image>& image) {
    if (!image) {
        seen_.clear();
        end_ = next_look_ = frame + 1;
        tracker_.cut(end_);
        return;
    }
    if (shots_.is_cut(*image)) {
        ++cuts_;
        seen_.clear();
        tracker_.cut(frame);
        hand_out();
        next_look_ = frame;
    }
    waiting_.push_back(*image);
    end_ = frame + 1;
    if (frame < next_look_) return;
    const auto found = look(frame, *image);
    any_face_ = any_face_ || !found.empty();
    tracker_.observe(frame, found);
    next_look_ = frame + options_.detection_stride;
    hand_out();
}

std::vector<face::Detection> FaceFollower::look(std::int64_t frame, const media::Image& image) {
    if (!seen_.empty() && frame < next_whole_look_)
        if (auto found = detector_->follow(image, seen_)) return seen_ = *std::move(found);
    next_whole_look_ = frame + kWholeLookFrames;
    return seen_ = detector_->detect(image);
}

void FaceFollower::finish() {
    tracker_.cut(end_);
    hand_out();
    waiting_.clear();
}

void FaceFollower::hand_out() {
    const std::deque<face::Track>& tracks = tracker_.tracks();
    for (; known_tracks_ < tracks.size(); ++known_tracks_)
        next_.emplace(tracks[known_tracks_].id, tracks[known_tracks_].first_frame);

    const std::int64_t first_waiting = end_ - static_cast<std::int64_t>(waiting_.size());
    // A track that begins later reaches back to the last look at most.
    std::int64_t needed = end_ - options_.detection_stride + 1;
    for (auto it = next_.begin(); it != next_.end();) {
        const face::Track& track = tracks[static_cast<std::size_t>(it->first)];
        const std::int64_t ready = track.end_frame() - (track.ended ? 0 : options_.geometry_reach);
        for (; it->second < ready; ++it->second)
            on_face_(track, it->second,
                     waiting_[static_cast<std::size_t>(it->second - first_waiting)]);
        if (track.ended) {
            if (on_track_end_) on_track_end_(track);
            tracker_.forget(track.id);
            it = next_.erase(it);
        } else {
            needed = std::min(needed, it->second);
            ++it;
        }
    }
    const auto done = std::clamp<std::int64_t>(needed - first_waiting, 0,
                                               static_cast<std::int64_t>(waiting_.size()));
    waiting_.erase(waiting_.begin(), waiting_.begin() + done);
}

}  // namespace syncnet::pipeline
