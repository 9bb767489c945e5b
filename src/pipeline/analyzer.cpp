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

// Of the video as a whole: what there is to judge by where no face leads.
score::Evidence evidence_of(const Reading& reading) {
    return {.has_audio = reading.has_audio,
            .seconds = to_seconds(reading.frames),
            .any_face = reading.any_face,
            .speech_seconds = speech_seconds(reading.speech, 0, INT64_MAX)};
}

TrackAnalysis measure(const ReadTrack& track, const Reading& reading, const ScoringModel& scoring,
                      const score::Thresholds& thresholds) {
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
    score::Evidence evidence = evidence_of(reading);
    evidence.face_seconds = to_seconds(t.frames);
    evidence.speech_seconds = t.speech_seconds;
    t.verdict = score::judge(t.result, evidence, scoring.calibration, thresholds);
    return t;
}

}  // namespace

Analyzer::Analyzer(std::shared_ptr<const Models> models, const AnalyzerOptions& options)
    : models_(std::move(models)), options_(options) {}

Analysis Analyzer::analyze(media::Source source, const Request& request) const {
    return judge(read(std::move(source), request), request);
}

Reading Analyzer::read(media::Source source, const Request& request) const {
    return read_video(std::move(source), *models_, models_->find(request.model), options_.reading,
                      request);
}

Analysis Analyzer::judge(const Reading& reading, const Request& request) const {
    const ScoringModel& scoring = models_->find(request.model);
    const sync::SyncModelInfo& model = scoring.network->info();
    const score::Thresholds thresholds = request.thresholds.value_or(options_.thresholds);
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
        analysis.tracks.push_back(measure(track, reading, scoring, thresholds));
    }
    // The face that the sound fits best leads.
    std::ranges::stable_sort(analysis.tracks, std::greater{}, [](const TrackAnalysis& t) {
        return std::pair(t.score.value_or(-1), t.result ? t.result->confidence : -1);
    });
    if (analysis.tracks.size() > static_cast<std::size_t>(options_.max_reported_tracks))
        analysis.tracks.resize(static_cast<std::size_t>(options_.max_reported_tracks));

    analysis.evidence = evidence_of(reading);
    if (analysis.tracks.empty()) {
        analysis.verdict =
            score::judge(std::nullopt, analysis.evidence, scoring.calibration, thresholds);
    } else {
        const TrackAnalysis& lead = analysis.tracks.front();
        analysis.evidence.face_seconds = to_seconds(lead.frames);
        analysis.evidence.speech_seconds = lead.speech_seconds;
        analysis.verdict = lead.verdict;
    }
    return analysis;
}

}  // namespace syncnet::pipeline
