#include "service/http/multipart.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace syncnet::service {
namespace {

constexpr std::size_t kMaxShownBytes = 40;  // of a client's word in an error

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::invalid_request, "the form is malformed: " + why);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

// The value of `name` in `a; name=value; other="va\"lue"`; empty if absent.
std::string parameter(std::string_view header, std::string_view name) {
    std::size_t at = header.find(';');
    while (at != std::string_view::npos) {
        at = header.find_first_not_of("; \t", at);
        if (at == std::string_view::npos) return {};
        const std::size_t equals = header.find_first_of("=;", at);
        if (equals == std::string_view::npos) return {};
        const std::string key = lower(header.substr(at, equals - at));
        at = equals;
        if (header[equals] == ';') continue;
        std::string value;
        std::size_t end = equals + 1;
        if (end < header.size() && header[end] == '"') {
            for (++end; end < header.size() && header[end] != '"'; ++end) {
                if (header[end] == '\\' && end + 1 < header.size()) ++end;
                value += header[end];
            }
        } else {
            end = std::min(header.find_first_of("; \t", end), header.size());
            value = header.substr(equals + 1, end - equals - 1);
        }
        if (key == name) return value;
        at = header.find(';', end);
    }
    return {};
}

}  // namespace

MultipartReader::MultipartReader(std::string_view content_type, std::string file_field,
                                 FileSink sink)
    : file_field_(std::move(file_field)), sink_(std::move(sink)) {
    const std::string boundary = parameter(content_type, "boundary");
    if (boundary.empty() || boundary.size() > kMaxBoundaryBytes)
        refuse("Content-Type has no usable boundary");
    delimiter_ = "\r\n--" + boundary;
    // The first boundary may stand at the very beginning; this makes it look like all others.
    buffer_ = "\r\n";
}

void MultipartReader::push(std::span<const char> bytes) {
    buffer_.append(bytes.data(), bytes.size());
    while (step()) {
    }
}

void MultipartReader::finish() {
    if (state_ != State::done) refuse("it ends before its last boundary");
}

// Takes what it can from the buffer; false if it needs more bytes.
bool MultipartReader::step() {
    switch (state_) {
        case State::preamble:
        case State::body: {
            const auto at = buffer_.find(delimiter_);
            // A delimiter may have begun at the end of the buffer.
            const std::size_t safe =
                at != std::string::npos
                    ? at
                    : buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
            if (state_ == State::body) body(std::string_view(buffer_).substr(0, safe));
            buffer_.erase(0, at != std::string::npos ? at + delimiter_.size() : safe);
            if (at == std::string::npos) return false;
            state_ = State::after_boundary;
            return true;
        }
        case State::after_boundary: {
            if (buffer_.size() < 2) return false;
            if (buffer_.starts_with("--")) {
                state_ = State::done;
                return true;
            }
            const auto end = buffer_.find("\r\n");
            if (end == std::string::npos) {
                if (buffer_.size() > kMaxPartHeaderBytes) refuse("a boundary's line does not end");
                return false;
            }
            // The line's CRLF stays: a part without headers has its empty line right here.
            buffer_.erase(0, end);
            state_ = State::headers;
            return true;
        }
        case State::headers: {
            const auto end = buffer_.find("\r\n\r\n");
            if (std::min(end, buffer_.size()) > kMaxPartHeaderBytes)
                refuse("a part's headers are too long");
            if (end == std::string::npos) return false;
            begin_part(std::string_view(buffer_).substr(0, end));
            buffer_.erase(0, end + 4);
            state_ = State::body;
            return true;
        }
        case State::done:
            buffer_.clear();  // the epilogue says nothing
            return false;
    }
    return false;
}

void MultipartReader::begin_part(std::string_view headers) {
    if (++parts_ > kMaxParts) refuse("it has too many parts");
    std::string name, file_name;
    for (std::size_t at = 0; at < headers.size();) {
        const std::size_t end = std::min(headers.find("\r\n", at), headers.size());
        const std::string_view line = headers.substr(at, end - at);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos &&
            lower(line.substr(0, colon)) == "content-disposition") {
            name = parameter(line.substr(colon + 1), "name");
            file_name = parameter(line.substr(colon + 1), "filename");
        }
        at = end + 2;
    }
    in_file_ = name == file_field_;
    if (!in_file_ && !file_name.empty())
        refuse("the field of the file is named \"" + file_field_ + "\"" +
               (name.size() <= kMaxShownBytes ? ", not \"" + name + "\"" : ""));
    field_ = nullptr;
    if (in_file_) {
        if (has_file_) refuse("it has two files");
        has_file_ = true;
    } else if (const auto [entry, is_new] = fields_.try_emplace(name); is_new) {
        field_ = &entry->second;
    } else {
        dropped_.clear();
        field_ = &dropped_;
    }
}

void MultipartReader::body(std::string_view bytes) {
    if (bytes.empty()) return;
    if (in_file_) return sink_({bytes.data(), bytes.size()});
    if (field_->size() + bytes.size() > kMaxFieldBytes) refuse("a field is too long");
    field_->append(bytes);
}

}  // namespace syncnet::service
