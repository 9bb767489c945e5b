// Every face of a video, its lips read as the images come.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/face_follower.h"
#include "pipeline/reading.h"

namespace syncnet::pipeline {

class FaceReading {
  public:
    // All are kept by reference. Throws model_not_available.
    FaceReading(const Models& models, const ScoringModel& scoring, sync::SyncSession& session,
                const ReadingOptions& options, bool keep_boxes);

    const std::string& detector() const { return detector_; }

    // As FaceFollower's.
    void push(std::int64_t frame, const std::optional<media::Image>& image);
    void finish();

    // Faces that have been in view, as far as they have been read: those that still are come last.
    std::vector<ReadTrack> tracks_so_far();
    // After finish(), once.
    std::vector<ReadTrack> take_tracks() { return std::move(tracks_); }

    std::int64_t frames() const { return follower_->frames(); }
    int cuts() const { return follower_->cuts(); }
    bool any_face() const { return follower_->any_face(); }

  private:
    // Who looks at a face as long as it is followed.
    struct OpenTrack {
        const face::Track* track = nullptr;
        std::int64_t frames = 0;  // that were looked at
        std::unique_ptr<sync::LipReader> lips;
        std::optional<face::MouthReader> mouth;
    };

    void look(const face::Track& track, std::int64_t frame, const media::Image& image);
    void close(const face::Track& track);
    // Without lips and mouth.
    ReadTrack describe(const face::Track& track, std::int64_t frames) const;

    sync::SyncSession& session_;
    int min_frames_;
    bool keep_boxes_;
    std::string detector_;
    std::optional<nn::Session> mouth_;
    std::map<int, OpenTrack> open_;  // by track
    std::vector<ReadTrack> tracks_;
    std::optional<FaceFollower> follower_;
};

}  // namespace syncnet::pipeline
