#include "pipeline/analyzer.h"

#include <algorithm>
#include <utility>

namespace syncnet::pipeline {
namespace {

constexpr float kSpeechProbability = 0.5F;

double to_seconds(std::int64_t frames) {
    return static_cast<double>(frames) / media::kFrameRate;
}

double speech_seconds(const sync::Speech& speech, std::int64_t from, std::int64_t to) {
    const auto clamp = [&](std::int64_t frame) {
        return std::clamp<std::int64_t>(frame - speech.first_frame, 0,
                                        static_cast<std::int64_t>(speech.probability.size()));
    };
    return to_seconds(std::count_if(speech.probability.begin() + clamp(from),
                                    speech.probability.begin() + std::max(clamp(from), clamp(to)),
                                    [](float p) { return p > kSpeechProbability; }));
}

TrackAnalysis measure(const ReadTrack& track, const Reading& reading, const ScoringModel& scoring) {
    TrackAnalysis t{.id = track.id,
                    .first_frame = track.first_frame,
                    .frames = track.frames,
                    .mean_box = track.mean_box,
                    .speech_seconds = speech_seconds(reading.speech, track.first_frame,
                                                     track.first_frame + track.frames)};
    auto m = sync::measure(track.lips.embeddings, reading.sound, scoring.calibration.scale,
                           scoring.network->info().edges);
    t.curve = m.curve;
    t.result = m.result;
    t.framewise = std::move(m.framewise);
    if (t.result && t.speech_seconds >= scoring.calibration.min_speech_seconds)
        t.score = score::score(*t.result, scoring.calibration);
    return t;
}

}  // namespace

Analyzer::Analyzer(std::shared_ptr<const Models> models, const AnalyzerOptions& options)
    : models_(std::move(models)), options_(options) {}

Analysis Analyzer::analyze(media::Source source, const Request& request) const {
    const ScoringModel& scoring = models_->find(request.model);
    const Reading reading =
        read_video(std::move(source), *models_, scoring, options_.reading, request);
    const sync::SyncModelInfo& model = scoring.network->info();
    Analysis analysis{.video = reading.video,
                      .damage = reading.damage,
                      .seconds = to_seconds(reading.frames),
                      .shots = reading.cuts + 1,
                      .speech_seconds = speech_seconds(reading.speech, 0, INT64_MAX),
                      .model = model.name,
                      .model_version = model.version,
                      .precision = std::string(nn::to_string(model.precision)),
                      .detector = reading.detector};
    for (const ReadTrack& track : reading.tracks) {
        check(request);
        analysis.tracks.push_back(measure(track, reading, scoring));
    }
    // The face that the sound fits best leads.
    std::ranges::stable_sort(analysis.tracks, std::greater{}, [](const TrackAnalysis& t) {
        return std::pair(t.score.value_or(-1), t.result ? t.result->confidence : -1);
    });
    if (analysis.tracks.size() > static_cast<std::size_t>(options_.max_reported_tracks))
        analysis.tracks.resize(static_cast<std::size_t>(options_.max_reported_tracks));

    analysis.evidence = {.has_audio = reading.has_audio,
                         .seconds = analysis.seconds,
                         .any_face = reading.any_face,
                         .speech_seconds = analysis.speech_seconds};
    std::optional<sync::SyncResult> leading;
    if (!analysis.tracks.empty()) {
        const TrackAnalysis& lead = analysis.tracks.front();
        leading = lead.result;
        analysis.evidence.face_seconds = to_seconds(lead.frames);
        analysis.evidence.speech_seconds = lead.speech_seconds;
    }
    analysis.verdict = score::judge(leading, analysis.evidence, scoring.calibration,
                                    request.thresholds.value_or(options_.thresholds));
    return analysis;
}

}  // namespace syncnet::pipeline
