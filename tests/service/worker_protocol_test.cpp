#include "service/worker/protocol.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "service/worker/unix_socket.h"

namespace syncnet::service {
namespace {

using nlohmann::json;

void refused(const std::string& text) {
    try {
        (void)parse_message(text);
        FAIL() << text.substr(0, 80);
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::worker_failed) << text.substr(0, 80);
    }
}

TEST(WorkerProtocol, MessagesComeBackAsTheyWent) {
    const auto again = [](const WorkerMessage& m) { return parse_message(to_json(m).dump()); };
    EXPECT_EQ(std::get<Progress>(again(Progress{0.25})).done, 0.25);
    EXPECT_EQ(std::get<Done>(again(Done{{{"decision", "ALLOW"}}})).analysis["decision"], "ALLOW");
    const auto failed = std::get<Failed>(again(Failed{ErrorCode::too_long, "3 h"}));
    EXPECT_EQ(failed.code, ErrorCode::too_long);
    EXPECT_EQ(failed.detail, "3 h");
}

TEST(WorkerProtocol, JobsAndSetupsComeBackAsTheyWent) {
    const WorkerJob job{
        .choice = {.model = "lipsync",
                   .windows = true,
                   .face = {.which = pipeline::FaceChoice::Which::track, .track = 7},
                   .max_offset_ms = 5000},
        .time = std::chrono::milliseconds(1500),
        .thresholds = {.allow = 0.8, .next = 0.5, .max_offset_frames = 4}};
    const WorkerJob got = parse_job(to_json(job).dump());
    EXPECT_EQ(got.choice, job.choice);
    EXPECT_EQ(parse_job(to_json(WorkerJob{}).dump()).choice, ScoringChoice{});
    EXPECT_EQ(got.time, job.time);
    EXPECT_EQ(got.thresholds.allow, 0.8);
    EXPECT_EQ(got.thresholds.max_offset_frames, 4);
    const WorkerSetup setup{
        .models = {.folder = "/m", .precision = nn::Precision::f32, .threads = 3},
        .max_video_bytes = 5,
        .max_memory_bytes = 6,
        .max_time = std::chrono::seconds(7),
        .scratch = "/t"};
    const WorkerSetup same = parse_setup(to_json(setup).dump());
    EXPECT_EQ(same.models.precision, nn::Precision::f32);
    EXPECT_EQ(same.models.threads, 3);
    EXPECT_EQ(same.max_memory_bytes, 6);
}

TEST(WorkerProtocol, AJobWhoseFaceThereCanNotBeIsRefused) {
    for (const char* face : {"", "both", "-1", "1.5"}) {
        json job = to_json(WorkerJob{});
        job["face"] = face;
        EXPECT_THROW((void)parse_job(job.dump()), Error) << face;
    }
    json job = to_json(WorkerJob{});
    job["max_offset_ms"] = "2000";
    EXPECT_THROW((void)parse_job(job.dump()), Error);
}

TEST(WorkerProtocol, WhateverAWorkerSaysIsJudged) {
    for (const char* text : {"", "{", "[]", "7", "null", "{}", R"({"progress":"half"})",
                             R"({"progress":null})", R"({"analysis":7})", R"({"analysis":{}})",
                             R"({"code":"no such code","detail":"x"})", R"({"code":"too_long"})",
                             R"({"code":7,"detail":"x"})", R"({"code":"too_long","detail":7})"})
        refused(text);
    std::string deep = R"({"analysis":)";
    for (int i = 0; i < 100'000; ++i) deep += "[";
    refused(deep);
    EXPECT_EQ(std::get<Progress>(parse_message(R"({"progress":1e300})")).done, 1);
}

TEST(WorkerProtocol, AFrameTellsItsLength) {
    const std::string framed = frame({{"x", std::string(70'000, 'y')}});
    EXPECT_EQ(frame_length(std::span(framed).first<kFrameHeaderBytes>()),
              framed.size() - kFrameHeaderBytes);
    // Any bytes become valid UTF-8.
    EXPECT_TRUE(json::accept(frame({{"x", "\xff"}}).substr(kFrameHeaderBytes)));
}

TEST(UnixSocket, CarriesDescriptors) {
    auto [here, there] = socket_pair(SocketKind::stream);
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    ASSERT_TRUE(send_all(here.get(), "abc", pipe[1]));
    ::close(pipe[1]);
    auto got = receive(there.get(), 100);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->bytes, "abc");
    ASSERT_TRUE(got->attached);
    EXPECT_EQ(::write(got->attached.get(), "x", 1), 1);
    char byte = 0;
    EXPECT_EQ(::read(pipe[0], &byte, 1), 1);
    ::close(pipe[0]);
    here = UniqueFd();
    there = UniqueFd(there.release());
    got = receive(there.get(), 100);
    EXPECT_TRUE(got && got->bytes.empty()) << "the other end is gone";
}

}  // namespace
}  // namespace syncnet::service
