#include "cli/analysis_flags.h"

#include <chrono>
#include <limits>
#include <thread>

#include "pipeline/face_choice.h"
#include "pipeline/max_offset.h"

namespace syncnet::cli {
namespace {

// The reference's thresholds of what is a track at all; ours take shorter and smaller ones.
constexpr int kReferenceTrackFrames = 100;
constexpr float kReferenceFacePixels = 100;
constexpr float kReferenceOverlap = 0.5F;

constexpr double kMaxTimeoutSeconds = 30.0 * 24 * 3600;

std::string check_face(const std::string& text) {
    if (pipeline::parse_face_choice(text)) return {};
    return "\"" + text + "\" is not " + std::string(pipeline::kFaceChoices);
}

std::string check_audio_track(const std::string& text) {
    if (pipeline::parse_audio_choice(text)) return {};
    return "\"" + text + "\" is not " + std::string(pipeline::kAudioChoices);
}

// The environment is read whatever the command is: its name has to be in the message.
std::string check_max_offset(const std::string& text) {
    if (pipeline::parse_max_offset_ms(text)) return {};
    return "\"" + text + "\" is not " + pipeline::max_offsets() +
           " (from the flag, or from MAX_OFFSET_MS)";
}

}  // namespace

void AnalysisFlags::add_to(CLI::App& command) {
    add_reading_to(command);
    command
        .add_option("--face", face,
                    "whose voice it has to be: " + std::string(pipeline::kFaceChoices) +
                        "; a login wants the largest")
        ->check(check_face)
        ->capture_default_str();
    command
        .add_option("--audio-track", audio_track,
                    "which of the file's audio tracks: " + std::string(pipeline::kAudioChoices) +
                        "; the best is the one whose voice fits the lips")
        ->check(check_audio_track)
        ->capture_default_str();
    command
        .add_option(
            "--max-offset-ms", max_offset_ms,
            "how far the offset is searched, early and late; the published SyncNet searches "
            "600 ms whatever is said here")
        ->check(check_max_offset)
        ->envname("MAX_OFFSET_MS")
        ->capture_default_str();
}

void AnalysisFlags::add_reading_to(CLI::App& command) {
    command
        .add_option(
            "--model", model,
            "lipsync, lipsync-grid, syncnet_v2 or the one of --model-path; by default that, or "
            "the published one if it is there")
        ->envname("MODEL");
    command
        .add_option("--model-path", model_path, "the published SyncNet, or a custom LipSync model")
        ->envname("MODEL_PATH");
    command.add_option("--detector-path", s3fd, "weights of S3FD")->envname("DETECTOR_PATH");
    command
        .add_option("--calibration", calibration,
                    "score and thresholds of one's own: what `calibrate` wrote")
        ->envname("CALIBRATION_PATH");
    command.add_option("--precision", precision, "what the networks compute with")
        ->check(CLI::IsMember({"auto", "f32", "bf16x3", "bf16"}))
        ->capture_default_str();
    command.add_option("--detector", detector, "what looks for faces for the published SyncNet")
        ->check(CLI::IsMember({"auto", "s3fd", "blazeface"}))
        ->capture_default_str();
    command
        .add_option("--stride", stride,
                    "look for faces in every k-th frame; by default as suits the detector")
        ->check(CLI::Range(1, 25));
    command
        .add_option("--edges", edges,
                    "the published SyncNet beyond a track's ends: zero-padded as published, or the "
                    "real audio")
        ->check(CLI::IsMember({"zero-padded", "real"}))
        ->capture_default_str();
    command.add_option("--min-track", min_track_frames, "frames of the shortest track")
        ->check(CLI::Range(5, 100'000))
        ->capture_default_str();
    command.add_option("--min-face", min_face_pixels, "pixels of the smallest face")
        ->check(CLI::Range(16, 4096))
        ->capture_default_str();
    command.add_flag("--reference", reference,
                     "the published pipeline's values: a look at every frame, tracks above 100 "
                     "frames, faces above 100 pixels");
    command.add_flag("--cropped", cropped,
                     "the videos are face crops of the published pipeline: no face is looked for");
    command.add_flag("--short-range", short_range, "the face detector for faces near the camera");
    command
        .add_option("--timeout", timeout_s,
                    "give up on a video after so many seconds; by default never")
        ->check(CLI::Range(0.001, kMaxTimeoutSeconds));
}

pipeline::ModelOptions AnalysisFlags::models() const {
    // The published pipeline is of no use without the published model.
    const bool published = reference && model.empty() && model_path.empty();
    return {.folder = pipeline::default_model_dir(),
            .model = published ? pipeline::kSyncNetV2 : "",
            .model_path = model_path,
            .s3fd = s3fd,
            .face_range = short_range ? face::BlazeFaceRange::short_ : face::BlazeFaceRange::full,
            .precision = nn::parse_precision(precision),
            .threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
            .edges = edges == "real" ? sync::Edges::real : sync::Edges::zero_padded,
            .calibration = calibration};
}

pipeline::ReadingOptions AnalysisFlags::reading() const {
    pipeline::ReadingOptions options{.min_track_frames = min_track_frames, .cropped = cropped};
    options.faces.detection_stride = stride;
    options.faces.tracker.min_face_pixels = min_face_pixels;
    if (detector != "auto")
        options.detector = detector == "s3fd" ? pipeline::DetectorChoice::s3fd
                                              : pipeline::DetectorChoice::blaze_face;
    if (reference) {
        if (detector == "auto" && (model.empty() || model == pipeline::kSyncNetV2))
            options.detector = pipeline::DetectorChoice::s3fd;
        options.faces.detection_stride = 1;
        options.faces.tracker.min_face_pixels = kReferenceFacePixels;
        options.faces.tracker.min_overlap = kReferenceOverlap;
        options.min_track_frames = kReferenceTrackFrames + 1;
    }
    // A file on one's own disk may be as large as it likes: memory does not grow with it.
    options.limits.max_bytes = std::numeric_limits<std::int64_t>::max();
    return options;
}

pipeline::AnalyzerOptions AnalysisFlags::analyzer() const {
    return {.reading = reading(), .max_offset_ms = max_offset_ms};
}

pipeline::Request AnalysisFlags::request() const {
    using Clock = std::chrono::steady_clock;
    pipeline::Request request{.model = model,
                              .face = pipeline::parse_face_choice(face).value(),
                              .audio = pipeline::parse_audio_choice(audio_track).value()};
    if (timeout_s > 0)
        request.deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(timeout_s));
    return request;
}

}  // namespace syncnet::cli
