// The recordings that are followed now, so that a client whose connection broke finds its own
// again.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "service/live/session.h"

namespace syncnet::service {

// How long a session waits for a client whose connection broke.
inline constexpr auto kLiveAbsence = std::chrono::seconds(30);

// Only for the HTTP thread.
class LiveSessions {
  public:
    LiveSessions(const LiveSession::Room& room, const LiveOptions& options)
        : room_(room), options_(options) {}

    const LiveOptions& options() const { return options_; }
    void set_defaults(const score::Thresholds& thresholds, int max_offset_ms) {
        options_.thresholds = thresholds;
        options_.max_offset_ms = max_offset_ms;
    }

    // Throws what LiveSession::begin throws; forbidden where there are none.
    asio::awaitable<std::shared_ptr<LiveSession>> begin(std::string client, RequestFields fields);
    // The client's own of that name. Throws not_found.
    std::shared_ptr<LiveSession> resume(const std::string& client, const std::string& session_id);
    // Its connection broke: it is kept for a while, if it has a name to be found by.
    void lose(const std::shared_ptr<LiveSession>& session, std::uint64_t listener);
    // Nobody needs it any more.
    void forget(const std::shared_ptr<LiveSession>& session);

  private:
    using Key = std::pair<std::string, std::string>;  // client, session id
    static Key key_of(const LiveSession& session) {
        return {session.client(), session.session_id()};
    }
    asio::awaitable<void> wait_for(std::shared_ptr<LiveSession> session, std::uint64_t listener);

    LiveSession::Room room_;
    LiveOptions options_;
    std::map<Key, std::shared_ptr<LiveSession>> named_;
};

}  // namespace syncnet::service
