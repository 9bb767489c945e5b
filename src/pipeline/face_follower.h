// From images to faces: looks for them in every k-th frame, most often only where they were,
// follows them through each shot, and hands out every frame of every face once the face's geometry
// around it is known.
//
// Geometry needs the detections behind it (interpolation, smoothing, bridged gaps), so images
// wait in a queue until no track needs them: at most about the tracker's longest gap.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "face/lip_crop.h"
#include "face/shot_detector.h"
#include "face/tracker.h"

namespace syncnet::pipeline {

struct FaceFollowerOptions {
    // Images from one look to the next. On held-out clips offsets and confidence stay the same up
    // to 12 (bench/detection_stride.py); 4 saves most of the time and still follows quick heads.
    // 0: what suits the detector.
    int detection_stride = 0;
    int geometry_reach = face::kLipCropReach;  // frames behind one that its smoothing looks at
    face::TrackerOptions tracker;
};

class FaceFollower {
  public:
    // Called for each frame of each track, in the order of frames within a track.
    using OnFace = std::function<void(const face::Track&, std::int64_t frame, const media::Image&)>;

    // Called once for each track, after its last frame.
    using OnTrackEnd = std::function<void(const face::Track&)>;

    FaceFollower(std::unique_ptr<face::Detector> detector, const FaceFollowerOptions& options,
                 OnFace on_face, OnTrackEnd on_track_end = {});

    // Frames in order, without a hole; no image where the video has not begun.
    void push(std::int64_t frame, const std::optional<media::Image>& image);
    void finish();

    std::int64_t frames() const { return end_; }
    bool any_face() const { return any_face_; }  // in any image that was looked at
    int cuts() const { return cuts_; }

  private:
    std::vector<face::Detection> look(std::int64_t frame, const media::Image& image);
    void hand_out();

    std::unique_ptr<face::Detector> detector_;
    FaceFollowerOptions options_;
    OnFace on_face_;
    OnTrackEnd on_track_end_;
    face::ShotDetector shots_;
    face::Tracker tracker_;
    std::deque<media::Image> waiting_;  // images of frames end_ - waiting_.size() .. end_ - 1
    std::map<int, std::int64_t> next_;  // by track: the next frame to hand out; absent when done
    std::size_t known_tracks_ = 0;
    std::int64_t end_ = 0;
    std::int64_t next_look_ = 0;
    std::vector<face::Detection> seen_;  // at the last look, in this shot
    std::int64_t next_whole_look_ = 0;
    bool any_face_ = false;
    int cuts_ = 0;
};

}  // namespace syncnet::pipeline
