// The options of an analysis, declared once. From these tables come the flags of the command line,
// the names in the environment, the fields of a request, of a job and of a worker's task, the key
// of the cache, the description of the HTTP interface and the rows of the docs.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "pipeline/reading.h"
#include "pipeline/standard.h"

namespace syncnet::pipeline {

// What may be asked of one video.
struct VideoOptions {
    std::string model;                 // empty: the default one
    bool windows = false;              // also over time
    bool boxes = false;                // where each face is, over time
    bool early = false;                // no further than the verdict needs
    std::optional<Standard> report;    // reviewed for broadcast, too
    FaceChoice face;                   // whose voice it has to be
    AudioChoice audio_track;           // in which of the file's audio tracks
    std::optional<int> max_offset_ms;  // nothing: as the analyzer is set
    double timeout_s = 0;              // 0: none

    bool operator==(const VideoOptions&) const = default;
};

// What all analyses of a program are set to; what is empty or 0 is left to the models.
struct EngineOptions {
    std::filesystem::path model_path;        // the published SyncNet, or a custom model
    std::filesystem::path detector_path;     // S3FD's weights
    std::filesystem::path calibration_path;  // what `syncnet calibrate` wrote
    std::optional<nn::Precision> precision;
    DetectorChoice detector = DetectorChoice::automatic;
    int stride = 0;  // faces are looked for in every so many frames
    sync::Edges edges = sync::Edges::zero_padded;
    int min_track = ReadingOptions{}.min_track_frames;
    float min_face = face::TrackerOptions{}.min_face_pixels;
    bool reference = false;
    bool cropped = false;
    bool short_range = false;
};

enum class OptionType { text, whole, number, yes_no, file };

template <typename Options>
struct Option {
    std::string_view name;  // as a field has it; the flag has - for _
    OptionType type = OptionType::text;
    std::string_view unit = {};
    std::string values = {};    // what there may be, in words
    std::string standard = {};  // where nobody says; empty: as `help` has it
    std::string_view help;
    std::string_view environment = {};  // its name there, which is a setting's, too; empty: none
    bool flag = true;                   // of the commands that look at videos
    bool field = false;                 // of a request
    std::string_view library = {};      // its name in the library's interfaces; empty: not there
    std::string_view example = {};      // where there is no default
    // Throws invalid_request, with `values`, where the text is none.
    void (*set)(Options&, std::string_view text);
    std::string (*get)(const Options&);  // as set() takes it; empty: not said
    // JSON Schema of a field's value; its type is a list.
    std::string_view schema = {};
};

std::span<const Option<VideoOptions>> video_options();
std::span<const Option<EngineOptions>> engine_options();

// The fields that were said, each as text: for what is kept or sent.
nlohmann::json to_json(const VideoOptions& options);
// Throws invalid_request: not an object of texts, an unknown field, a value that there isn't.
VideoOptions parse_video_options(const nlohmann::json& fields);

// "max_offset_ms" or "MAX_OFFSET_MS" to "--max-offset-ms".
std::string flag_of(std::string_view name);
// What was said, as it would be written to a shell: " --model lipsync-grid --cropped". Without
// --timeout, and without what is no flag.
std::string to_flags(const VideoOptions& options);
std::string to_flags(const EngineOptions& options);

// For one video: its time begins now.
Request to_request(const VideoOptions& options);

}  // namespace syncnet::pipeline
