#include "cli/analysis_flags.h"

#include <array>
#include <limits>
#include <thread>

#include "base/error.h"

namespace syncnet::cli {
namespace {

// The reference's thresholds of what is a track at all; ours take shorter and smaller ones.
constexpr int kReferenceTrackFrames = 100;
constexpr float kReferenceFacePixels = 100;
constexpr float kReferenceOverlap = 0.5F;

// Of the options of a video, those that mean something where nothing is judged.
constexpr std::array<std::string_view, 2> kReading{"model", "timeout"};

template <typename Options>
void add(CLI::App& command, const pipeline::Option<Options>& option, Options& to) {
    const std::string flag = pipeline::flag_of(option.name);
    std::string help(option.help);
    if (option.type == pipeline::OptionType::yes_no) {
        command.add_flag_callback(
            flag, [&option, &to] { option.set(to, "true"); }, help);
        return;
    }
    if (!option.values.empty()) help += " (" + option.values + ")";
    auto* const added = command.add_option_function<std::string>(
        flag,
        [&option, &to, flag](const std::string& text) {
            try {
                option.set(to, text);
            } catch (const Error& e) {
                // The environment is read whatever the command is: its name has to be there.
                std::string where;
                if (!option.environment.empty())
                    where = " (from the flag, or from " + std::string(option.environment) + ")";
                throw CLI::ValidationError(flag, e.what() + where);
            }
        },
        help);
    added->type_name(option.unit.empty() ? "VALUE" : std::string(option.unit));
    if (!option.standard.empty()) added->default_str(option.standard);
    if (!option.environment.empty()) added->envname(std::string(option.environment));
}

}  // namespace

void add_video_option(CLI::App& command, std::string_view name, pipeline::VideoOptions& to) {
    for (const auto& option : pipeline::video_options())
        if (option.name == name) add(command, option, to);
}

void AnalysisFlags::add_to(CLI::App& command) {
    add_reading_to(command);
    for (const auto& option : pipeline::video_options())
        if (option.flag && std::ranges::find(kReading, option.name) == kReading.end())
            add(command, option, video);
}

void AnalysisFlags::add_reading_to(CLI::App& command) {
    for (const std::string_view name : kReading) add_video_option(command, name, video);
    for (const auto& option : pipeline::engine_options())
        if (option.flag) add(command, option, engine);
}

std::string AnalysisFlags::text() const {
    return pipeline::to_flags(video) + pipeline::to_flags(engine);
}

pipeline::ModelOptions AnalysisFlags::models() const {
    // The published pipeline is of no use without the published model.
    const bool published = engine.reference && video.model.empty() && engine.model_path.empty();
    return {.folder = pipeline::default_model_dir(),
            .model = published ? pipeline::kSyncNetV2 : "",
            .model_path = engine.model_path,
            .s3fd = engine.detector_path,
            .face_range =
                engine.short_range ? face::BlazeFaceRange::short_ : face::BlazeFaceRange::full,
            .precision = engine.precision,
            .threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
            .edges = engine.edges,
            .calibration = engine.calibration_path};
}

pipeline::ReadingOptions AnalysisFlags::reading() const {
    pipeline::ReadingOptions options{.detector = engine.detector,
                                     .min_track_frames = engine.min_track,
                                     .cropped = engine.cropped};
    options.faces.detection_stride = engine.stride;
    options.faces.tracker.min_face_pixels = engine.min_face;
    if (engine.reference) {
        if (engine.detector == pipeline::DetectorChoice::automatic &&
            (video.model.empty() || video.model == pipeline::kSyncNetV2))
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
    return {.reading = reading(),
            .max_offset_ms = video.max_offset_ms.value_or(pipeline::kMaxOffsetMs)};
}

}  // namespace syncnet::cli
