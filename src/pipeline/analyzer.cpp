#include "pipeline/analyzer.h"
#include "sync/syncnet_v2_model.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "pipeline/face_choice.h"
#include "pipeline/face_evidence.h"
#include "pipeline/speech.h"

namespace syncnet::pipeline {
namespace {

constexpr int kMsPerFrame = 1000 / media::kFrameRate;
constexpr double kSomeSpeechSeconds = 0.5;

double to_seconds(std::int64_t frames) {
    return static_cast<double>(frames) / media::kFrameRate;
}

double speech_seconds(const Reading& reading) {
    const std::int64_t from = reading.speech.first_frame;
    return to_seconds(
        speech_frames(reading.speech, from, from + std::ssize(reading.speech.probability)));
}

// How many of the mixes that were listened to could have fitted by accident.
int audio_candidates(const Reading& reading) {
    if (!reading.audio_search) return 1;
    const auto judged = std::ranges::count_if(reading.audio_search->tried,
                                              [](const Tried& t) { return t.fit > 0; });
    return std::max(1, static_cast<int>(judged));
}

// How a model's offsets are searched.
struct Search {
    int max_offset = 0;  // frames
    int reach = 0;       // beyond it, so that its end is told from what lies behind, and confidence
                         // has its neighbours
};

Search search_of(const ScoringModel& scoring, int max_offset_ms) {
    if (!scoring.calibration.pairs)
        return {.max_offset = sync::kPublishedReach, .reach = sync::kPublishedReach};
    const int frames = (max_offset_ms + kMsPerFrame - 1) / kMsPerFrame;
    return {.max_offset = frames, .reach = frames + sync::kPublishedReach};
}

// The published SyncNet knows one face, one offset and its own formula.
score::Voice published_voice(const sync::PublishedMeasurement& measured, const ReadTrack& track,
                             const score::Evidence& evidence, const ScoringModel& scoring) {
    score::Voice voice{.result = measured.result,
                       .curve = measured.curve,
                       .evidence_seconds = evidence.readable,
                       .compared_seconds = evidence.readable};
    if (!voice.result) return voice;
    constexpr double kLikely = 0.5;
    voice.faces = 1;
    voice.fit = score::fit(*voice.result, scoring.calibration);
    voice.fit_at_any_offset = voice.fit;
    voice.score = score::score(*voice.result, scoring.calibration);
    voice.beyond_range = std::abs(voice.result->offset_frames) == measured.curve.reach;
    voice.passages.push_back(
        {.frames = {.from = track.first_frame, .to = track.first_frame + track.frames},
         .face = track.id,
         .offset_frames = static_cast<double>(voice.result->offset_frames),
         .fits = voice.fit >= kLikely,
         .evidence_seconds = evidence.readable});
    return voice;
}

score::Voice voice_of(std::span<const FaceEvidence> faces, const ScoringModel& scoring,
                      int max_offset, int candidates) {
    std::vector<score::Face> all;
    for (const FaceEvidence& f : faces) all.push_back({.id = f.id, .map = &f.map});
    return score::find_voice(all, scoring.calibration, max_offset, candidates);
}

// A model without PairStatistics can only tell whether there is speech.
double fit_of(const Reading& reading, const ScoringModel& scoring, const Search& search,
              const Request& request) {
    if (!scoring.calibration.pairs) return speech_seconds(reading) >= kSomeSpeechSeconds ? 1 : 0;
    std::vector<FaceEvidence> faces;
    for (const ReadTrack* const track : chosen_tracks(reading, request.face))
        faces.push_back(face_evidence(*track, reading, scoring, search.reach));
    return voice_of(faces, scoring, search.max_offset, 1).fit_at_any_offset;
}

std::vector<Interval> spoken(const score::Voice& voice, int face) {
    std::vector<Interval> found;
    for (const score::Passage& p : voice.passages) {
        if (p.face != face || !p.fits) continue;
        if (!found.empty() && found.back().to == p.frames.from)
            found.back().to = p.frames.to;
        else
            found.push_back(p.frames);
    }
    return found;
}

TrackAnalysis analyse(const ReadTrack& track, const FaceEvidence& face, const Reading& reading,
                      const ScoringModel& scoring, const Search& search,
                      const score::Thresholds& thresholds) {
    TrackAnalysis t{.id = track.id,
                    .first_frame = track.first_frame,
                    .frames = track.frames,
                    .mean_box = track.mean_box,
                    .last_box = track.last_box,
                    .read = read_intervals(face),
                    .evidence = evidence_of({&face, 1}, reading)};
    if (scoring.network->info().edges == sync::Edges::zero_padded) {
        auto measured = sync::measure_as_published(track.lips.embeddings, reading.audio);
        t.voice = published_voice(measured, track, t.evidence, scoring);
        t.framewise = std::move(measured.framewise);
    } else if (!scoring.calibration.pairs) {
        const sync::SyncCurve curve = face.map.curve();
        t.voice = published_voice({.curve = curve, .result = sync::read_curve(curve)}, track,
                                  t.evidence, scoring);
    } else {
        t.voice = voice_of({&face, 1}, scoring, search.max_offset, audio_candidates(reading));
    }
    t.verdict =
        score::judge(t.voice, t.evidence, scoring.calibration, thresholds, search.max_offset);
    return t;
}

// Seconds of the file's voice that are this face's, then how well it fits alone.
auto lead_of(const TrackAnalysis& t) {
    std::int64_t spoke = 0;
    for (const Interval& i : t.spoke) spoke += i.frames();
    return std::tuple(spoke, t.verdict.score.value_or(-1),
                      t.voice.result ? t.voice.result->confidence : -1);
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

Analysis Analyzer::analyze(const media::OpenStream& open, const Request& request) const {
    return judge(read(open, request), request);
}

Reading Analyzer::read(media::Source source, const Request& request) const {
    return read(media::open_file(std::move(source), options_.reading.limits), request);
}

Reading Analyzer::read(const media::OpenStream& open, const Request& request) const {
    const ScoringModel& scoring = models_->find(request.model);
    const Search search =
        search_of(scoring, request.max_offset_ms.value_or(options_.max_offset_ms));
    Looks looks;
    // A model that judges a file as a whole alone has nothing to say before its end.
    if ((request.early || request.on_verdict) && scoring.calibration.pairs)
        looks.look = [&](const Reading& so_far) { return look(so_far, request); };
    return read_video(
        open, *models_, scoring, options_.reading, request,
        [&](const Reading& reading) { return fit_of(reading, scoring, search, request); }, looks);
}

bool Analyzer::look(const Reading& so_far, const Request& request) const {
    Request of_now = request;
    of_now.timeline.reset();
    // The face that is wanted may still come.
    if (request.face.which == FaceChoice::Which::track &&
        std::ranges::find(so_far.tracks, request.face.track, &ReadTrack::id) == so_far.tracks.end())
        return false;
    const Analysis analysis = judge(so_far, of_now);
    if (request.on_verdict) request.on_verdict(analysis);
    if (!request.early) return false;
    // Another of the file's audio tracks may fit where this one doesn't.
    const bool only_audio =
        so_far.video.audio_tracks.size() <= 1 || request.audio.which != AudioChoice::Which::best;
    return (only_audio || analysis.verdict.decision == score::Decision::allow) &&
           score::is_settled(analysis.verdict, analysis.voice,
                             models_->find(request.model).calibration);
}

Analysis Analyzer::judge(const Reading& reading, const Request& request) const {
    const ScoringModel& scoring = models_->find(request.model);
    const sync::SyncModelInfo& model = scoring.network->info();
    const score::Thresholds thresholds =
        scoring.thresholds.value_or(request.thresholds.value_or(options_.thresholds));
    const Search search =
        search_of(scoring, request.max_offset_ms.value_or(options_.max_offset_ms));
    Analysis analysis{.video = reading.video,
                      .damage = reading.damage,
                      .audio_search = reading.audio_search,
                      .seconds = to_seconds(reading.frames),
                      .stopped = reading.stopped,
                      .width = reading.width,
                      .height = reading.height,
                      .shots = reading.cuts + 1,
                      .thresholds = thresholds,
                      .max_offset = search.max_offset,
                      .model = model.name,
                      .model_version = model.version,
                      .precision = std::string(nn::to_string(model.precision)),
                      .detector = reading.detector,
                      .as_published = model.published && model.edges == sync::Edges::zero_padded &&
                                      (reading.detector == "s3fd" || reading.detector == "none")};

    std::vector<FaceEvidence> faces;
    for (const ReadTrack* const track : chosen_tracks(reading, request.face)) {
        check(request);
        faces.push_back(face_evidence(*track, reading, scoring, search.reach));
        analysis.tracks.push_back(
            analyse(*track, faces.back(), reading, scoring, search, thresholds));
        if (request.boxes) analysis.tracks.back().boxes = track->boxes;
    }
    analysis.evidence = evidence_of(faces, reading);
    if (scoring.calibration.pairs)
        analysis.voice = faces.size() == 1 ? analysis.tracks.front().voice
                                           : voice_of(faces, scoring, search.max_offset,
                                                      audio_candidates(reading));
    for (TrackAnalysis& t : analysis.tracks) t.spoke = spoken(analysis.voice, t.id);
    std::ranges::stable_sort(analysis.tracks, std::greater{}, lead_of);

    if (!scoring.calibration.pairs && !analysis.tracks.empty()) {
        // The face that the audio fits best is the file.
        analysis.voice = analysis.tracks.front().voice;
        analysis.evidence = analysis.tracks.front().evidence;
    }
    analysis.verdict = score::judge(analysis.voice, analysis.evidence, scoring.calibration,
                                    thresholds, search.max_offset);
    if (analysis.tracks.size() > static_cast<std::size_t>(options_.max_reported_tracks))
        analysis.tracks.resize(static_cast<std::size_t>(options_.max_reported_tracks));
    if (request.timeline) {
        analysis.timeline = timeline(reading, faces, analysis.voice, scoring, *request.timeline);
        sort_as(analysis.tracks, *analysis.timeline);
    }
    return analysis;
}

}  // namespace syncnet::pipeline
