#include "service/webhook/public_address.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace syncnet::service {
namespace {

namespace ip = boost::asio::ip;

struct Block4 {
    std::uint32_t network;
    int length;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24U | b << 16U | c << 8U | d;
}

constexpr std::array kNotPublic4{
    Block4{v4(0, 0, 0, 0), 8},        // this network
    Block4{v4(10, 0, 0, 0), 8},       // private
    Block4{v4(100, 64, 0, 0), 10},    // shared, behind carriers' NAT
    Block4{v4(127, 0, 0, 0), 8},      // loopback
    Block4{v4(169, 254, 0, 0), 16},   // link-local
    Block4{v4(172, 16, 0, 0), 12},    // private
    Block4{v4(192, 0, 0, 0), 24},     // protocol assignments
    Block4{v4(192, 0, 2, 0), 24},     // documentation
    Block4{v4(192, 88, 99, 0), 24},   // 6to4 relays, gone
    Block4{v4(192, 168, 0, 0), 16},   // private
    Block4{v4(198, 18, 0, 0), 15},    // benchmarks
    Block4{v4(198, 51, 100, 0), 24},  // documentation
    Block4{v4(203, 0, 113, 0), 24},   // documentation
    Block4{v4(224, 0, 0, 0), 4},      // multicast
    Block4{v4(240, 0, 0, 0), 4},      // reserved, broadcast
};

bool is_public(std::uint32_t address) {
    return std::ranges::none_of(kNotPublic4, [address](const Block4& block) {
        return (address ^ block.network) >> (32 - block.length) == 0;
    });
}

bool is_public(const ip::address_v6::bytes_type& b) {
    const auto starts_with = [&](std::initializer_list<int> prefix) {
        return std::equal(prefix.begin(), prefix.end(), b.begin());
    };
    if (starts_with({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ||   // mapped
        starts_with({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))  // NAT64
        return is_public(v4(b[12], b[13], b[14], b[15]));
    if ((b[0] & 0xe0) != 0x20) return false;             // only 2000::/3 is given out to the public
    return !(starts_with({0x20, 0x01}) && b[2] < 2) &&   // 2001::/23: Teredo and others
           !starts_with({0x20, 0x01, 0x0d, 0xb8}) &&     // documentation
           !starts_with({0x20, 0x02}) &&                 // 6to4
           !(starts_with({0x3f, 0xff}) && b[2] < 0x10);  // 3fff::/20: documentation
}

}  // namespace

bool is_public(const ip::address& address) {
    return address.is_v4() ? is_public(address.to_v4().to_uint())
                           : is_public(address.to_v6().to_bytes());
}

}  // namespace syncnet::service
