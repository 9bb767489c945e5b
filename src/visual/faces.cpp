#include "visual/faces.h"

#include <algorithm>
#include <cmath>

#include "base/number_text.h"
#include "visual/theme.h"

namespace syncnet::visual {
namespace {

constexpr double kUsualWidth = 480;  // of an image whose letters have dots of one pixel

const face::Box* box_at(const pipeline::ReadTrack& track, std::int64_t frame) {
    const std::int64_t i = frame - track.first_frame;
    return i >= 0 && i < std::ssize(track.boxes) ? &track.boxes[static_cast<std::size_t>(i)]
                                                 : nullptr;
}

Rect on_canvas(const face::Box& box, const Rect& shown, const pipeline::Reading& reading) {
    const double x = static_cast<double>(shown.width) / reading.width;
    const double y = static_cast<double>(shown.height) / reading.height;
    return {shown.x + static_cast<int>(std::lround(box.left * x)),
            shown.y + static_cast<int>(std::lround(box.top * y)),
            static_cast<int>(std::lround(box.width() * x)),
            static_cast<int>(std::lround(box.height() * y))};
}

bool speaks_at(const pipeline::Timeline& timeline, int track, std::int64_t frame) {
    return std::ranges::any_of(timeline.speakers, [&](const pipeline::Speaking& s) {
        return s.track == track && s.frames.from <= frame && frame < s.frames.to;
    });
}

struct Moment {
    double confidence = 0;
    std::string words;
};

Moment moment_of(const pipeline::TrackAnalysis& track, const pipeline::Window* window,
                 std::int64_t frame) {
    const std::string name = "Track " + std::to_string(track.id);
    if (window == nullptr || !window->evidence()) return {0, name};
    const auto own = static_cast<std::size_t>(frame - track.first_frame);
    const double confidence =
        own < track.framewise.size() ? track.framewise[own] : window->result->confidence;
    const int offset = window->result->offset_frames;
    return {confidence, name + ", Conf " + fixed_point(confidence, 1) + ", Offset " +
                            (offset > 0 ? "+" : "") + std::to_string(offset)};
}

void draw_label(Canvas& canvas, const Rect& box, const Rect& shown, const std::string& words,
                Colour colour) {
    const double scale = std::max(1.0, shown.width / kUsualWidth);
    const int pad = static_cast<int>(std::lround(2 * scale));
    const int width = static_cast<int>(text_width(words, scale)) + pad;
    const int height = static_cast<int>(text_height(scale)) + 2 * pad;
    // Above the box, but inside the image.
    const int left = std::clamp(box.x, shown.x, std::max(shown.x, shown.x + shown.width - width));
    const int top = std::max(shown.y, box.y - height);
    canvas.fill({left, top, width, height}, colour);
    canvas.text({static_cast<double>(left + pad), static_cast<double>(top + pad)}, words, scale,
                kInk);
}

}  // namespace

void draw_faces(Canvas& canvas, const Rect& shown, const pipeline::Reading& reading,
                const pipeline::Analysis& analysis, std::int64_t frame) {
    const pipeline::Timeline& timeline = *analysis.timeline;
    for (std::size_t i = 0; i < analysis.tracks.size(); ++i) {
        const pipeline::TrackAnalysis& track = analysis.tracks[i];
        const auto seen = std::ranges::find(reading.tracks, track.id, &pipeline::ReadTrack::id);
        const face::Box* box = box_at(*seen, frame);
        if (box == nullptr) continue;
        const pipeline::Window* window = timeline.window_at(timeline.tracks[i], frame);
        const Moment moment = moment_of(track, window, frame);
        const Rect place = on_canvas(*box, shown, reading);
        const int thin = std::max(2, shown.width / 240);
        const bool known = window != nullptr && window->evidence();
        canvas.outline(place, speaks_at(timeline, track.id, frame) ? 2 * thin : thin,
                       known ? colour_of_confidence(moment.confidence) : kDim);
        draw_label(canvas, place, shown, moment.words, colour_of(track.id));
    }
}

}  // namespace syncnet::visual
