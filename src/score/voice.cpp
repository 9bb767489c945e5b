#include "score/voice.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "score/passages.h"
#include "score/speaker_path.h"
#include "score/steady_drift.h"

namespace syncnet::score {
namespace {

constexpr double kFramesPerSecond = 25;

double seconds(double frames) {
    return frames / kFramesPerSecond;
}

// The faces' maps along the path of who speaks, each step moved so that the offset of its passage
// becomes the file's. Passages that don't fit are left out if so asked.
sync::SyncCurve aligned_curve(const SpeakerPath& path, std::span<const Passage> passages,
                              const OffsetLine& line, int offset, bool fitting_only) {
    sync::CurveSums sums(path.reach());
    for (const Passage& p : passages) {
        if (fitting_only && !p.fits) continue;
        for (std::int64_t t = p.frames.from / sync::kStepFrames;
             t < p.frames.to / sync::kStepFrames; ++t) {
            const double here = p.offset_frames + line.change(t) -
                                line.change_at_frame((p.frames.from + p.frames.to) / 2);
            // Shifts are offsets with the other sign.
            sums.add(path.step(t), -std::lround(here - offset));
        }
    }
    return sums.curve();
}

// A passage of some length has to fit by itself, too: that its face is nearer than usual at this
// offset may be chance.
void check_each(const SpeakerPath& path, const OffsetLine& line, const Calibration& calibration,
                std::vector<Passage>& passages) {
    constexpr double kLeastSeconds = 1.5, kLeastFit = 0.25;
    for (Passage& p : passages) {
        if (!p.fits || p.evidence_seconds < kLeastSeconds) continue;
        const int offset = static_cast<int>(std::lround(p.offset_frames));
        const auto alone = read_curve_at(aligned_curve(path, {&p, 1}, line, offset, true), offset);
        p.fits = alone && fit_at_any_offset(*alone, calibration) >= kLeastFit;
    }
}

// Passages that fit at another offset than the one before.
std::vector<Jump> jumps_of(std::span<const Passage> passages, const OffsetLine& line) {
    std::vector<Jump> jumps;
    const Passage* last = nullptr;
    for (const Passage& p : passages) {
        if (!p.fits) continue;
        if (last != nullptr) {
            const double before = last->offset_frames +
                                  line.change_at_frame((p.frames.from + p.frames.to) / 2) -
                                  line.change_at_frame((last->frames.from + last->frames.to) / 2);
            if (std::abs(p.offset_frames - before) >= kLeastJump)
                jumps.push_back({.frame = p.frames.from,
                                 .from = static_cast<int>(std::lround(last->offset_frames)),
                                 .to = static_cast<int>(std::lround(p.offset_frames))});
        }
        last = &p;
    }
    return jumps;
}

// The offset, in the file's middle, that explains most.
int main_offset(std::span<const Passage> passages, const OffsetLine& line, int otherwise) {
    double most = 0;
    int offset = otherwise;
    std::vector<std::pair<int, double>> found;
    for (const Passage& p : passages) {
        if (!p.fits) continue;
        const int in_middle = static_cast<int>(
            std::lround(p.offset_frames - line.change_at_frame((p.frames.from + p.frames.to) / 2)));
        auto same = std::ranges::find(found, in_middle, &std::pair<int, double>::first);
        if (same == found.end()) same = found.insert(found.end(), {in_middle, 0.0});
        same->second += p.evidence_seconds;
        if (same->second > most) {
            most = same->second;
            offset = in_middle;
        }
    }
    return offset;
}

}  // namespace

Voice find_voice(std::span<const Face> faces, const Calibration& calibration, int max_offset,
                 int candidates) {
    Voice voice;
    const SpeakerPath path(faces, *calibration.pairs, max_offset);
    if (!path.offset()) return voice;
    voice.faces = path.faces_at_once() * candidates;
    voice.beyond_range = std::abs(*path.offset()) > max_offset;

    const auto steady = find_drift(path, *calibration.pairs);
    voice.drift = steady.drift;
    const OffsetLine line = steady.line;
    if (voice.drift) {
        voice.drift->offset_frames = line.offset;
        voice.drift->at_frame = line.middle * sync::kStepFrames;
    }
    voice.passages = find_passages(path, line, *calibration.pairs);
    check_each(path, line, calibration, voice.passages);
    voice.jumps = jumps_of(voice.passages, line);
    const int centre = static_cast<int>(std::lround(line.offset));
    const int offset = voice.jumps.empty() ? centre : main_offset(voice.passages, line, centre);

    voice.curve = aligned_curve(path, voice.passages, line, offset, false);
    voice.result = read_curve_at(voice.curve, offset);
    if (!voice.result) return voice;
    voice.fitting = read_curve_at(aligned_curve(path, voice.passages, line, offset, true), offset);
    voice.evidence_seconds = seconds(voice.result->evidence);
    voice.compared_seconds = seconds(*std::ranges::max_element(voice.curve.weight));
    for (const Passage& p : voice.passages)
        (p.fits ? voice.fitting_seconds : voice.mismatched_seconds) += p.evidence_seconds;
    return rescored(std::move(voice), calibration);
}

Voice rescored(Voice voice, const Calibration& calibration) {
    if (!voice.result) return voice;
    voice.fit = fit(*voice.result, calibration, voice.faces);
    voice.fit_at_any_offset = fit_at_any_offset(*voice.result, calibration, voice.faces);
    voice.score = score(*voice.result, calibration, voice.faces);
    if (voice.fitting) voice.fitting_fit = fit(*voice.fitting, calibration, voice.faces);
    return voice;
}

}  // namespace syncnet::score
