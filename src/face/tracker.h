// Detections joined to tracks: one face, one shot, one unbroken run of frames.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "face/detection.h"

namespace syncnet::face {

struct TrackerOptions {
    float min_overlap = 0.3F;       // intersection over union with the track's last box
    int max_gap_frames = 25;        // a face unseen for longer is a new track; as in the reference
    float min_face_pixels = 40.0F;  // smaller faces are not followed
    int max_faces = 8;              // followed at the same time; the largest win
};

// `geometry[i]` is the face in frame first_frame + i: detected, or interpolated between detections.
struct Track {
    int id = 0;
    std::int64_t first_frame = 0;
    std::vector<Detection> geometry;
    std::int64_t last_seen = 0;  // frame of the last detection
    bool ended = false;

    // The frame behind the last one whose geometry is known for good.
    std::int64_t end_frame() const {
        return first_frame + static_cast<std::int64_t>(geometry.size());
    }
};

class Tracker {
  public:
    explicit Tracker(const TrackerOptions& options = {}) : options_(options) {}

    // What was found in `frame`. Frames grow; those in between were not looked at.
    void observe(std::int64_t frame, std::span<const Detection> found);

    // `frame` begins a new shot, or is the end of the video: every track ends before it. Faces that
    // were seen in the last frame looked at are held until there.
    void cut(std::int64_t frame);

    // By id. Addresses stay valid as tracks are added.
    const std::deque<Track>& tracks() const { return tracks_; }

    // Frees the geometry of a track that has ended and is not asked for any more.
    void forget(int id);

  private:
    void extend(Track& track, std::int64_t frame, const Detection& seen);

    TrackerOptions options_;
    std::deque<Track> tracks_;
    std::vector<Track*> open_;  // those that have not ended
    std::int64_t shot_start_ = 0;
    std::int64_t last_look_ = -1;
};

}  // namespace syncnet::face
