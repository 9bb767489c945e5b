#include "media/time_code.h"

#include <gtest/gtest.h>

namespace syncnet::media {
namespace {

TEST(TimeCode, CountsFrames) {
    EXPECT_EQ(time_code(0), "00:00:00:00");
    EXPECT_EQ(time_code(24), "00:00:00:24");
    EXPECT_EQ(time_code(25), "00:00:01:00");
    EXPECT_EQ(time_code(((1 * 60 + 2) * 60 + 3) * 25 + 4), "01:02:03:04");
    EXPECT_EQ(time_code(100LL * 3600 * 25), "100:00:00:00");
    EXPECT_EQ(time_code(-1), "-00:00:00:01");
}

}  // namespace
}  // namespace syncnet::media
