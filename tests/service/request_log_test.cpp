#include "service/http/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace syncnet::service {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const RequestRecord kRecord{.method = "POST",
                            .route = "/v1/jobs/{id}",
                            .status = 422,
                            .error_code = "empty_file",
                            .bytes_in = 1234,
                            .bytes_out = 567,
                            .ms = 12.345,
                            .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                            .key_name = "shop",
                            .decision = "NEXT",
                            .cached = false,
                            .worker_ms = 10.04,
                            .client = "192.0.2.7",
                            .session_id = "maria@example.org",
                            .file = "maria.mp4"};

TEST(RequestLog, SaysWhatHappened) {
    const auto line = json::parse(RequestLog().line(kRecord));
    EXPECT_EQ(line["method"], "POST");
    EXPECT_EQ(line["route"], "/v1/jobs/{id}");
    EXPECT_EQ(line["status"], 422);
    EXPECT_EQ(line["code"], "empty_file");
    EXPECT_EQ(line["bytes_in"], 1234);
    EXPECT_EQ(line["bytes_out"], 567);
    EXPECT_EQ(line["ms"], 12.3);
    EXPECT_EQ(line["trace_id"], kRecord.trace_id);
    EXPECT_EQ(line["key"], "shop");
    EXPECT_EQ(line["decision"], "NEXT");
    EXPECT_EQ(line["cached"], false);
    EXPECT_EQ(line["worker_ms"], 10.0);
}

TEST(RequestLog, LeavesOutWhatThereIsNot) {
    EXPECT_EQ(
        RequestLog().line({.method = "GET", .route = "/health", .status = 200}),
        R"({"method":"GET","route":"/health","status":200,"bytes_in":0,"bytes_out":0,"ms":0.0})");
}

TEST(RequestLog, NamesNobody) {
    const RequestLog log;
    const std::string line = log.line(kRecord);
    EXPECT_THAT(line, Not(HasSubstr("192.0.2")));
    EXPECT_THAT(line, Not(HasSubstr("maria")));
    // But the lines of one client belong together, and to no other client's.
    EXPECT_EQ(line, log.line(kRecord));
    auto other = kRecord;
    other.client = "192.0.2.8";
    EXPECT_NE(json::parse(log.line(other))["client"], json::parse(line)["client"]);
    EXPECT_NE(json::parse(RequestLog().line(kRecord))["client"], json::parse(line)["client"])
        << "each process has its own salt";
}

TEST(RequestLog, NamesThemWhereTheOperatorWantsIt) {
    const auto line = json::parse(RequestLog(true).line(kRecord));
    EXPECT_EQ(line["client"], "192.0.2.7");
    EXPECT_EQ(line["session_id"], "maria@example.org");
    EXPECT_EQ(line["file"], "maria.mp4");
}

TEST(RequestLog, NobodyWritesLinesOfTheirOwn) {
    auto record = kRecord;
    const std::string evil =
        "x\r\n{\"status\":200}\x1b[2J\xc2\x9b"
        "2J\x7f\xff\"\\";
    record.method = record.session_id = evil;
    const std::string line = RequestLog(true).line(record);
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 127; })) << line;
    EXPECT_EQ(json::parse(line)["status"], 422);

    const std::string much(1 << 20, 'm');
    record.method = record.session_id = record.file = much;
    EXPECT_LT(RequestLog(true).line(record).size(), 2000U);
}

}  // namespace
}  // namespace syncnet::service
