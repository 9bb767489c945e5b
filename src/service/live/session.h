// One recording that is scored while it is made: its bytes go to a file that grows, a worker
// follows it, and whoever listens hears the verdict so far, and the last word.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "service/auth/shares.h"
#include "service/http/video_request.h"
#include "service/metrics/metrics.h"
#include "service/storage/disk.h"
#include "service/storage/temporary_file.h"
#include "service/worker/pool.h"

namespace syncnet::service {

struct LiveOptions {
    int sessions = 8;                     // at the same time; 0: none
    std::chrono::seconds max_length{60};  // of a recording, that is judged
    std::int64_t max_bytes = 0;
    std::filesystem::path tmp_dir;
    score::Thresholds thresholds;
    int max_offset_ms = pipeline::kMaxOffsetMs;
};

// Without bytes for so long, what there is is judged.
inline constexpr auto kLiveSilence = std::chrono::seconds(15);
// Of a recording. A minute of a browser's at its usual rate has a third of it.
inline constexpr std::int64_t kLiveBytes = 64 << 20;
// What may come at once, and a second after that; more is taken no faster.
inline constexpr std::int64_t kLiveBurstBytes = 8 << 20, kLiveBytesPerSecond = 4 << 20;

// Only for the HTTP thread.
class LiveSession : public std::enable_shared_from_this<LiveSession> {
  public:
    // What it needs of the service; all outlive it.
    struct Room {
        asio::io_context& io;
        WorkerPool& pool;
        Disk& disk;
        Metrics& metrics;
        Shares& uploads;
    };
    LiveSession(const Room& room, const LiveOptions& options, std::string client,
                RequestFields fields);

    // Makes the file, and has it followed. Throws cannot_write, overloaded, model_not_available.
    asio::awaitable<void> begin();

    // Throws too_large, uploads_full, too_many_requests, storage_full, cannot_write. Waits where it
    // comes too fast.
    asio::awaitable<void> append(std::span<const char> bytes);
    void end();  // nothing more comes
    // Nobody wants it; or `why` it can't go on, which the listener is told.
    void give_up(const Error& why = {ErrorCode::cancelled, "nobody listens any more"});

    const std::string& client() const { return client_; }
    const std::string& session_id() const { return fields_.session_id; }
    std::int64_t received() const { return received_; }
    bool over() const { return last_.has_value(); }

    // One listener at a time: the newest. The others hear nothing more.
    std::uint64_t listen() {
        changed_.cancel();
        return ++listener_;
    }
    // {"type": "verdict" | "result" | "error", ...} as soon as there is something new: verdicts
    // that were not fetched are left out. Nothing: another listens.
    asio::awaitable<std::optional<nlohmann::json>> next(std::uint64_t listener);
    bool listens(std::uint64_t listener) const { return listener == listener_; }

  private:
    using Clock = std::chrono::steady_clock;

    asio::awaitable<void> follow();
    asio::awaitable<void> watch();
    void note(const nlohmann::json& verdict);
    void say_last(nlohmann::json message);
    void poke();

    Room room_;
    LiveOptions options_;
    std::string client_;
    RequestFields fields_;
    std::optional<TemporaryFile> file_;
    UniqueFd reading_, more_, more_there_;  // the file, and the pipe that says when it has grown
    Shares::Share share_;
    std::int64_t received_ = 0;
    Clock::time_point begun_, fed_;
    std::uint64_t listener_ = 0;
    std::optional<nlohmann::json> verdict_;  // that nobody has fetched
    std::optional<nlohmann::json> last_;
    std::optional<Error> unwanted_;
    asio::steady_timer changed_, given_up_;
};

}  // namespace syncnet::service
