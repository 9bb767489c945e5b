// Whether an address is somebody's on the public internet, so that a webhook may go there.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace syncnet::service {

// False for all that IANA's special-purpose registries do not call globally reachable: private,
// shared (CGNAT), loopback, link-local (where clouds keep their metadata), multicast, documentation
// and so on. IPv6 that carries IPv4 (mapped, NAT64) is judged by what it carries; transition
// tunnels (6to4, Teredo), which nobody needs, are not public.
bool is_public(const boost::asio::ip::address& address);

}  // namespace syncnet::service
