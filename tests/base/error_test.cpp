#include "base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace syncnet {
namespace {

TEST(ErrorCatalogue, EveryRowIsComplete) {
    std::set<std::string_view> names;
    for (const ErrorInfo& row : error_catalogue()) {
        EXPECT_EQ(&error_info(row.code), &row);
        EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice";
        EXPECT_GE(row.http_status, 400) << row.name;
        EXPECT_LT(row.http_status, 600) << row.name;
        EXPECT_FALSE(row.title.empty()) << row.name;
        EXPECT_FALSE(row.hint.empty()) << row.name;
        EXPECT_FALSE(row.title_for_command().empty()) << row.name;
    }
}

}  // namespace
}  // namespace syncnet
