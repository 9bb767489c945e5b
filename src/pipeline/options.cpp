#include "pipeline/options.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/number_text.h"
#include "base/shell.h"
#include "pipeline/face_choice.h"
#include "pipeline/max_offset.h"

namespace syncnet::pipeline {
namespace {

constexpr int kMostStride = 25;  // a second
constexpr int kLeastTrack = 5, kMostTrack = 100'000;
constexpr int kLeastFace = 16, kMostFace = 4096;
constexpr double kLeastTimeout = 0.001, kMostTimeout = 30.0 * 24 * 3600;  // seconds

constexpr std::string_view kPrecisions = "auto, f32, bf16x3 or bf16";
constexpr std::string_view kDetectors = "auto, s3fd or blazeface";
constexpr std::string_view kEdges = "zero-padded or real";

[[noreturn]] void refuse(std::string_view text, std::string_view values) {
    throw Error(ErrorCode::invalid_request,
                "\"" + std::string(text) + "\" is not " + std::string(values));
}

std::string range(int low, int high) {
    return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

template <typename Number>
std::optional<Number> number(std::string_view text, Number low, Number high) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc() || stopped != end || !(value >= low && value <= high))
        return std::nullopt;
    return value;
}

template <auto Member, int Low, int High, typename Options>
void set_whole(Options& options, std::string_view text) {
    const auto value = number(text, Low, High);
    if (!value) refuse(text, range(Low, High));
    using Number = std::remove_reference_t<decltype(options.*Member)>;
    options.*Member = static_cast<Number>(*value);
}
template <auto Member, typename Options>
std::string get_whole(const Options& options) {
    return std::to_string(static_cast<int>(options.*Member));
}
template <auto Member, typename Options>
void set_yes_no(Options& options, std::string_view text) {
    if (text != "true" && text != "false") refuse(text, "true or false");
    options.*Member = text == "true";
}
template <auto Member, typename Options>
std::string get_yes_no(const Options& options) {
    return options.*Member ? "true" : "";
}
template <auto Member, typename Options>
void set_text(Options& options, std::string_view text) {
    options.*Member = text;
}
template <auto Member, typename Options>
std::string get_text(const Options& options) {
    return options.*Member;
}
template <auto Member, typename Options>
std::string get_path(const Options& options) {
    return (options.*Member).string();
}

// One of a few words.
template <typename Value, std::size_t N>
using Words = std::array<std::pair<std::string_view, Value>, N>;

constexpr Words<DetectorChoice, 3> kDetectorWords{{{"auto", DetectorChoice::automatic},
                                                   {"s3fd", DetectorChoice::s3fd},
                                                   {"blazeface", DetectorChoice::blaze_face}}};
constexpr Words<sync::Edges, 2> kEdgeWords{
    {{"zero-padded", sync::Edges::zero_padded}, {"real", sync::Edges::real}}};

template <typename Value, std::size_t N>
Value value_of(const Words<Value, N>& words, std::string_view text, std::string_view values) {
    for (const auto& [word, value] : words)
        if (word == text) return value;
    refuse(text, values);
}
template <typename Value, std::size_t N>
std::string word_of(const Words<Value, N>& words, Value wanted) {
    for (const auto& [word, value] : words)
        if (value == wanted) return std::string(word);
    return {};
}

template <typename Parsed>
Parsed parsed(std::optional<Parsed> value, std::string_view text, std::string_view values) {
    if (!value) refuse(text, values);
    return *std::move(value);
}

using VideoOption = Option<VideoOptions>;
using EngineOption = Option<EngineOptions>;

template <typename Options>
std::string flags_said(std::span<const Option<Options>> table, const Options& options) {
    const Options defaults;
    std::string all;
    for (const Option<Options>& option : table) {
        const std::string value = option.get(options);
        if (!option.flag || option.name == "timeout" || value == option.get(defaults) ||
            value == option.standard)
            continue;
        all += " " + flag_of(option.name);
        if (option.type != OptionType::yes_no) all += " " + shell_quoted(value);
    }
    return all;
}

}  // namespace

std::span<const VideoOption> video_options() {
    static const std::array kTable{
        VideoOption{.name = "model",
                    .values = "lipsync, lipsync-grid, syncnet_v2 or the name of a custom model",
                    .help =
                        "the model that scores; by default the custom one, if there is one, or the "
                        "published one if it is there, else lipsync",
                    .environment = "MODEL",
                    .field = true,
                    .library = "model",
                    .set = set_text<&VideoOptions::model, VideoOptions>,
                    .get = get_text<&VideoOptions::model, VideoOptions>,
                    .schema = R"({"type": ["string"], "minLength": 1})"},
        VideoOption{.name = "face",
                    .values = std::string(kFaceChoices),
                    .standard = "all",
                    .help = "whose voice it has to be; a login wants the largest",
                    .field = true,
                    .library = "face",
                    .set =
                        [](VideoOptions& o, std::string_view text) {
                            o.face = parsed(parse_face_choice(text), text, kFaceChoices);
                        },
                    .get = [](const VideoOptions& o) { return to_string(o.face); },
                    .schema = R"({"type": ["string", "integer"], "minimum": 0, "default": "all",
                                    "pattern": "^(all|largest|left|right|[0-9]+)$"})"},
        VideoOption{
            .name = "audio_track",
            .values = std::string(kAudioChoices),
            .standard = "best",
            .help = "which of the file's audio tracks; the best is the one whose voice fits the "
                    "lips",
            .field = true,
            .library = "audio",
            .set =
                [](VideoOptions& o, std::string_view text) {
                    o.audio_track = parsed(parse_audio_choice(text), text, kAudioChoices);
                },
            .get = [](const VideoOptions& o) { return to_string(o.audio_track); },
            .schema = R"({"type": ["string", "integer"], "minimum": 1, "default": "best",
                           "pattern": "^(best|default|[1-9][0-9]*|[A-Za-z-]{2,35})$"})"},
        VideoOption{.name = "max_offset_ms",
                    .type = OptionType::whole,
                    .unit = "ms",
                    .values = max_offsets(),
                    .standard = std::to_string(kMaxOffsetMs),
                    .help = "how far the offset is searched, early and late; the published SyncNet "
                            "searches 600 ms whatever is said here",
                    .environment = "MAX_OFFSET_MS",
                    .field = true,
                    .library = "max_offset_ms",
                    .set =
                        [](VideoOptions& o, std::string_view text) {
                            o.max_offset_ms =
                                parsed(parse_max_offset_ms(text), text, max_offsets());
                        },
                    .get =
                        [](const VideoOptions& o) {
                            return o.max_offset_ms ? std::to_string(*o.max_offset_ms)
                                                   : std::string();
                        },
                    .schema = R"({"type": ["integer"], "minimum": 200, "maximum": 10000})"},
        VideoOption{.name = "windows",
                    .type = OptionType::yes_no,
                    .values = "true or false",
                    .standard = "false",
                    .help = "the answer over time, too",
                    .flag = false,  // a command of its own
                    .field = true,
                    .library = "windows",
                    .set = set_yes_no<&VideoOptions::windows, VideoOptions>,
                    .get = get_yes_no<&VideoOptions::windows, VideoOptions>,
                    .schema = R"({"type": ["boolean"], "default": false})"},
        VideoOption{.name = "boxes",
                    .type = OptionType::yes_no,
                    .values = "true or false",
                    .standard = "false",
                    .help = "where each face is, five times a second",
                    .flag = false,
                    .field = true,
                    .set = set_yes_no<&VideoOptions::boxes, VideoOptions>,
                    .get = get_yes_no<&VideoOptions::boxes, VideoOptions>,
                    .schema = R"({"type": ["boolean"], "default": false})"},
        VideoOption{.name = "early",
                    .type = OptionType::yes_no,
                    .values = "true or false",
                    .standard = "false",
                    .help = "stop as soon as the verdict is sure, and say nothing of the rest: "
                            "for a login, not for a file that may have been edited",
                    .field = true,
                    .library = "early",
                    .set = set_yes_no<&VideoOptions::early, VideoOptions>,
                    .get = get_yes_no<&VideoOptions::early, VideoOptions>,
                    .schema = R"({"type": ["boolean"], "default": false})"},
        VideoOption{.name = "report",
                    .values = std::string(kStandards),
                    .help = "review it for broadcast, too: held to the limits of EBU R37 (r37), to "
                            "those of ITU-R BT.1359 (bt1359), or to all of them",
                    .flag = false,  // a command of its own
                    .field = true,
                    .set =
                        [](VideoOptions& o, std::string_view text) {
                            o.report = parsed(parse_standard(text), text, kStandards);
                        },
                    .get =
                        [](const VideoOptions& o) {
                            return std::string(o.report ? to_string(*o.report) : "");
                        },
                    .schema = R"({"type": ["string"], "enum": ["r37", "bt1359", "all"]})"},
        VideoOption{.name = "timeout",
                    .type = OptionType::number,
                    .unit = "s",
                    .values = "a number from 0.001 to 2592000",
                    .help = "give up on a video after so long; by default never",
                    .library = "timeout",
                    .set =
                        [](VideoOptions& o, std::string_view text) {
                            o.timeout_s = parsed(number(text, kLeastTimeout, kMostTimeout), text,
                                                 "a number from 0.001 to 2592000");
                        },
                    .get =
                        [](const VideoOptions& o) {
                            return o.timeout_s > 0 ? fixed_point(o.timeout_s, 3) : std::string();
                        }},
    };
    return kTable;
}

std::span<const EngineOption> engine_options() {
    static const std::array kTable{
        EngineOption{.name = "model_path",
                     .type = OptionType::file,
                     .unit = "file",
                     .help = "weights of the published SyncNet, or of a custom model; where they "
                             "are, they score",
                     .environment = "MODEL_PATH",
                     .library = "model_path",
                     .example = "./models/syncnet_v2.model",
                     .set = set_text<&EngineOptions::model_path, EngineOptions>,
                     .get = get_path<&EngineOptions::model_path, EngineOptions>},
        EngineOption{.name = "detector_path",
                     .type = OptionType::file,
                     .unit = "file",
                     .help = "weights of S3FD, which finds faces for the published SyncNet",
                     .environment = "DETECTOR_PATH",
                     .library = "detector_path",
                     .example = "./models/sfd_face.pth",
                     .set = set_text<&EngineOptions::detector_path, EngineOptions>,
                     .get = get_path<&EngineOptions::detector_path, EngineOptions>},
        EngineOption{.name = "calibration",
                     .type = OptionType::file,
                     .unit = "file",
                     .help = "score and thresholds of one's own: what `syncnet calibrate` wrote",
                     .environment = "CALIBRATION_PATH",
                     .library = "calibration",
                     .set = set_text<&EngineOptions::calibration_path, EngineOptions>,
                     .get = get_path<&EngineOptions::calibration_path, EngineOptions>},
        EngineOption{.name = "precision",
                     .values = std::string(kPrecisions),
                     .standard = "auto",
                     .help = "what the networks compute with",
                     .environment = "PRECISION",
                     .set =
                         [](EngineOptions& o, std::string_view text) {
                             o.precision = nn::parse_precision(text);
                             if (!o.precision && text != "auto") refuse(text, kPrecisions);
                         },
                     .get =
                         [](const EngineOptions& o) {
                             return std::string(o.precision ? nn::to_string(*o.precision) : "auto");
                         }},
        EngineOption{
            .name = "detector",
            .values = std::string(kDetectors),
            .standard = "auto",
            .help = "what looks for faces for the published SyncNet",
            .set =
                [](EngineOptions& o, std::string_view text) {
                    o.detector = value_of(kDetectorWords, text, kDetectors);
                },
            .get = [](const EngineOptions& o) { return word_of(kDetectorWords, o.detector); }},
        EngineOption{.name = "stride",
                     .type = OptionType::whole,
                     .unit = "frames",
                     .values = range(1, kMostStride),
                     .help = "look for faces in every k-th frame; by default as suits the detector",
                     .set = set_whole<&EngineOptions::stride, 1, kMostStride, EngineOptions>,
                     .get = get_whole<&EngineOptions::stride, EngineOptions>},
        EngineOption{
            .name = "edges",
            .values = std::string(kEdges),
            .standard = "zero-padded",
            .help = "the published SyncNet beyond a track's ends: zero-padded as "
                    "published, or the real audio",
            .set = [](EngineOptions& o,
                      std::string_view text) { o.edges = value_of(kEdgeWords, text, kEdges); },
            .get = [](const EngineOptions& o) { return word_of(kEdgeWords, o.edges); }},
        EngineOption{
            .name = "min_track",
            .type = OptionType::whole,
            .unit = "frames",
            .values = range(kLeastTrack, kMostTrack),
            .standard = std::to_string(EngineOptions{}.min_track),
            .help = "the shortest track",
            .set = set_whole<&EngineOptions::min_track, kLeastTrack, kMostTrack, EngineOptions>,
            .get = get_whole<&EngineOptions::min_track, EngineOptions>},
        EngineOption{
            .name = "min_face",
            .type = OptionType::whole,
            .unit = "pixels",
            .values = range(kLeastFace, kMostFace),
            .standard = std::to_string(static_cast<int>(EngineOptions{}.min_face)),
            .help = "the smallest face",
            .set = set_whole<&EngineOptions::min_face, kLeastFace, kMostFace, EngineOptions>,
            .get = get_whole<&EngineOptions::min_face, EngineOptions>},
        EngineOption{.name = "reference",
                     .type = OptionType::yes_no,
                     .help = "the published pipeline's values: a look at every frame, tracks above "
                             "100 frames, faces above 100 pixels",
                     .set = set_yes_no<&EngineOptions::reference, EngineOptions>,
                     .get = get_yes_no<&EngineOptions::reference, EngineOptions>},
        EngineOption{.name = "cropped",
                     .type = OptionType::yes_no,
                     .help = "the videos are face crops of the published pipeline: no face is "
                             "looked for",
                     .library = "cropped",
                     .set = set_yes_no<&EngineOptions::cropped, EngineOptions>,
                     .get = get_yes_no<&EngineOptions::cropped, EngineOptions>},
        EngineOption{.name = "short_range",
                     .type = OptionType::yes_no,
                     .help = "the face detector for faces near the camera",
                     .set = set_yes_no<&EngineOptions::short_range, EngineOptions>,
                     .get = get_yes_no<&EngineOptions::short_range, EngineOptions>},
    };
    return kTable;
}

nlohmann::json to_json(const VideoOptions& options) {
    auto fields = nlohmann::json::object();
    for (const VideoOption& option : video_options())
        if (auto text = option.get(options); option.field && !text.empty())
            fields[std::string(option.name)] = std::move(text);
    return fields;
}

VideoOptions parse_video_options(const nlohmann::json& fields) {
    if (!fields.is_object()) throw Error(ErrorCode::invalid_request, "no options of a video");
    VideoOptions options;
    for (const auto& [name, value] : fields.items()) {
        const auto table = video_options();
        const auto option = std::ranges::find(table, name, &VideoOption::name);
        if (option == table.end() || !option->field || !value.is_string())
            throw Error(ErrorCode::invalid_request, "there is no field \"" + name + "\"");
        option->set(options, value.get<std::string>());
    }
    return options;
}

std::string flag_of(std::string_view name) {
    std::string flag = "--";
    for (const char c : name)
        flag += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return flag;
}

std::string to_flags(const VideoOptions& options) {
    return flags_said(video_options(), options);
}

std::string to_flags(const EngineOptions& options) {
    return flags_said(engine_options(), options);
}

Request to_request(const VideoOptions& options) {
    using Clock = std::chrono::steady_clock;
    Request request{.model = options.model,
                    .face = options.face,
                    .audio = options.audio_track,
                    .max_offset_ms = options.max_offset_ms};
    if (options.windows || options.report) request.timeline.emplace();
    request.boxes = options.boxes;
    request.early = options.early;
    if (options.timeout_s > 0)
        request.deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(options.timeout_s));
    return request;
}

}  // namespace syncnet::pipeline
