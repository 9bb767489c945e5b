#include "base/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

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

// What a command can meet; the others are of the service's clients.
TEST(ErrorCatalogue, CommandsAreNotToldOfRequests) {
    using enum ErrorCode;
    for (const ErrorCode code : {invalid_request,
                                 invalid_setting,
                                 path_not_allowed,
                                 not_found,
                                 timeout,
                                 too_large,
                                 unsupported_media,
                                 empty_file,
                                 unreadable_video,
                                 no_video_stream,
                                 too_long,
                                 too_many_pixels,
                                 too_much_video,
                                 too_many_streams,
                                 too_complex,
                                 bad_sample_rate,
                                 unsupported_codec,
                                 storage_full,
                                 cancelled,
                                 out_of_memory,
                                 bad_model,
                                 model_not_available,
                                 unsupported_processor,
                                 cannot_write,
                                 not_fixable,
                                 wrong_container,
                                 no_encoder,
                                 too_little_data,
                                 internal}) {
        const ErrorInfo& row = error_info(code);
        for (const std::string_view text : {row.title_for_command(), row.hint_for_command()})
            for (const std::string_view word :
                 {"equest", "upload", "UPLOAD_", "PROCESSING_", "WORKER_", "SPOOL_", "MAX_VIDEO",
                  "multipart", "/health", "client"})
                EXPECT_EQ(text.find(word), std::string_view::npos) << row.name << ": " << text;
    }
}

}  // namespace
}  // namespace syncnet
