// Who counts as one client where there are no keys.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>

namespace syncnet::service {

// An address; of IPv6 the network of 64 bits, as whoever has one has all of it.
std::string client_name(const boost::asio::ip::address& address);

}  // namespace syncnet::service
