#include "service/worker/protocol.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "pipeline/analysis.h"
#include "pipeline/verdict_so_far.h"
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

// As a worker sends it.
json an_analysis() {
    pipeline::Analysis a;
    a.video.width = a.video.height = 320;
    a.model = "lipsync";
    a.model_version = "1";
    a.precision = "f32";
    a.detector = "blaze_face";
    a.max_offset = 50;
    a.verdict = {.decision = score::Decision::next,
                 .reasons = {{score::Reason::no_face, "There is no face."}}};
    a.tracks.push_back({.id = 3, .verdict = a.verdict});
    a.timeline.emplace();
    return pipeline::to_json(a);
}

json a_verdict() {
    pipeline::Analysis a{.seconds = 2.4, .width = 640, .height = 480};
    a.verdict = {.decision = score::Decision::next,
                 .reasons = {{score::Reason::no_face, "There is no face."}}};
    a.tracks.push_back({.id = 3, .frames = 60, .verdict = a.verdict});
    return pipeline::verdict_so_far(a);
}

TEST(WorkerProtocol, MessagesComeBackAsTheyWent) {
    const auto again = [](const WorkerMessage& m) { return parse_message(to_json(m).dump()); };
    EXPECT_EQ(std::get<Progress>(again(Progress{0.25})).done, 0.25);
    EXPECT_EQ(std::get<Done>(again(Done{an_analysis()})).analysis, an_analysis());
    EXPECT_EQ(std::get<SoFar>(again(SoFar{a_verdict()})).verdict, a_verdict());
    const auto failed = std::get<Failed>(again(Failed{ErrorCode::too_long, "3 h"}));
    EXPECT_EQ(failed.code, ErrorCode::too_long);
    EXPECT_EQ(failed.detail, "3 h");
}

TEST(WorkerProtocol, JobsAndSetupsComeBackAsTheyWent) {
    const WorkerJob job{
        .options = {.model = "lipsync",
                    .windows = true,
                    .face = {.which = pipeline::FaceChoice::Which::track, .track = 7},
                    .max_offset_ms = 5000},
        .time = std::chrono::milliseconds(1500),
        .thresholds = {.allow = 0.8, .next = 0.5, .max_offset_frames = 4},
        .live = true};
    const WorkerJob got = parse_job(to_json(job).dump());
    EXPECT_EQ(got.options, job.options);
    EXPECT_EQ(parse_job(to_json(WorkerJob{}).dump()).options, pipeline::VideoOptions{});
    EXPECT_EQ(got.time, job.time);
    EXPECT_TRUE(got.live);
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
        job["options"]["face"] = face;
        EXPECT_THROW((void)parse_job(job.dump()), Error) << face;
    }
    json job = to_json(WorkerJob{});
    job["options"]["max_offset_ms"] = 2000;
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

TEST(WorkerProtocol, AnAnalysisIsWhatWePromiseOrNone) {
    const auto with = [](const char* place, const json& value) {
        json analysis = an_analysis();
        analysis[json::json_pointer(place)] = value;
        return analysis;
    };
    ASSERT_TRUE(is_analysis(an_analysis()));
    EXPECT_TRUE(is_analysis(with("/score", 0.5)));
    // Bundled models find lips nearer to their audio than the published SyncNet ever does, and a
    // face may be judged at an offset that isn't its own.
    EXPECT_TRUE(is_analysis(with("/min_dist", -3.5)));
    EXPECT_TRUE(is_analysis(with("/confidence", -1.739)));
    for (const auto& [place, value] : std::initializer_list<std::pair<const char*, json>>{
             {"/decision", "allow"},
             {"/decision", 7},
             {"/decision", "ALLOW"},  // without a score
             {"/reason_codes/0", "because"},
             {"/reason_codes", json::array()},
             {"/reasons", {"one", "two"}},
             {"/reasons/0", std::string(5000, 'x')},
             {"/reasons/0", json::object()},
             {"/score", 1.5},
             {"/score", "0.9"},
             {"/offset_frames", 2'000'000'000},
             {"/offset_frames", 1.5},
             {"/max_offset_ms", -1},
             {"/confidence", "much"},
             {"/drift_ms_per_s", true},
             {"/cached", true},  // the service's to say
             {"/session_id", "s"},
             {"/extra", 1},
             {"/model/name", ""},
             {"/model/precision", "f7"},
             {"/model/extra", 1},
             {"/video/width", 0},
             {"/video/container", std::string(5000, 'x')},
             {"/audio", "none"},
             {"/passages", json::object()},
             {"/passages/0", {{"start_s", 0}}},
             {"/debug/num_results", 5},
             {"/debug/all_results/0/curve", json::array()},
             {"/debug/all_results/0/mean_box", {1, 2, 3}},
             {"/debug/all_results/0/read", {{1, 2, 3}}},
             {"/debug/all_results/0/extra", 1},
             {"/windows/tracks", {{{"track", 1}}}}}) {
        EXPECT_FALSE(is_analysis(with(place, value))) << place << ": " << value;
        refused(json{{"analysis", with(place, value)}}.dump());
    }
    const json whole = an_analysis();
    for (const auto& [name, value] : whole.items()) {
        json analysis = whole;
        analysis.erase(name);
        EXPECT_EQ(is_analysis(analysis), name == "windows") << name;
    }
    std::string huge = json{{"analysis", an_analysis()}}.dump();
    huge.replace(huge.find("\"evidence_s\":0.0"), 16, "\"evidence_s\":1e999");
    refused(huge);
}

TEST(WorkerProtocol, OnlyErrorsOfAnAnalysisCount) {
    for (const char* code : {"shutting_down", "cancelled", "unauthorized", "models_changed",
                             "quarantined", "storage_full", "bad_model"}) {
        const std::string text = json{{"code", code}, {"detail", "x"}}.dump();
        refused(text);
        EXPECT_EQ(error_info(parse_failure(text).code).name, code) << "the fork server may";
    }
    const auto saying = [](std::size_t bytes) {
        return to_json(WorkerMessage(Failed{ErrorCode::internal, std::string(bytes, 'x')}));
    };
    EXPECT_EQ(std::get<Failed>(parse_message(saying(100'000).dump())).detail.size(),
              kMaxDetailBytes);
    json long_one = saying(1);
    long_one["detail"] = std::string(10'000, 'x');
    refused(long_one.dump());
}

TEST(WorkerProtocol, AVerdictSoFarIsWhatWasPromised) {
    ASSERT_TRUE(is_verdict_so_far(a_verdict()));
    for (const auto& [place, value] : std::initializer_list<std::pair<const char*, json>>{
             {"/decision", "MAYBE"},
             {"/score", 1.5},
             {"/seconds", -1},
             {"/hints", json::array({"run"})},
             {"/faces/0/box", json::array({1, 2, 3})},
             {"/more", "of it"}}) {
        json verdict = a_verdict();
        verdict[json::json_pointer(place)] = value;
        EXPECT_FALSE(is_verdict_so_far(verdict)) << place;
        EXPECT_THROW(parse_message(json{{"so_far", verdict}}.dump()), Error) << place;
    }
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
    ASSERT_TRUE(send_all(here.get(), "abc", pipe));
    ::close(pipe[1]);
    ::close(pipe[0]);
    auto got = receive(there.get(), 100);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->bytes, "abc");
    ASSERT_TRUE(got->attached[0] && got->attached[1]);
    EXPECT_EQ(::write(got->attached[1].get(), "x", 1), 1);
    char byte = 0;
    EXPECT_EQ(::read(got->attached[0].get(), &byte, 1), 1);
    here = UniqueFd();
    there = UniqueFd(there.release());
    got = receive(there.get(), 100);
    EXPECT_TRUE(got && got->bytes.empty()) << "the other end is gone";
}

}  // namespace
}  // namespace syncnet::service
