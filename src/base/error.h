// The error catalogue: every way in which a request can fail, in one table.
//
// Library code throws `Error` and nothing else; the table gives each code its stable name, the HTTP
// status, a title and a hint about what to do, so that the service, the command line and the docs
// all say the same.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace syncnet {

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
    unsupported_processor,
    cannot_write,
    not_fixable,
    wrong_container,
    no_encoder,
    too_little_data,
    internal,
};

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
const ErrorInfo& error_info(ErrorCode code) noexcept;

// False: of the command line alone, or of the operator; no client of the service is sent it.
bool reaches_clients(ErrorCode code) noexcept;

// All rows, for the docs and the tests.
std::span<const ErrorInfo> error_catalogue() noexcept;

class Error : public std::runtime_error {
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
