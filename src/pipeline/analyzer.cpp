#include "pipeline/analyzer.h"

#include <algorithm>
#include <utility>

namespace syncnet::pipeline {
namespace {

double to_seconds(std::int64_t frames) {
    return static_cast<double>(frames) / media::kFrameRate;
}

double speech_seconds(const sync::Speech& speech, std::int64_t from, std::int64_t to) {
    return to_seconds(speech_frames(speech, from, to));
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

// The same tracks in the same order.
void sort_as(const std::vector<TrackAnalysis>& tracks, Timeline& timeline) {
    std::vector<TrackTimeline> sorted;
    for (const TrackAnalysis& t : tracks)
        sorted.push_back(std::move(*std::ranges::find(timeline.tracks, t.id, &TrackTimeline::id)));
    timeline.tracks = std::move(sorted);
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
    const score::Thresholds thresholds =
        scoring.thresholds.value_or(request.thresholds.value_or(options_.thresholds));
    Analysis analysis{.video = reading.video,
                      .damage = reading.damage,
                      .seconds = to_seconds(reading.frames),
                      .shots = reading.cuts + 1,
                      .speech_seconds = speech_seconds(reading.speech, 0, INT64_MAX),
                      .thresholds = thresholds,
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

    if (request.timeline) {
        analysis.timeline = timeline(reading, scoring, *request.timeline);
        sort_as(analysis.tracks, *analysis.timeline);
    }

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
