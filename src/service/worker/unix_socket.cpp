#include "service/worker/unix_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace syncnet::service {
namespace {

union ControlBuffer {  // cmsg(3): aligned for a header
    cmsghdr header;
    std::array<char, CMSG_SPACE(kMaxAttached * sizeof(int))> bytes;
};

}  // namespace

std::pair<UniqueFd, UniqueFd> socket_pair(SocketKind kind) {
    std::array<int, 2> ends{};
    const int type = kind == SocketKind::stream ? SOCK_STREAM : SOCK_SEQPACKET;
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw Error(ErrorCode::internal, std::string("socketpair: ") + std::strerror(errno));
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

bool send_all(int socket, std::string_view bytes, std::span<const int> attached) noexcept {
    while (!bytes.empty()) {
        // sendmsg does not write to it.
        iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        ControlBuffer control{};
        if (!attached.empty()) {
            message.msg_control = &control;
            message.msg_controllen = CMSG_SPACE(attached.size_bytes());
            control.header = {.cmsg_len = CMSG_LEN(attached.size_bytes()),
                              .cmsg_level = SOL_SOCKET,
                              .cmsg_type = SCM_RIGHTS};
            std::memcpy(CMSG_DATA(&control.header), attached.data(), attached.size_bytes());
        }
        const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        attached = {};
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::optional<Received> receive(int socket, std::size_t limit) {
    Received received{.bytes = std::string(limit, '\0')};
    iovec piece{received.bytes.data(), limit};
    msghdr message{};
    ControlBuffer control{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    const ssize_t length = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return std::nullopt;
    received.bytes.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        std::array<int, kMaxAttached> fds{};
        const std::size_t bytes = std::min(header->cmsg_len - CMSG_LEN(0), sizeof fds);
        std::memcpy(fds.data(), CMSG_DATA(header), bytes);
        for (std::size_t i = 0; i < bytes / sizeof(int); ++i)
            received.attached[i] = UniqueFd(fds[i]);
    }
    return received;
}

}  // namespace syncnet::service
