#include "service/http/video_request.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/nearest.h"
#include "service/http/body.h"
#include "service/http/multipart.h"
#include "service/storage/temporary_file.h"

namespace syncnet::service {
namespace {

constexpr std::size_t kShownBytes = 40;  // of a client's word in an error

// Beside the options of the video; JSON alone names a file.
constexpr const char* kSessionId = "session_id";
constexpr const char* kWebhook = "webhook";
constexpr const char* kPath = "video_path";

using Option = pipeline::Option<pipeline::VideoOptions>;

const Option* option_named(std::string_view name) {
    const auto table = pipeline::video_options();
    const auto found = std::ranges::find(table, name, &Option::name);
    return found != table.end() && found->field ? &*found : nullptr;
}

std::vector<std::string_view> known_fields(bool json) {
    std::vector<std::string_view> known{kSessionId};
    for (const Option& option : pipeline::video_options())
        if (option.field) known.push_back(option.name);
    known.push_back(kWebhook);
    if (json) known.push_back(kPath);
    return known;
}

// A slip in a name would silently change what is judged.
void refuse_unknown(std::string_view name, std::span<const std::string_view> known) {
    if (std::ranges::find(known, name) != known.end()) return;
    std::string text = "there is no field \"" + std::string(name.substr(0, kShownBytes)) + "\"";
    if (const auto meant = nearest(name, known))
        text += "; did you mean \"" + std::string(*meant) + "\"?";
    else
        for (const std::string_view field : known)
            (text += field == known.front() ? "; the fields are " : ", ") += field;
    throw Error(ErrorCode::invalid_request, text);
}

enum class BodyType { json, form, video };

BodyType body_type(const HeaderParser& header) {
    const std::string_view type = header.get()[http::field::content_type];
    if (beast::iequals(type.substr(0, type.find(';')), "application/json")) return BodyType::json;
    if (beast::iequals(type.substr(0, type.find(';')), "multipart/form-data"))
        return BodyType::form;
    if (beast::iequals(type.substr(0, 6), "video/") ||
        beast::iequals(type.substr(0, type.find(';')), "application/octet-stream"))
        return BodyType::video;
    throw Error(ErrorCode::invalid_request,
                "Content-Type must be application/json, multipart/form-data, video/* or "
                "application/octet-stream");
}

std::uint64_t body_limit(BodyType type, const Settings& settings) {
    if (type == BodyType::json) return kMaxJsonBytes;
    return static_cast<std::uint64_t>(settings.max_video_bytes) +
           (type == BodyType::form ? kFormOverheadBytes : 0);
}

BodyLimits body_limits(const Exchange& exchange, const Settings& settings) {
    return {.bytes = body_limit(body_type(exchange.header), settings),
            .idle = settings.idle_timeout,
            .whole = settings.upload_timeout};
}

std::string text_field(const nlohmann::json& body, const std::string& name) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return {};
    if (found->is_string()) return found->get<std::string>();
    std::string text = name + " must be text";
    if (found->is_number())
        text += ": \"" + found->dump() + "\" with quotation marks, not " + found->dump();
    throw Error(ErrorCode::invalid_request, text);
}

void set(pipeline::VideoOptions& options, const Option& option, std::string_view text) {
    try {
        option.set(options, text);
    } catch (const Error&) {
        throw Error(ErrorCode::invalid_request,
                    std::string(option.name) + " must be " + option.values);
    }
}

// As it would be written in a form.
std::string as_text(const nlohmann::json& body, const Option& option) {
    const bool numbers = option.schema.find("integer") != std::string_view::npos;
    if (option.type == pipeline::OptionType::text && !numbers)
        return text_field(body, std::string(option.name));
    const auto& value = body.at(std::string(option.name));
    if (value.is_null()) return {};
    // What is no value of it is told as what it isn't.
    const bool text = value.is_string() && option.type != pipeline::OptionType::yes_no;
    return text ? value.get<std::string>() : value.dump();
}

// A video on its way in: stored and hashed as it comes. For the disk's lane.
class Upload {
  public:
    explicit Upload(const Settings& settings)
        : limit_(settings.max_video_bytes), file_(settings.tmp_dir) {}

    void take(std::span<const char> bytes) {
        if (file_.size() + static_cast<std::int64_t>(bytes.size()) > limit_)
            throw body_too_large(static_cast<std::uint64_t>(limit_));
        file_.append(bytes);
        hash_.add(bytes);
    }

    void finish(VideoRequest& request) {
        request.video = file_.read_only();
        request.bytes = file_.size();
        request.sha256 = to_hex(hash_.finish());
    }

  private:
    std::int64_t limit_;
    TemporaryFile file_;
    Sha256Stream hash_;
};

// Reads the body into `take`, which is called on the disk's lane, within the client's share.
template <typename Take>
asio::awaitable<void> store_body(VideoRequest& request, Exchange& exchange,
                                 const Settings& settings, Shares& uploads, DiskLane& disk,
                                 const Take& take) {
    request.room = Shares::Share(uploads, exchange.client);
    const auto store = [&](std::span<const char> piece) -> asio::awaitable<void> {
        require_room(request.room.take(static_cast<std::int64_t>(piece.size())));
        co_await disk.run([&] { take(piece); });
    };
    co_await read_body(exchange, body_limits(exchange, settings), store);
}

asio::awaitable<void> read_json(VideoRequest& request, Exchange& exchange, const Settings& settings,
                                UploadFolders& folders, DiskLane& disk) {
    std::string text;
    const auto append = [&](std::span<const char> piece) -> asio::awaitable<void> {
        text.append(piece.data(), piece.size());
        co_return;
    };
    co_await read_body(exchange, body_limits(exchange, settings), append);
    const RequestFields fields = parse_fields(text, parse_fields(exchange.query));
    static_cast<RequestFields&>(request) = fields;
    if (fields.video_path.empty()) throw Error(ErrorCode::invalid_request, "video_path is missing");
    co_await disk.run([&] {
        request.video = folders.open(fields.video_path);
        struct stat status {};
        if (::fstat(request.video.get(), &status) != 0)
            throw Error(ErrorCode::internal, "the file can't be measured");
        request.bytes = status.st_size;
    });
    if (request.bytes > settings.max_video_bytes)  // before all of it is hashed, or even kept
        throw body_too_large(static_cast<std::uint64_t>(settings.max_video_bytes), "the video");
}

// Of a form or a query.
void take_fields(RequestFields& request, const std::map<std::string, std::string>& fields) {
    const auto known = known_fields(false);
    for (const auto& [name, text] : fields) {
        refuse_unknown(name, known);
        const Option* const option = option_named(name);
        if (option != nullptr && !text.empty()) set(request.options, *option, text);
    }
    const auto field = [&](const char* name) {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    };
    request.session_id = field(kSessionId);
    request.webhook = field(kWebhook);
}

asio::awaitable<void> read_form(VideoRequest& request, Exchange& exchange, const Settings& settings,
                                Shares& uploads, DiskLane& disk) {
    std::optional<Upload> upload;
    co_await disk.run([&] { upload.emplace(settings); });
    MultipartReader form(exchange.field(http::field::content_type), "video",
                         [&](std::span<const char> bytes) { upload->take(bytes); });
    co_await store_body(request, exchange, settings, uploads, disk,
                        [&](std::span<const char> piece) { form.push(piece); });
    form.finish();
    if (!form.has_file())
        throw Error(ErrorCode::invalid_request, "the form has no file named video");
    // What stands in the address counts, too: else whoever asked there would think that it does.
    auto fields = form.fields();
    fields.insert(exchange.query.begin(), exchange.query.end());
    take_fields(request, fields);
    co_await disk.run([&] { upload->finish(request); });
}

asio::awaitable<void> read_raw(VideoRequest& request, Exchange& exchange, const Settings& settings,
                               Shares& uploads, DiskLane& disk) {
    std::optional<Upload> upload;
    co_await disk.run([&] { upload.emplace(settings); });
    co_await store_body(request, exchange, settings, uploads, disk,
                        [&](std::span<const char> piece) { upload->take(piece); });
    take_fields(request, exchange.query);
    co_await disk.run([&] { upload->finish(request); });
}

}  // namespace

RequestFields parse_fields(const std::map<std::string, std::string>& query) {
    RequestFields fields;
    take_fields(fields, query);
    return fields;
}

void require_room(Shares::Answer answer) {
    if (answer == Shares::Answer::too_much_for_all)
        throw Error(ErrorCode::uploads_full, "the uploads on their way take all that they may");
    if (answer == Shares::Answer::too_much_for_one)
        throw Error(ErrorCode::too_many_requests,
                    "your uploads on their way take all that one client's may");
}

RequestFields parse_fields(std::string_view text, RequestFields fields) {
    const auto body = nlohmann::json::parse(text, nullptr, false);
    if (!body.is_object()) throw Error(ErrorCode::invalid_request, "the body is not a JSON object");
    fields.video_path = text_field(body, kPath);
    for (const auto& [name, to] :
         {std::pair(kSessionId, &fields.session_id), std::pair(kWebhook, &fields.webhook)})
        if (std::string said = text_field(body, name); !said.empty()) *to = std::move(said);
    const auto known = known_fields(true);
    for (const auto& [name, value] : body.items()) {
        refuse_unknown(name, known);
        const Option* const option = option_named(name);
        if (option == nullptr) continue;
        const std::string said = as_text(body, *option);
        if (!value.is_null() && !said.empty()) set(fields.options, *option, said);
    }
    return fields;
}

void judge_headers(const Exchange& exchange, const Settings& settings, Shares& uploads) {
    const BodyType type = body_type(exchange.header);
    const auto length = exchange.header.content_length();
    if (!length && !exchange.header.chunked())
        throw Error(ErrorCode::length_required, "neither Content-Length nor chunked encoding");
    const std::uint64_t limit = body_limit(type, settings);
    if (length && *length > limit) throw body_too_large(limit);
    if (type == BodyType::json) return;
    // Of a form, something may be beside the video.
    const auto bytes =
        std::min(static_cast<std::int64_t>(length.value_or(1)), settings.max_video_bytes);
    require_room(Shares::Share(uploads, exchange.client).judge(bytes));
}

asio::awaitable<VideoRequest> read_video_request(Exchange& exchange, const Settings& settings,
                                                 UploadFolders& folders, Shares& uploads,
                                                 DiskLane& disk) {
    VideoRequest request;
    switch (body_type(exchange.header)) {
        case BodyType::json:
            co_await read_json(request, exchange, settings, folders, disk);
            break;
        case BodyType::form:
            co_await read_form(request, exchange, settings, uploads, disk);
            break;
        case BodyType::video:
            co_await read_raw(request, exchange, settings, uploads, disk);
            break;
    }
    if (request.session_id.size() > kMaxSessionIdBytes)
        throw Error(ErrorCode::invalid_request, "session_id is too long");
    co_return request;
}

}  // namespace syncnet::service
