#include "service/score_request.h"

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "service/multipart.h"

namespace syncnet::service {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

enum class BodyType { json, form };

BodyType body_type(const HeaderParser& header) {
    const std::string_view type = header.get()[http::field::content_type];
    if (beast::iequals(type.substr(0, type.find(';')), "application/json")) return BodyType::json;
    if (beast::iequals(type.substr(0, type.find(';')), "multipart/form-data"))
        return BodyType::form;
    throw Error(ErrorCode::invalid_request,
                "Content-Type must be application/json or multipart/form-data");
}

std::uint64_t body_limit(BodyType type, const Settings& settings) {
    return type == BodyType::json
               ? kMaxJsonBytes
               : static_cast<std::uint64_t>(settings.max_video_bytes) + kFormOverheadBytes;
}

Error too_large(std::uint64_t limit) {
    return {ErrorCode::too_large, "the body may have at most " + std::to_string(limit) + " bytes"};
}

// Hands the body to `take` piece by piece, whatever its length and transfer encoding.
template <typename Take>
asio::awaitable<void> read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                HeaderParser& header, const Settings& settings, bool& unread,
                                const Take& take) {
    const std::uint64_t limit = body_limit(body_type(header), settings);
    http::request_parser<http::buffer_body> parser(std::move(header));
    parser.body_limit(limit);
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(http::status::continue_, 11);
        // clang-tidy takes the coroutine's reference for a use of `header`.
        // NOLINTNEXTLINE(bugprone-use-after-move)
        co_await http::async_write(stream, go_on, asio::use_awaitable);
    }
    const auto end = std::chrono::steady_clock::now() + settings.upload_timeout;
    std::array<char, kChunkBytes> chunk;
    while (!parser.is_done()) {
        parser.get().body().data = chunk.data();
        parser.get().body().size = chunk.size();
        stream.expires_at(std::min(end, std::chrono::steady_clock::now() + settings.idle_timeout));
        boost::system::error_code failed;
        co_await http::async_read_some(stream, buffer, parser,
                                       asio::redirect_error(asio::use_awaitable, failed));
        if (failed == http::error::body_limit) throw too_large(limit);
        // What is wrong with the bytes is answered; a connection that broke is not.
        if (failed && failed != http::error::need_buffer &&
            failed != http::error::partial_message &&
            failed.category() == make_error_code(http::error::bad_chunk).category())
            throw Error(ErrorCode::invalid_request, "the body is malformed: " + failed.message());
        if (failed && failed != http::error::need_buffer) throw boost::system::system_error(failed);
        unread = !parser.is_done();
        take(std::span(chunk.data(), chunk.size() - parser.get().body().size));
    }
}

std::string text_field(const nlohmann::json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return {};
    if (!found->is_string())
        throw Error(ErrorCode::invalid_request, std::string(name) + " must be a string");
    return found->get<std::string>();
}

}  // namespace

media::Source ScoreRequest::source() const {
    return media::Source::from_fd(upload ? upload->fd() : file.get());
}

void judge_headers(const HeaderParser& header, const Settings& settings) {
    const BodyType type = body_type(header);
    const auto length = header.content_length();
    if (!length && !header.chunked())
        throw Error(ErrorCode::length_required, "neither Content-Length nor chunked encoding");
    const std::uint64_t limit = body_limit(type, settings);
    if (length && *length > limit) throw too_large(limit);
}

asio::awaitable<ScoreRequest> read_score_request(beast::tcp_stream& stream,
                                                 beast::flat_buffer& buffer, HeaderParser& header,
                                                 const Settings& settings,
                                                 const UploadFolder& folder, bool& unread) {
    ScoreRequest request;
    if (body_type(header) == BodyType::json) {
        std::string text;
        co_await read_body(
            stream, buffer, header, settings, unread,
            [&](std::span<const char> piece) { text.append(piece.data(), piece.size()); });
        const auto body = nlohmann::json::parse(text, nullptr, false);
        if (!body.is_object())
            throw Error(ErrorCode::invalid_request, "the body is not a JSON object");
        request.session_id = text_field(body, "session_id");
        request.model = text_field(body, "model");
        const std::string path = text_field(body, "video_path");
        if (path.empty()) throw Error(ErrorCode::invalid_request, "video_path is missing");
        request.file = folder.open(path);
    } else {
        request.upload = std::make_shared<TemporaryFile>(settings.tmp_dir);
        const std::string type(header.get()[http::field::content_type]);
        MultipartReader form(type, "video", [&](std::span<const char> bytes) {
            if (request.upload->size() + static_cast<std::int64_t>(bytes.size()) >
                settings.max_video_bytes)
                throw too_large(static_cast<std::uint64_t>(settings.max_video_bytes));
            request.upload->append(bytes);
        });
        co_await read_body(stream, buffer, header, settings, unread,
                           [&](std::span<const char> piece) { form.push(piece); });
        form.finish();
        if (!form.has_file())
            throw Error(ErrorCode::invalid_request, "the form has no file named video");
        const auto field = [&](const std::string& name) {
            const auto found = form.fields().find(name);
            return found == form.fields().end() ? std::string() : found->second;
        };
        request.session_id = field("session_id");
        request.model = field("model");
    }
    if (request.session_id.size() > kMaxSessionIdBytes)
        throw Error(ErrorCode::invalid_request, "session_id is too long");
    co_return request;
}

}  // namespace syncnet::service
