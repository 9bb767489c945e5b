#include "report/edl.h"

#include <algorithm>
#include <filesystem>

#include "base/number_text.h"

namespace syncnet::report {
namespace {

// Of one line: printable ASCII, without what Resolve takes for the next field.
std::string line_text(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) text += c >= ' ' && c <= '~' && c != '|' ? c : '?';
    return text;
}

std::string frame_rate(const media::TimeCodes& times) {
    const media::FrameRate rate = times.rate();
    return rate.seconds == 1 ? std::to_string(rate.frames) : fixed_point(rate.per_second(), 3);
}

std::string resolve_colour(std::string_view colour) {
    std::string name = "ResolveColor";
    name += colour.front();
    for (const char c : colour.substr(1)) name += static_cast<char>(c - 'A' + 'a');
    return name;
}

std::string event(const Marker& marker, std::size_t number, const media::TimeCodes& times) {
    const MarkerKindInfo& kind = info(marker.kind);
    const int first = times.own_frame(marker.frames.from);
    const int end = std::max(first + 1, times.own_frame(marker.frames.to));
    const std::string in = times.text(first), out = times.text(end);
    const std::string title(kind.title), colour(kind.colour), text = line_text(marker.text);
    std::string digits = std::to_string(number);
    digits.insert(0, 3 - std::min<std::size_t>(3, digits.size()), '0');
    return digits + "  AX       V     C        " + in + " " + out + " " + in + " " + out +
           "\n* LOC: " + in + " " + colour + std::string(8 - colour.size(), ' ') + title +
           "\n* COMMENT: " + text + "\n |C:" + resolve_colour(colour) + " |M:" + title + ": " +
           text + " |D:" + std::to_string(end - first) + "\n\n";
}

}  // namespace

std::string edl(const Review& review) {
    const std::string name = line_text(std::filesystem::path(review.video).filename().string());
    std::string text = "TITLE: " + name +
                       "\nFCM: " + (review.times.drops() ? "DROP FRAME" : "NON-DROP FRAME") +
                       "\n* FRAME RATE: " + frame_rate(review.times) + "\n\n";
    const std::size_t count = std::min(review.markers.size(), kMostEvents);
    for (std::size_t i = 0; i < count; ++i) text += event(review.markers[i], i + 1, review.times);
    return text;
}

}  // namespace syncnet::report
