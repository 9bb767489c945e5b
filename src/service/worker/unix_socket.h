// Messages and descriptors between processes of this machine. Blocking, for the worker side; the
// service waits with Asio before it calls.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"

namespace syncnet::service {

enum class SocketKind { stream, packets };

// Two connected ends, closed on exec. Throws internal.
std::pair<UniqueFd, UniqueFd> socket_pair(SocketKind kind);

inline constexpr std::size_t kMaxAttached = 2;  // descriptors that travel with one message

// Sends all of `bytes`, and the descriptors `attached` with the first of them: at most
// kMaxAttached. False if the other end is gone.
bool send_all(int socket, std::string_view bytes, std::span<const int> attached = {}) noexcept;

struct Received {
    std::string bytes;                            // empty: the other end is gone
    std::array<UniqueFd, kMaxAttached> attached;  // from the first on
};

// One packet, or what a stream has now: at most `limit` bytes. Nothing if interrupted, or if the
// socket does not block and has nothing.
std::optional<Received> receive(int socket, std::size_t limit);

}  // namespace syncnet::service
