#include "service/worker/protocol.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "base/json_field.h"
#include "service/http/json_shape.h"
#include "service/http/openapi.h"

namespace syncnet::service {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const char* what) {
    throw Error(ErrorCode::worker_failed, what);
}

// Nothing that is nested too deeply is built up: what takes it apart again may recurse.
json parse(std::string_view text) {
    const auto shallow = [](int depth, json::parse_event_t, json&) {
        if (static_cast<std::size_t>(depth) > kMaxAnswerDepth)
            refuse("a message is nested too deeply");
        return true;
    };
    json value = json::parse(text, shallow, false);
    if (!value.is_object()) refuse("a message is not a JSON object");
    return value;
}

template <typename T>
T field(const json& object, const char* name) {
    const auto found = object.find(name);
    const bool fits = found != object.end() && [&] {
        if constexpr (std::is_same_v<T, std::string>) return found->is_string();
        // A large number with a fraction is no whole number that happens to be too large.
        if constexpr (std::is_same_v<T, bool>) return found->is_boolean();
        if constexpr (std::is_integral_v<T>) return found->is_number_integer();
        return found->is_number();
    }();
    if (!fits) refuse("a message lacks a field, or it is of the wrong kind");
    return found->template get<T>();
}

pipeline::VideoOptions options_field(const json& object, const char* name) {
    try {
        return pipeline::parse_video_options(object.value(name, json()));
    } catch (const Error&) {
        refuse("a message has options that there can't be");
    }
}

// What an analysis may throw. Others would have the service do something: try a job again, say.
constexpr std::array kAnalysisErrors{
    ErrorCode::invalid_request,     ErrorCode::timeout,           ErrorCode::too_large,
    ErrorCode::unsupported_media,   ErrorCode::empty_file,        ErrorCode::unreadable_video,
    ErrorCode::no_video_stream,     ErrorCode::too_long,          ErrorCode::too_many_pixels,
    ErrorCode::too_much_video,      ErrorCode::too_many_streams,  ErrorCode::too_complex,
    ErrorCode::bad_sample_rate,     ErrorCode::unsupported_codec, ErrorCode::out_of_memory,
    ErrorCode::model_not_available, ErrorCode::internal};

const JsonShape& analysis_shape() {
    static const JsonShape kShape = [] {
        const json document = json::parse(openapi_document());
        json score = document.at("components").at("schemas").at("Score");
        for (const char* const ours : {"session_id", "processing_time_ms", "cached"}) {
            score["properties"].erase(ours);
            json& required = score["required"];
            required.erase(std::ranges::find(required, ours));
        }
        return JsonShape(score, document);
    }();
    return kShape;
}

const JsonShape& verdict_shape() {
    static const JsonShape kShape = [] {
        const json document = json::parse(openapi_document());
        return JsonShape(document.at("components").at("schemas").at("VerdictSoFar"), document);
    }();
    return kShape;
}

std::optional<ErrorCode> code_named(std::string_view name) {
    const auto rows = error_catalogue();
    const auto row = std::ranges::find(rows, name, &ErrorInfo::name);
    return row == rows.end() ? std::nullopt : std::optional(row->code);
}

Failed failure(const json& message) {
    const auto code = code_named(field<std::string>(message, "code"));
    if (!code) refuse("an unknown error");
    auto detail = field<std::string>(message, "detail");
    // What is no UTF-8 has become longer on its way.
    if (detail.size() > 3 * kMaxDetailBytes) refuse("an error says too much");
    return {*code, std::move(detail)};
}

}  // namespace

std::string frame(const json& payload) {
    // File names may be any bytes; what is sent is valid UTF-8 all the same.
    const std::string text = payload.dump(-1, ' ', false, json::error_handler_t::replace);
    std::string framed(kFrameHeaderBytes, '\0');
    for (std::size_t i = 0; i < kFrameHeaderBytes; ++i)
        framed[i] = static_cast<char>((text.size() >> (8 * i)) & 0xFFU);
    return framed += text;
}

std::uint32_t frame_length(std::span<const char, kFrameHeaderBytes> header) noexcept {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < kFrameHeaderBytes; ++i)
        length |= static_cast<std::uint32_t>(static_cast<unsigned char>(header[i])) << (8 * i);
    return length;
}

json to_json(const WorkerJob& job) {
    return {{"options", pipeline::to_json(job.options)},
            {"ms", job.time.count()},
            {"allow", job.thresholds.allow},
            {"next", job.thresholds.next},
            {"max_offset_frames", job.thresholds.max_offset_frames},
            {"live", job.live}};
}

WorkerJob parse_job(std::string_view text) {
    const json job = parse(text);
    return {.options = options_field(job, "options"),
            .time = std::chrono::milliseconds(field<std::int64_t>(job, "ms")),
            .thresholds = {.allow = field<double>(job, "allow"),
                           .next = field<double>(job, "next"),
                           .max_offset_frames = field<int>(job, "max_offset_frames")},
            .live = field<bool>(job, "live")};
}

json to_json(const WorkerSetup& setup) {
    const pipeline::ModelOptions& m = setup.models;
    return {{"folder", m.folder.string()},
            {"model", m.model},
            {"model_path", m.model_path.string()},
            {"s3fd", m.s3fd.string()},
            {"precision", m.precision ? nn::to_string(*m.precision) : "auto"},
            {"threads", m.threads},
            {"calibration", m.calibration.string()},
            {"max_video_bytes", setup.max_video_bytes},
            {"max_memory_bytes", setup.max_memory_bytes},
            {"max_seconds", setup.max_time.count()},
            {"videos_per_worker", setup.videos_per_worker},
            {"model_digest", setup.model_digest},
            {"scratch", setup.scratch.string()}};
}

WorkerSetup parse_setup(std::string_view text) {
    const json setup = parse(text);
    return {.models = {.folder = field<std::string>(setup, "folder"),
                       .model = field<std::string>(setup, "model"),
                       .model_path = field<std::string>(setup, "model_path"),
                       .s3fd = field<std::string>(setup, "s3fd"),
                       .precision = nn::parse_precision(field<std::string>(setup, "precision")),
                       .threads = field<int>(setup, "threads"),
                       .calibration = field<std::string>(setup, "calibration")},
            .max_video_bytes = field<std::int64_t>(setup, "max_video_bytes"),
            .max_memory_bytes = field<std::int64_t>(setup, "max_memory_bytes"),
            .max_time = std::chrono::seconds(field<std::int64_t>(setup, "max_seconds")),
            .videos_per_worker = field<int>(setup, "videos_per_worker"),
            .model_digest = field<std::string>(setup, "model_digest"),
            .scratch = field<std::string>(setup, "scratch")};
}

json to_json(const WorkerMessage& message) {
    if (const auto* progress = std::get_if<Progress>(&message))
        return {{"progress", progress->done}};
    if (const auto* so_far = std::get_if<SoFar>(&message)) return {{"so_far", so_far->verdict}};
    if (const auto* done = std::get_if<Done>(&message)) return {{"analysis", done->analysis}};
    const auto& failed = std::get<Failed>(message);
    return {{"code", error_info(failed.code).name},
            {"detail", failed.detail.substr(0, kMaxDetailBytes)}};
}

WorkerMessage parse_message(std::string_view text) {
    json message = parse(text);
    if (message.contains("progress")) {
        const auto done = field<double>(message, "progress");
        if (!std::isfinite(done)) refuse("progress is no number");
        return Progress{std::clamp(done, 0.0, 1.0)};
    }
    if (message.contains("so_far")) {
        if (!is_verdict_so_far(message["so_far"])) refuse("that is no verdict");
        return SoFar{std::move(message["so_far"])};
    }
    if (message.contains("analysis")) {
        if (!is_analysis(message["analysis"])) refuse("that is no analysis");
        return Done{std::move(message["analysis"])};
    }
    Failed failed = failure(message);
    if (std::ranges::find(kAnalysisErrors, failed.code) == kAnalysisErrors.end())
        refuse("an error that an analysis can't have");
    return failed;
}

Failed parse_failure(std::string_view text) {
    return failure(parse(text));
}

bool is_analysis(const json& value) {
    if (!analysis_shape().fits(value)) return false;
    const json& debug = value["debug"];
    const bool allowed = value["decision"] == score::to_string(score::Decision::allow);
    return value["reasons"].size() == value["reason_codes"].size() &&
           debug["num_results"] == debug["all_results"].size() &&
           !(allowed && (value["score"].is_null() || value["offset_frames"].is_null()));
}

bool is_verdict_so_far(const json& value) {
    return verdict_shape().fits(value);
}

}  // namespace syncnet::service
