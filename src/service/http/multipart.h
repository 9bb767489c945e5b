// Reads multipart/form-data (RFC 7578) as it comes: text fields into memory, the file to a sink.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace syncnet::service {

// Of one form.
inline constexpr std::size_t kMaxPartHeaderBytes = 8 << 10;
inline constexpr std::size_t kMaxFieldBytes = 4 << 10;
inline constexpr std::size_t kMaxParts = 32;
inline constexpr std::size_t kMaxBoundaryBytes = 70;  // RFC 2046

class MultipartReader {
  public:
    using FileSink = std::function<void(std::span<const char>)>;

    // `content_type` is the request's header. Throws invalid_request if it has no usable boundary.
    MultipartReader(std::string_view content_type, std::string file_field, FileSink sink);

    // Throws invalid_request where the form is malformed or a limit is passed.
    void push(std::span<const char> bytes);
    void finish();  // throws invalid_request if the form did not end

    bool has_file() const { return has_file_; }
    // Fields other than the file. A field that comes twice keeps its first value.
    const std::map<std::string, std::string>& fields() const { return fields_; }

  private:
    enum class State { preamble, after_boundary, headers, body, done };

    bool step();
    void begin_part(std::string_view headers);
    void body(std::string_view bytes);

    std::string delimiter_;  // CRLF, two dashes, the boundary
    std::string file_field_;
    FileSink sink_;
    State state_ = State::preamble;
    std::string buffer_;
    std::map<std::string, std::string> fields_;
    std::string* field_ = nullptr;  // that the current part fills; null for the file, or to drop
    bool in_file_ = false, has_file_ = false;
    std::string dropped_;
    std::size_t parts_ = 0;
};

}  // namespace syncnet::service
