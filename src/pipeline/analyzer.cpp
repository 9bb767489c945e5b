#include "pipeline/analyzer.h"

#include <algorithm>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "audio/log_mel.h"
#include "base/bounded_queue.h"
#include "base/error.h"

namespace syncnet::pipeline {
namespace {

// Pictures decoded ahead: enough to keep both threads busy, few enough to hold in memory.
constexpr std::size_t kFramesAhead = 8;
constexpr float kSpeechProbability = 0.5F;

void check(const Request& request) {
    if (request.stop.stop_requested()) throw Error(ErrorCode::cancelled, "the caller gave up");
    if (request.deadline && std::chrono::steady_clock::now() > *request.deadline)
        throw Error(ErrorCode::timeout, "the video was not done in time");
}

// Decodes on a thread of its own; the sound is turned into mel frames there too.
class Decoding {
  public:
    Decoding(media::Source source, const media::Limits& limits, const Request& request)
        : reader_(std::move(source), limits),
          thread_([this, &request](const std::stop_token& stop) { run(stop, request); }) {}
    ~Decoding() { frames_.close(); }
    Decoding(const Decoding&) = delete;
    Decoding& operator=(const Decoding&) = delete;

    const media::Info& info() const { return reader_.info(); }

    // Throws what the reader threw.
    std::optional<media::Frame> next_frame() {
        auto frame = frames_.pop();
        if (!frame && failure_) std::rethrow_exception(failure_);
        return frame;
    }

    // Once next_frame() has returned nothing.
    const std::vector<audio::MelFrame>& log_mel() const { return mel_.frames(); }
    const media::Damage& damage() const { return reader_.damage(); }

  private:
    void run(const std::stop_token& stop, const Request& request) {
        try {
            while (!stop.stop_requested()) {
                // Here too: a file may have hours of sound behind its last picture.
                check(request);
                auto item = reader_.next();
                if (!item) break;
                if (auto* frame = std::get_if<media::Frame>(&*item)) {
                    if (!frames_.push(std::move(*frame))) return;
                } else {
                    mel_.push(std::get<media::Samples>(*item).mono);
                }
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
        frames_.close();
    }

    media::Reader reader_;
    audio::LogMel mel_;
    BoundedQueue<media::Frame> frames_{kFramesAhead};
    std::exception_ptr failure_;  // written before the queue is closed, read after
    std::jthread thread_;         // last: it must end before what it uses goes
};

double to_seconds(std::int64_t frames) {
    return static_cast<double>(frames) / media::kFrameRate;
}

double speech_seconds(const sync::SoundEmbeddings& sound, std::int64_t from, std::int64_t to) {
    const std::int64_t first = sound.embeddings.first_frame;
    const auto clamp = [&](std::int64_t frame) {
        return std::clamp<std::int64_t>(frame - first, 0,
                                        static_cast<std::int64_t>(sound.speech.size()));
    };
    return to_seconds(std::count_if(sound.speech.begin() + clamp(from),
                                    sound.speech.begin() + std::max(clamp(from), clamp(to)),
                                    [](float p) { return p > kSpeechProbability; }));
}

face::Box mean_box(const face::Track& track) {
    face::Box sum;
    for (const face::Detection& d : track.geometry) {
        sum.left += d.box.left;
        sum.top += d.box.top;
        sum.right += d.box.right;
        sum.bottom += d.box.bottom;
    }
    const auto n = static_cast<float>(track.geometry.size());
    return {sum.left / n, sum.top / n, sum.right / n, sum.bottom / n};
}

// What is kept of a track once it has ended.
struct SeenTrack {
    int id = 0;
    std::int64_t first_frame = 0, frames = 0;
    face::Box mean_box;
    sync::Embeddings lips;
};

TrackAnalysis measure(const SeenTrack& track, const sync::SoundEmbeddings& sound,
                      const score::Calibration& calibration) {
    TrackAnalysis t{.id = track.id,
                    .first_frame = track.first_frame,
                    .frames = track.frames,
                    .mean_box = track.mean_box,
                    .speech_seconds =
                        speech_seconds(sound, track.first_frame, track.first_frame + track.frames)};
    t.curve = sync::sync_curve(track.lips, sound.embeddings, calibration.scale);
    t.result = sync::read_curve(t.curve);
    if (t.result && t.speech_seconds >= calibration.min_speech_seconds)
        t.score = score::score(*t.result, calibration);
    return t;
}

}  // namespace

Analyzer::Analyzer(std::shared_ptr<const Models> models, const AnalyzerOptions& options)
    : models_(std::move(models)), options_(options) {}

Analysis Analyzer::analyze(media::Source source, const Request& request) const {
    Decoding decoding(std::move(source), options_.limits, request);
    Analysis analysis{
        .video = decoding.info(),
        .model = models_->lip_sync.name,
        .model_version = models_->lip_sync.version,
        .precision = std::string(nn::to_string(models_->lip_sync.sound->precision()))};

    sync::LipNetworks networks(models_->lip_sync);
    std::map<int, sync::LipEmbedder> open;  // by track
    std::vector<SeenTrack> seen;
    std::vector<std::uint8_t> crop(static_cast<std::size_t>(face::kLipCropSide) *
                                   face::kLipCropSide);
    FaceFollower follower(
        std::make_unique<face::BlazeFace>(models_->detector), options_.faces,
        [&](const face::Track& track, std::int64_t frame, const media::Picture& picture,
            const face::LipPose& pose) {
            face::lip_crop(picture, pose, face::kLipCropSide, crop);
            open.try_emplace(track.id, networks, frame).first->second.push(crop);
        },
        [&](const face::Track& track) {
            auto embedder = open.extract(track.id);
            const std::int64_t frames = track.end_frame() - track.first_frame;
            if (embedder.empty() || frames < options_.min_track_frames) return;
            seen.push_back({.id = track.id,
                            .first_frame = track.first_frame,
                            .frames = frames,
                            .mean_box = mean_box(track),
                            .lips = embedder.mapped().finish()});
        });
    while (const auto frame = decoding.next_frame()) {
        check(request);
        follower.push(frame->index, frame->picture);
        if (request.on_progress && analysis.video.seconds && *analysis.video.seconds > 0)
            request.on_progress(
                std::min(1.0, to_seconds(frame->index + 1) / *analysis.video.seconds));
    }
    follower.finish();
    analysis.damage = decoding.damage();
    analysis.seconds = to_seconds(follower.frames());
    analysis.shots = follower.cuts() + 1;

    const sync::SoundEmbeddings sound =
        sync::SoundEmbedder(models_->lip_sync).embed(decoding.log_mel(), [&] { check(request); });
    analysis.speech_seconds = speech_seconds(sound, 0, INT64_MAX);

    const score::Calibration& calibration = models_->calibration;
    for (const SeenTrack& track : seen) {
        check(request);
        analysis.tracks.push_back(measure(track, sound, calibration));
    }
    // The face that the sound fits best leads.
    std::ranges::stable_sort(analysis.tracks, std::greater{}, [](const TrackAnalysis& t) {
        return std::pair(t.score.value_or(-1), t.result ? t.result->confidence : -1);
    });
    if (analysis.tracks.size() > static_cast<std::size_t>(options_.max_reported_tracks))
        analysis.tracks.resize(static_cast<std::size_t>(options_.max_reported_tracks));

    analysis.evidence = {.has_audio = !decoding.log_mel().empty(),
                         .seconds = analysis.seconds,
                         .any_face = follower.any_face(),
                         .speech_seconds = analysis.speech_seconds};
    std::optional<sync::SyncResult> leading;
    if (!analysis.tracks.empty()) {
        const TrackAnalysis& lead = analysis.tracks.front();
        leading = lead.result;
        analysis.evidence.face_seconds = to_seconds(lead.frames);
        analysis.evidence.speech_seconds = lead.speech_seconds;
    }
    analysis.verdict = score::judge(leading, analysis.evidence, calibration, options_.thresholds);
    return analysis;
}

}  // namespace syncnet::pipeline
