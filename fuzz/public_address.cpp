#include "service/webhook/public_address.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "fuzz/targets.h"

namespace syncnet::fuzz {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

// The plainest of what is never public, said once more and otherwise.
bool surely_private(const address_v4& a) {
    const auto b = a.to_bytes();
    return b[0] == 0 || b[0] == 10 || b[0] == 127 || b[0] >= 224 || (b[0] == 169 && b[1] == 254) ||
           (b[0] == 172 && (b[1] & 0xF0U) == 16) || (b[0] == 192 && b[1] == 168);
}

void require(bool holds) {
    if (!holds) std::abort();
}

void judge(const address_v4& four) {
    const bool is_public = service::is_public(four);
    require(!(is_public && surely_private(four)));
    // Carried by IPv6, it is what it was.
    require(service::is_public(make_address_v6(boost::asio::ip::v4_mapped, four)) == is_public);
    address_v6::bytes_type nat64{0, 0x64, 0xFF, 0x9B};
    std::ranges::copy(four.to_bytes(), nat64.begin() + 12);
    require(service::is_public(address_v6(nat64)) == is_public);
}

}  // namespace

// 4 or 16 bytes that are an address, or a text.
void public_address(std::span<const std::byte> input) {
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(std::string(as_text(input)).c_str(), failed);
    if (!failed) {
        const bool is_public = service::is_public(address);
        if (address.is_v4()) judge(address.to_v4());
        require(!(is_public &&
                  (address.is_loopback() || address.is_multicast() || address.is_unspecified())));
    }
    address_v6::bytes_type sixteen{};
    address_v4::bytes_type four{};
    if (input.size() < four.size()) return;
    std::memcpy(four.data(), input.data(), four.size());
    judge(address_v4(four));
    std::memcpy(sixteen.data(), input.data(), std::min(input.size(), sixteen.size()));
    const address_v6 six(sixteen);
    const bool local = six.is_loopback() || six.is_link_local() || six.is_multicast() ||
                       six.is_unspecified() || (sixteen[0] & 0xFEU) == 0xFC;
    require(!(service::is_public(six) && local));
}

}  // namespace syncnet::fuzz
