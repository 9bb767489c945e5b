#include "service/live/session.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <variant>

namespace syncnet::service {
namespace {

using nlohmann::json;

constexpr auto kWatchInterval = std::chrono::seconds(1);
// Beyond the longest recording, for a client that sends it slowly, and for the last word on it.
constexpr auto kSlack = std::chrono::seconds(60);

asio::steady_timer never(asio::io_context& io) {
    return asio::steady_timer(io, std::chrono::steady_clock::time_point::max());
}

// Never throws, as Outcome of a score; `||` takes the variant apart, and adds monostate.
using Outcome = std::variant<json, std::exception_ptr>;

asio::awaitable<Outcome> outcome(WorkerPool& pool, LiveTask task) {
    try {
        co_return co_await pool.follow(std::move(task));
    } catch (...) {
        co_return std::current_exception();
    }
}

}  // namespace

LiveSession::LiveSession(const Room& room, const LiveOptions& options, std::string client,
                         RequestFields fields)
    : room_(room),
      options_(options),
      client_(std::move(client)),
      fields_(std::move(fields)),
      share_(room.uploads, client_),
      begun_(Clock::now()),
      fed_(begun_),
      changed_(never(room.io)),
      given_up_(never(room.io)) {}

asio::awaitable<void> LiveSession::begin() {
    room_.pool.require_model(fields_.options.model);
    room_.pool.require_place_to_follow();
    co_await room_.disk.uploads.run([this] {
        file_.emplace(options_.tmp_dir);
        reading_ = file_->read_only();
    });
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw Error(ErrorCode::overloaded, "there are no descriptors for it now");
    more_there_ = UniqueFd(ends[0]);
    more_ = UniqueFd(ends[1]);
    const auto self = shared_from_this();
    asio::co_spawn(
        room_.io, [self] { return self->follow(); }, asio::detached);
    asio::co_spawn(
        room_.io, [self] { return self->watch(); }, asio::detached);
}

asio::awaitable<void> LiveSession::append(std::span<const char> bytes) {
    if (over() || !more_) co_return;  // nobody needs it any more
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (received_ + size > options_.max_bytes)
        throw Error(ErrorCode::too_large, "a recording may have at most " +
                                              std::to_string(options_.max_bytes) + " bytes");
    require_room(share_.take(size));
    const auto self = shared_from_this();
    co_await room_.disk.uploads.run([this, bytes] { file_->append(bytes); });
    received_ += size;
    fed_ = Clock::now();
    poke();
    const auto due = std::chrono::seconds(std::max<std::int64_t>(0, received_ - kLiveBurstBytes)) /
                     kLiveBytesPerSecond;
    if (begun_ + due > Clock::now()) {
        asio::steady_timer pause(room_.io, begun_ + due);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

// A full pipe has said it already.
void LiveSession::poke() {
    if (!more_) return;
    const char grown = 0;
    [[maybe_unused]] const auto written = ::write(more_.get(), &grown, 1);
}

void LiveSession::end() {
    more_ = UniqueFd();
}

void LiveSession::give_up(const Error& why) {
    if (over() || unwanted_) return;
    unwanted_ = why;
    given_up_.cancel();
}

void LiveSession::note(const json& verdict) {
    json message = verdict;
    message["type"] = "verdict";
    if (verdict.at("seconds").get<double>() >= static_cast<double>(options_.max_length.count()))
        end();
    verdict_ = std::move(message);
    changed_.cancel();
}

void LiveSession::say_last(json message) {
    last_ = std::move(message);
    end();
    changed_.cancel();
}

asio::awaitable<void> LiveSession::follow() {
    using namespace asio::experimental::awaitable_operators;
    const auto self = shared_from_this();
    pipeline::VideoOptions options = fields_.options;
    options.max_offset_ms = options.max_offset_ms.value_or(options_.max_offset_ms);
    LiveTask task{.video = reading_.get(),
                  .more = more_there_.get(),
                  .client = client_,
                  .options = options,
                  .thresholds = options_.thresholds,
                  .max_time = options_.max_length + kSlack + kSlack,
                  .on_verdict = [this](const json& verdict) { note(verdict); }};
    boost::system::error_code woken;
    std::variant<json, std::exception_ptr, std::monostate> result;
    if (!unwanted_) {
        auto followed = outcome(room_.pool, std::move(task));
        auto unwanted = given_up_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        result = co_await (std::move(followed) || std::move(unwanted));
    }
    std::optional<Error> failed;
    try {
        if (unwanted_) throw Error(*unwanted_);
        if (const auto* const thrown = std::get_if<std::exception_ptr>(&result))
            std::rethrow_exception(*thrown);
        json& body = std::get<json>(result);
        room_.metrics.decision(body.at("decision").get<std::string>());
        room_.metrics.live(body.contains("stopped_at_s") ? "early" : "whole");
        body["session_id"] = fields_.session_id;
        body["processing_time_ms"] =
            std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begun_).count();
        body["cached"] = false;
        say_last({{"type", "result"}, {"result", std::move(body)}});
    } catch (const Error& e) {
        failed = e;
    } catch (const std::exception&) {
        failed = Error(ErrorCode::internal, "an unexpected error");
    }
    if (!failed) co_return;
    room_.metrics.live("failed");
    room_.metrics.rejection(failed->info().name);
    say_last({{"type", "error"}, {"problem", problem_body(*failed)}});
}

// Ends what has fallen silent, or takes longer than a recording may.
asio::awaitable<void> LiveSession::watch() {
    const auto self = shared_from_this();
    asio::steady_timer timer(room_.io);
    while (!over() && more_) {
        timer.expires_after(kWatchInterval);
        co_await timer.async_wait(asio::use_awaitable);
        const auto now = Clock::now();
        if (now - fed_ > kLiveSilence || now - begun_ > options_.max_length + kSlack) end();
    }
}

asio::awaitable<std::optional<json>> LiveSession::next(std::uint64_t listener) {
    const auto self = shared_from_this();
    while (listener == listener_) {
        if (last_) co_return *last_;
        if (auto verdict = std::exchange(verdict_, std::nullopt)) co_return verdict;
        boost::system::error_code woken;
        changed_.expires_at(Clock::time_point::max());
        co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    co_return std::nullopt;
}

}  // namespace syncnet::service
