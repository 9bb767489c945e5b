#include "service/http/client_name.h"

#include <algorithm>

namespace syncnet::service {

std::string client_name(const boost::asio::ip::address& address) {
    namespace ip = boost::asio::ip;
    if (address.is_v4()) return address.to_string();
    const ip::address_v6 whole = address.to_v6();
    if (whole.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, whole).to_string();
    auto network = whole.to_bytes();
    std::fill(network.begin() + network.size() / 2, network.end(), 0);
    return ip::address_v6(network).to_string() + "/64";
}

}  // namespace syncnet::service
