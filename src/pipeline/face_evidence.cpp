#include "pipeline/face_evidence.h"

#include <algorithm>

#include "sync/lip_motion.h"

namespace syncnet::pipeline {
namespace {

double to_seconds(std::int64_t frames) {
    return static_cast<double>(frames) / media::kFrameRate;
}

sync::FrameWeights speech_weights(const sync::Speech& speech) {
    sync::FrameWeights weights{.first_frame = speech.first_frame};
    for (std::size_t i = 0; i < speech.probability.size(); ++i)
        weights.values.push_back(
            is_speech(speech, speech.first_frame + static_cast<std::int64_t>(i)) ? 1.0F : 0.0F);
    return weights;
}

sync::FrameWeights readable_weights(const ReadTrack& track) {
    if (track.readable.probability.empty())
        return {.first_frame = track.first_frame, .values = {}, .elsewhere = 1};
    sync::FrameWeights weights{.first_frame = track.first_frame};
    for (std::int64_t i = track.first_frame; i < track.first_frame + track.frames; ++i)
        weights.values.push_back(track.readable.at(i) >= face::kReadable ? 1.0F : 0.0F);
    return weights;
}

sync::FrameWeights moving_weights(const ReadTrack& track, const ScoringModel& scoring) {
    if (!scoring.calibration.pairs) return {.first_frame = 0, .values = {}, .elsewhere = 1};
    sync::FrameWeights weights{.first_frame = track.lips.embeddings.first_frame};
    for (const float motion : sync::lip_motion(track.lips.embeddings))
        weights.values.push_back(motion >= sync::kStillMouth ? 1.0F : 0.0F);
    if (weights.values.empty()) return weights;
    // The first and last frames have no embedding of their own.
    const std::int64_t before = weights.first_frame - track.first_frame;
    weights.values.insert(weights.values.begin(),
                          static_cast<std::size_t>(std::max<std::int64_t>(0, before)),
                          weights.values.front());
    weights.first_frame -= std::max<std::int64_t>(0, before);
    weights.values.resize(
        static_cast<std::size_t>(std::max<std::int64_t>(std::ssize(weights.values), track.frames)),
        weights.values.back());
    return weights;
}

}  // namespace

FaceEvidence face_evidence(const ReadTrack& track, const Reading& reading,
                           const ScoringModel& scoring, int reach) {
    sync::FrameWeights readable = readable_weights(track);
    sync::FrameWeights moving = moving_weights(track, scoring);
    const sync::Embeddings& lips = track.lips.embeddings;
    sync::FrameWeights counts{.first_frame = lips.first_frame};
    for (std::int64_t i = lips.first_frame; i < lips.end_frame(); ++i)
        counts.values.push_back(readable.at(i) * moving.at(i));
    return {.id = track.id,
            .map = sync::EvidenceMap(lips, reading.audio, counts, speech_weights(reading.speech),
                                     scoring.calibration.scale, reach),
            .readable = std::move(readable),
            .moving = std::move(moving),
            .seen = {.from = track.first_frame, .to = track.first_frame + track.frames}};
}

score::Evidence evidence_of(std::span<const FaceEvidence> faces, const Reading& reading) {
    std::int64_t speech = 0, seen = 0, readable = 0, still = 0;
    const std::int64_t end = reading.speech.first_frame + std::ssize(reading.speech.probability);
    for (std::int64_t i = reading.speech.first_frame; i < end; ++i) {
        if (!is_speech(reading.speech, i)) continue;
        bool in_view = false, read = false, moves = false;
        for (const FaceEvidence& f : faces) {
            if (!f.seen.contains(i)) continue;
            in_view = true;
            if (f.readable.at(i) <= 0) continue;
            read = true;
            moves = moves || f.moving.at(i) > 0;
        }
        ++speech;
        seen += in_view ? 1 : 0;
        readable += read ? 1 : 0;
        still += read && !moves ? 1 : 0;
    }
    return {.has_audio = reading.has_audio,
            .any_face = reading.any_face,
            .cut_off = reading.damage.truncated,
            .seconds = to_seconds(reading.frames),
            .speech = to_seconds(speech),
            .seen = to_seconds(seen),
            .readable = to_seconds(readable),
            .still = to_seconds(still)};
}

std::vector<Interval> read_intervals(const FaceEvidence& face) {
    std::vector<Interval> found;
    for (std::int64_t i = face.seen.from; i < face.seen.to; ++i) {
        if (face.readable.at(i) <= 0) continue;
        if (!found.empty() && found.back().to == i)
            found.back().to = i + 1;
        else
            found.push_back({.from = i, .to = i + 1});
    }
    return found;
}

}  // namespace syncnet::pipeline
