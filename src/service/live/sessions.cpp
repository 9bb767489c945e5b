#include "service/live/sessions.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace syncnet::service {

asio::awaitable<std::shared_ptr<LiveSession>> LiveSessions::begin(std::string client,
                                                                  RequestFields fields) {
    if (options_.sessions == 0)
        throw Error(ErrorCode::forbidden, "this service follows no recordings (LIVE_SESSIONS=0)");
    auto session =
        std::make_shared<LiveSession>(room_, options_, std::move(client), std::move(fields));
    co_await session->begin();
    if (!session->session_id().empty()) {
        auto& named = named_[key_of(*session)];
        // A client that begins anew doesn't want what it began before.
        if (named) named->give_up();
        named = session;
    }
    co_return session;
}

std::shared_ptr<LiveSession> LiveSessions::resume(const std::string& client,
                                                  const std::string& session_id) {
    const auto found = named_.find({client, session_id});
    if (session_id.empty() || found == named_.end())
        throw Error(ErrorCode::not_found, "there is no such session, or no longer");
    return found->second;
}

void LiveSessions::lose(const std::shared_ptr<LiveSession>& session, std::uint64_t listener) {
    if (session->session_id().empty()) return forget(session);
    asio::co_spawn(room_.io, wait_for(session, listener), asio::detached);
}

asio::awaitable<void> LiveSessions::wait_for(std::shared_ptr<LiveSession> session,
                                             std::uint64_t listener) {
    asio::steady_timer timer(room_.io, kLiveAbsence);
    co_await timer.async_wait(asio::use_awaitable);
    if (session->listens(listener)) forget(session);
}

void LiveSessions::forget(const std::shared_ptr<LiveSession>& session) {
    session->give_up();
    const auto found = named_.find(key_of(*session));
    if (found != named_.end() && found->second == session) named_.erase(found);
}

}  // namespace syncnet::service
