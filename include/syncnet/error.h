// The ways in which the library can fail: every function that throws, throws Error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "syncnet/export.h"

namespace syncnet {

// Names are stable, numbers are not: what is kept or sent is error_info(code).name. Some are the
// service's alone.
enum class ErrorCode {
    invalid_request,
    invalid_setting,
    path_not_allowed,
    not_found,
    method_not_allowed,
    timeout,
    too_large,
    length_required,
    unsupported_media,
    empty_file,
    unreadable_video,
    no_video_stream,
    too_long,
    too_many_pixels,
    too_much_video,
    too_many_streams,
    too_complex,
    bad_sample_rate,
    unsupported_codec,
    overloaded,
    too_many_requests,
    storage_full,
    uploads_full,
    idempotency_conflict,
    quarantined,
    unauthorized,
    forbidden,
    wrong_host,
    shutting_down,
    cancelled,
    out_of_memory,
    decoder_crashed,
    broke_its_worker,
    worker_failed,
    bad_model,
    model_not_available,
    models_changed,
    unsupported_processor,
    cannot_write,
    not_fixable,
    wrong_container,
    no_encoder,
    too_little_data,
    internal,
};

// What is told of a code; the texts live as long as the program.
struct ErrorInfo {
    ErrorCode code;
    std::string_view name;  // stable; part of the API
    int http_status;
    std::string_view title;
    std::string_view hint;
    // The same for somebody at the command line, who sends no request; empty: as above.
    std::string_view command_title = {};
    std::string_view command_hint = {};

    std::string_view title_for_command() const noexcept {
        return command_title.empty() ? title : command_title;
    }
    std::string_view hint_for_command() const noexcept {
        return command_hint.empty() ? hint : command_hint;
    }
};

// Never fails: every code has its row.
SYNCNET_API const ErrorInfo& error_info(ErrorCode code) noexcept;

class SYNCNET_API Error : public std::runtime_error {
  public:
    // `detail` says what happened to this input in particular; it is shown to the caller, so it
    // must not name paths of the server.
    Error(ErrorCode code, const std::string& detail) : std::runtime_error(detail), code_(code) {}

    ErrorCode code() const noexcept { return code_; }
    const ErrorInfo& info() const noexcept { return error_info(code_); }

  private:
    ErrorCode code_;
};

}  // namespace syncnet
