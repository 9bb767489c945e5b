#include "api/to_request.h"

#include <algorithm>
#include <string_view>

#include "api/to_result.h"
#include "base/error.h"
#include "pipeline/face_choice.h"
#include "pipeline/max_offset.h"

namespace syncnet::api {
namespace {

constexpr double kLongestWindow = 3600;
constexpr std::chrono::milliseconds kLongestTimeout =
    std::chrono::days(365);  // a clock can count it

template <typename Choice>
Choice chosen(const std::optional<Choice>& choice, const std::string& text, std::string_view what) {
    if (!choice)
        throw Error(ErrorCode::invalid_request, "\"" + text + "\" is not " + std::string(what));
    return *choice;
}

pipeline::TimelineOptions to_timeline(const WindowOptions& windows) {
    if (!(windows.window_s > 0 && windows.window_s <= kLongestWindow && windows.step_s > 0 &&
          windows.step_s <= kLongestWindow))
        throw Error(ErrorCode::invalid_request,
                    "windows and their steps are above 0 and at most 3600 seconds");
    return {.window_seconds = windows.window_s, .step_seconds = windows.step_s};
}

}  // namespace

pipeline::Request to_request(const Request& request) {
    pipeline::Request wanted{.face = chosen(pipeline::parse_face_choice(request.face), request.face,
                                            pipeline::kFaceChoices),
                             .audio = chosen(pipeline::parse_audio_choice(request.audio),
                                             request.audio, pipeline::kAudioChoices),
                             .on_progress = request.on_progress,
                             .stop = request.stop};
    if (request.max_offset_ms) {
        const std::string text = std::to_string(*request.max_offset_ms);
        wanted.max_offset_ms =
            chosen(pipeline::parse_max_offset_ms(text), text, pipeline::max_offsets());
    }
    wanted.early = request.early;
    if (request.on_verdict)
        wanted.on_verdict = [tell = request.on_verdict](const pipeline::Analysis& so_far) {
            tell(to_result(so_far));
        };
    if (request.windows) wanted.timeline = to_timeline(*request.windows);
    if (request.timeout)
        wanted.deadline =
            std::chrono::steady_clock::now() + std::min(*request.timeout, kLongestTimeout);
    return wanted;
}

}  // namespace syncnet::api
