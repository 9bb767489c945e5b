#include "service/http/client_name.h"

#include <gtest/gtest.h>

namespace syncnet::service {
namespace {

std::string name(const char* address) {
    return client_name(boost::asio::ip::make_address(address));
}

TEST(ClientName, IsTheAddressOrTheNetworkOfIt) {
    EXPECT_EQ(name("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(name("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(name("2001:db8:1:2::1"), "2001:db8:1:2::/64");
    EXPECT_EQ(name("2001:db8:1:2:ffff::9"), name("2001:db8:1:2::1"));
    EXPECT_NE(name("2001:db8:1:3::1"), name("2001:db8:1:2::1"));
}

}  // namespace
}  // namespace syncnet::service
