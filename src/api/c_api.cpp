// The C interface: handles around the C++ types, and errors instead of exceptions.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <stop_token>
#include <string>
#include <utility>

#include "syncnet/syncnet.h"
#include "syncnet/syncnet_c.h"

struct syncnet_error {
    std::string code, message;
};
struct syncnet_stop {
    std::stop_source source;
};
struct syncnet_analyzer {
    syncnet::Analyzer analyzer;
};
struct syncnet_feed {
    syncnet::Feed feed;
    syncnet::FeedFormat format;
};
struct syncnet_result {
    syncnet::Result result;
};

namespace {

// Where not even an error has room. Nobody changes or frees it.
const syncnet_error kNoMemory{.code = "out_of_memory", .message = "there is no memory left"};

syncnet_error* error_of(const char* code, const char* message) noexcept {
    try {
        return std::make_unique<syncnet_error>(syncnet_error{code, message}).release();
    } catch (...) {
        return const_cast<syncnet_error*>(&kNoMemory);
    }
}

// Runs `work`; what it throws becomes an error.
template <typename Work>
syncnet_error* guarded(const Work& work) noexcept {
    try {
        work();
        return nullptr;
    } catch (const syncnet::Error& e) {
        return error_of(e.info().name.data(), e.what());
    } catch (const std::bad_alloc&) {
        return error_of("out_of_memory", "there is no memory left");
    } catch (const std::exception& e) {
        return error_of("internal", e.what());
    } catch (...) {
        return error_of("internal", "an unknown exception");
    }
}

// As much of it as the caller's header knew; the rest is 0.
template <typename Struct>
Struct known(const Struct* given) {
    Struct whole{};
    if (given != nullptr) std::memcpy(&whole, given, std::min(given->size, sizeof whole));
    return whole;
}

template <typename Struct>
void fill(Struct* into, Struct from) {
    from.size = into->size;
    std::memcpy(into, &from, std::min(into->size, sizeof from));
}

std::string text(const char* given, const char* otherwise = "") {
    return given == nullptr ? otherwise : given;
}

template <typename Pointer>
Pointer needed(Pointer given, const char* name) {
    if (given == nullptr)
        throw syncnet::Error(syncnet::ErrorCode::invalid_request, std::string(name) + " is NULL");
    return given;
}

syncnet::Request to_request(const syncnet_request* given) {
    const syncnet_request known_request = known(given);
    syncnet::Request request{.face = text(known_request.face, "all"),
                             .audio = text(known_request.audio, "best")};
    if (known_request.max_offset_ms != 0) request.max_offset_ms = known_request.max_offset_ms;
    if (known_request.window_s != 0 || known_request.step_s != 0)
        request.windows = {.window_s = known_request.window_s, .step_s = known_request.step_s};
    request.early = known_request.early != 0;
    if (known_request.timeout_ms != 0)
        request.timeout = std::chrono::milliseconds(known_request.timeout_ms);
    if (known_request.stop != nullptr) request.stop = known_request.stop->source.get_token();
    if (known_request.on_progress != nullptr)
        request.on_progress = [call = known_request.on_progress,
                               user = known_request.user](double done) { call(done, user); };
    return request;
}

syncnet_decision to_c(syncnet::Decision decision) {
    switch (decision) {
        case syncnet::Decision::allow:
            return SYNCNET_ALLOW;
        case syncnet::Decision::block:
            return SYNCNET_BLOCK;
        case syncnet::Decision::next:
            break;
    }
    return SYNCNET_NEXT;
}

// `analyze` makes the result.
template <typename Analyze>
syncnet_error* give(syncnet_result** result, const Analyze& analyze) {
    return guarded([&] {
        *needed(result, "result") = nullptr;
        *result = std::make_unique<syncnet_result>(syncnet_result{analyze()}).release();
    });
}

}  // namespace

const char* syncnet_version() {
    return syncnet::version().data();
}

const char* syncnet_error_code(const syncnet_error* error) {
    return error->code.c_str();
}
const char* syncnet_error_message(const syncnet_error* error) {
    return error->message.c_str();
}
void syncnet_error_free(syncnet_error* error) {
    if (error != &kNoMemory) std::unique_ptr<syncnet_error>{error};
}

syncnet_stop* syncnet_stop_new() {
    try {
        return std::make_unique<syncnet_stop>().release();
    } catch (...) {
        return nullptr;
    }
}
void syncnet_stop_request(syncnet_stop* stop) {
    stop->source.request_stop();
}
void syncnet_stop_free(syncnet_stop* stop) {
    std::unique_ptr<syncnet_stop>{stop};
}

syncnet_error* syncnet_analyzer_new(const syncnet_analyzer_options* options,
                                    syncnet_analyzer** analyzer) {
    return guarded([&] {
        *needed(analyzer, "analyzer") = nullptr;
        const syncnet_analyzer_options o = known(options);
        *analyzer = std::make_unique<syncnet_analyzer>(
                        syncnet_analyzer{syncnet::Analyzer({.models = text(o.models),
                                                            .model = text(o.model),
                                                            .model_path = text(o.model_path),
                                                            .detector_path = text(o.detector_path),
                                                            .calibration = text(o.calibration),
                                                            .cropped = o.cropped != 0})})
                        .release();
    });
}
void syncnet_analyzer_free(syncnet_analyzer* analyzer) {
    std::unique_ptr<syncnet_analyzer>{analyzer};
}

syncnet_error* syncnet_analyze_file(const syncnet_analyzer* analyzer, const char* video,
                                    const syncnet_request* request, syncnet_result** result) {
    return give(result, [&] {
        return needed(analyzer, "analyzer")
            ->analyzer.analyze_file(needed(video, "video"), to_request(request));
    });
}

syncnet_error* syncnet_analyze_bytes(const syncnet_analyzer* analyzer, const void* bytes,
                                     size_t length, const syncnet_request* request,
                                     syncnet_result** result) {
    return give(result, [&] {
        return needed(analyzer, "analyzer")
            ->analyzer.analyze_bytes({static_cast<const std::byte*>(bytes), length},
                                     to_request(request));
    });
}

syncnet_error* syncnet_analyze_fd(const syncnet_analyzer* analyzer, int fd,
                                  const syncnet_request* request, syncnet_result** result) {
    return give(result, [&] {
        return needed(analyzer, "analyzer")->analyzer.analyze_fd(fd, to_request(request));
    });
}

syncnet_error* syncnet_feed_new(const syncnet_analyzer* analyzer, const syncnet_feed_format* format,
                                const syncnet_request* request, syncnet_feed** feed) {
    return guarded([&] {
        *needed(feed, "feed") = nullptr;
        const syncnet_feed_format f = known(needed(format, "format"));
        const syncnet::FeedFormat whole{.width = f.width,
                                        .height = f.height,
                                        .fps = f.fps == 0 ? syncnet::FeedFormat{}.fps : f.fps,
                                        .sample_rate = f.sample_rate};
        *feed =
            std::make_unique<syncnet_feed>(
                syncnet_feed{
                    needed(analyzer, "analyzer")->analyzer.feed(whole, to_request(request)), whole})
                .release();
    });
}

syncnet_error* syncnet_feed_push_frame(syncnet_feed* feed, const uint8_t* rgb, size_t stride,
                                       int64_t time_us) {
    return guarded([&] {
        const syncnet::FeedFormat& format = needed(feed, "feed")->format;
        const auto row = 3 * static_cast<std::size_t>(format.width);
        const std::size_t step = stride == 0 ? row : stride;
        const auto rows = static_cast<std::size_t>(format.height);
        std::optional<std::chrono::microseconds> time;
        if (time_us >= 0) time = std::chrono::microseconds(time_us);
        feed->feed.push_frame({needed(rgb, "rgb"), step * (rows - 1) + row}, step, time);
    });
}

syncnet_error* syncnet_feed_push_samples(syncnet_feed* feed, const float* samples, size_t count) {
    return guarded([&] { needed(feed, "feed")->feed.push_samples({samples, count}); });
}

syncnet_error* syncnet_feed_finish(syncnet_feed* feed, syncnet_result** result) {
    return give(result, [&] { return needed(feed, "feed")->feed.finish(); });
}
void syncnet_feed_free(syncnet_feed* feed) {
    std::unique_ptr<syncnet_feed>{feed};
}

void syncnet_result_summary(const syncnet_result* result, syncnet_summary* summary) {
    const syncnet::Result& r = result->result;
    syncnet_summary whole{.decision = to_c(r.decision),
                          .has_score = r.score.has_value(),
                          .score = r.score.value_or(0),
                          .as_published = r.model.as_published,
                          .reasons = r.reasons.size(),
                          .faces = r.faces.size(),
                          .curve_points = r.curve.size()};
    if (r.measurement) {
        whole.offset_frames = r.measurement->offset_frames;
        whole.fine_offset_frames = r.measurement->fine_offset_frames;
        whole.confidence = r.measurement->confidence;
        whole.min_dist = r.measurement->min_dist;
        whole.evidence_s = r.measurement->evidence_s;
    }
    fill(summary, whole);
}

const char* syncnet_result_reason_code(const syncnet_result* result, size_t index) {
    const auto& reasons = result->result.reasons;
    return index < reasons.size() ? reasons[index].code.c_str() : nullptr;
}
const char* syncnet_result_reason_sentence(const syncnet_result* result, size_t index) {
    const auto& reasons = result->result.reasons;
    return index < reasons.size() ? reasons[index].sentence.c_str() : nullptr;
}

int syncnet_result_face(const syncnet_result* result, size_t index, syncnet_face* face) {
    if (index >= result->result.faces.size()) return 0;
    const syncnet::Face& f = result->result.faces[index];
    syncnet_face whole{.track = f.track,
                       .start_s = f.seen.start_s,
                       .end_s = f.seen.end_s,
                       .left = f.mean_box.left,
                       .top = f.mean_box.top,
                       .right = f.mean_box.right,
                       .bottom = f.mean_box.bottom,
                       .decision = to_c(f.decision),
                       .has_score = f.score.has_value(),
                       .score = f.score.value_or(0),
                       .has_measurement = f.measurement.has_value()};
    if (f.measurement) {
        whole.offset_frames = f.measurement->offset_frames;
        whole.confidence = f.measurement->confidence;
        whole.min_dist = f.measurement->min_dist;
    }
    fill(face, whole);
    return 1;
}

int syncnet_result_curve_point(const syncnet_result* result, size_t index, int* offset_frames,
                               double* distance) {
    if (index >= result->result.curve.size()) return 0;
    const syncnet::CurvePoint& point = result->result.curve[index];
    *offset_frames = point.offset_frames;
    *distance = point.distance.value_or(std::numeric_limits<double>::quiet_NaN());
    return 1;
}

const char* syncnet_result_json(const syncnet_result* result) {
    return result->result.json.c_str();
}
void syncnet_result_free(syncnet_result* result) {
    std::unique_ptr<syncnet_result>{result};
}
