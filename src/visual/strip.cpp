#include "visual/strip.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/number_text.h"
#include "visual/glyphs.h"
#include "visual/theme.h"

namespace syncnet::visual {
namespace {

constexpr double kUsualWidth = 480;  // of a strip whose letters have dots of one pixel
constexpr double kViewSeconds = 12;
constexpr float kQuiet = 0.05F;  // a clip that has nothing louder is not drawn louder than it is
constexpr double kCurveShare = 0.3;

// Heights from the top, in dots.
constexpr double kMargin = 4, kHeadline = 13, kWaveHeight = 34, kSpeakersHeight = 9,
                 kOffsetsHeight = 30, kSecondsHeight = 11;

double scale_of(int width) {
    return std::max(1.0, width / kUsualWidth);
}

double in_frames(double seconds) {
    return seconds * media::kFrameRate;
}

std::string signed_number(int value) {
    return (value > 0 ? "+" : "") + std::to_string(value);
}

std::string headline(const pipeline::Analysis& a) {
    if (!a.verdict.score) return a.verdict.reasons.front().sentence;
    const sync::SyncResult& r = *a.voice.result;
    const int ms = std::abs(r.offset_frames) * 1000 / media::kFrameRate;
    std::string text =
        "score " + fixed_point(*a.verdict.score, 2) + "  offset " + signed_number(r.offset_frames);
    if (ms != 0)
        text +=
            " (audio " + std::to_string(ms) + " ms " + (r.offset_frames > 0 ? "early)" : "late)");
    return text + "  conf " + fixed_point(r.confidence, 1) + "  " + a.model + " " + a.model_version;
}

Spot spot(double x, double y) {
    return {x, y};
}

}  // namespace

int strip_height(int width) {
    const double dots =
        2 * kMargin + kHeadline + kWaveHeight + kSpeakersHeight + kOffsetsHeight + kSecondsHeight;
    return 2 * static_cast<int>(std::lround(dots * scale_of(width) / 2));
}

Strip::Strip(const Rect& place, const pipeline::Reading& reading,
             const pipeline::Analysis& analysis)
    : reading_(&reading),
      analysis_(&analysis),
      scale_(scale_of(place.width)),
      loudest_(reading.peaks.empty() ? kQuiet : std::max(kQuiet, std::ranges::max(reading.peaks))),
      place_(place) {
    const int left = place.x + px(kMargin);
    const int inner = place.width - 2 * px(kMargin);
    const int curve_width = static_cast<int>(inner * kCurveShare);
    const int width = inner - curve_width - px(kMargin);
    int top = place.y + px(kMargin) + px(kHeadline);
    const auto row = [&](double height) {
        const Rect panel{left, top, width, px(height)};
        top += px(height);
        return panel;
    };
    wave_ = row(kWaveHeight);
    speakers_ = row(kSpeakersHeight);
    offsets_ = row(kOffsetsHeight);
    seconds_ = row(kSecondsHeight);
    curve_ = {left + width + px(kMargin), wave_.y, curve_width,
              seconds_.y + seconds_.height - wave_.y};
}

int Strip::px(double units) const {
    return static_cast<int>(std::lround(units * scale_));
}

// A short clip as a whole; a long one goes by, with the playhead in the middle.
Strip::View Strip::view_at(const Rect& panel, std::int64_t frame) const {
    const auto all = static_cast<double>(std::max<std::int64_t>(1, reading_->frames));
    const double length = std::min(all, in_frames(kViewSeconds));
    const double from = std::clamp(static_cast<double>(frame) - length / 2, 0.0, all - length);
    return {.from = from, .to = from + length, .panel = panel};
}

void Strip::draw(Canvas& canvas, std::int64_t frame) const {
    canvas.fill(place_, kBackground);
    draw_headline(canvas);
    draw_wave(canvas, view_at(wave_, frame), frame);
    draw_speakers(canvas, view_at(speakers_, frame));
    draw_offsets(canvas, view_at(offsets_, frame));
    draw_seconds(canvas, view_at(seconds_, frame));
    draw_curve(canvas);

    const double x = view_at(wave_, frame).x(static_cast<double>(frame) + 0.5);
    canvas.line(spot(x, wave_.y), spot(x, offsets_.y + offsets_.height), std::max(1.0, scale_),
                kPlayhead);
}

void Strip::draw_headline(Canvas& canvas) const {
    const score::Decision decision = analysis_->verdict.decision;
    const std::string word(score::to_string(decision));
    const int left = wave_.x;
    const int top = place_.y + px(kMargin) - px(1);
    const int width = static_cast<int>(text_width(word, scale_)) + px(5);
    canvas.fill({left, top, width, px(kGlyphHeight + 4)}, colour_of(decision));
    canvas.text(spot(left + px(3), top + px(2)), word, scale_, kInk);
    canvas.text(spot(left + width + px(5), top + px(2)), headline(*analysis_), scale_, kText);
}

void Strip::draw_wave(Canvas& canvas, const View& view, std::int64_t frame) const {
    canvas.fill(view.panel, kPanel);
    for (const Interval& speech : analysis_->timeline->speech) {
        const double left =
            std::max(view.x(static_cast<double>(speech.from)), double(view.panel.x));
        const double right = std::min(view.x(static_cast<double>(speech.to)),
                                      double(view.panel.x + view.panel.width));
        if (right > left)
            canvas.fill({static_cast<int>(left), view.panel.y, static_cast<int>(right - left),
                         view.panel.height},
                        kSpeech);
    }
    const double middle = view.panel.y + view.panel.height / 2.0;
    const double per_pixel = (view.to - view.from) / view.panel.width * pipeline::kPeaksPerFrame;
    for (int x = 0; x < view.panel.width; ++x) {
        const double first = view.from * pipeline::kPeaksPerFrame + x * per_pixel;
        const auto from = static_cast<std::size_t>(first);
        const auto to = std::max(from + 1, static_cast<std::size_t>(first + per_pixel));
        float peak = 0;
        for (std::size_t i = from; i < std::min(to, reading_->peaks.size()); ++i)
            peak = std::max(peak, reading_->peaks[i]);
        const double reach = std::max(0.5, peak / loudest_ * (view.panel.height / 2.0 - px(2)));
        const auto at = static_cast<std::int64_t>(first / pipeline::kPeaksPerFrame);
        const bool speech = pipeline::is_speech(reading_->speech, at);
        const Rect bar{view.panel.x + x, static_cast<int>(middle - reach), 1,
                       std::max(1, static_cast<int>(2 * reach))};
        canvas.fill(bar, speech ? kWave : kSilence, at <= frame ? 1.0 : 0.6);
    }
}

void Strip::draw_speakers(Canvas& canvas, const View& view) const {
    canvas.fill(view.panel, kBackground);
    for (const pipeline::Speaking& s : analysis_->timeline->speakers) {
        const double left =
            std::max(view.x(static_cast<double>(s.frames.from)), double(view.panel.x));
        const double right = std::min(view.x(static_cast<double>(s.frames.to)),
                                      double(view.panel.x + view.panel.width));
        if (right <= left) continue;
        canvas.fill({static_cast<int>(left), view.panel.y,
                     static_cast<int>(std::ceil(right - left)), view.panel.height},
                    s.track ? colour_of(*s.track) : kNobody);
        const std::string name = s.track ? "track " + std::to_string(*s.track) : "no face";
        if (text_width(name, scale_) + px(4) < right - left)
            canvas.text(spot(left + px(2), view.panel.y + px(1)), name, scale_,
                        s.track ? kInk : kText);
    }
}

void Strip::draw_offsets(Canvas& canvas, const View& view) const {
    canvas.fill(view.panel, kPanel);
    const double middle = view.panel.y + view.panel.height / 2.0;
    const auto y = [&](int offset) {
        return middle -
               offset * (view.panel.height - px(4)) / (2.0 * std::max(1, analysis_->max_offset));
    };
    canvas.fill({view.panel.x, static_cast<int>(middle), view.panel.width, 1}, kGrid);
    // The leading track last, so that it lies above the others.
    const auto& tracks = analysis_->timeline->tracks;
    for (std::size_t i = tracks.size(); i-- > 0;) {
        const Colour colour = colour_of(tracks[i].id);
        for (const pipeline::OffsetRun& run : tracks[i].offsets) {
            const double left =
                std::max(view.x(static_cast<double>(run.frames.from)), double(view.panel.x));
            const double right = std::min(view.x(static_cast<double>(run.frames.to)),
                                          double(view.panel.x + view.panel.width));
            if (right > left && i == 0)
                canvas.line(spot(left, y(run.result.offset_frames)),
                            spot(right, y(run.result.offset_frames)), scale_, colour);
        }
        for (const pipeline::Window& w : tracks[i].windows) {
            const double frame = static_cast<double>(w.frames.from + w.frames.to) / 2;
            if (!w.evidence() || frame < view.from || frame > view.to) continue;
            canvas.disc(spot(view.x(frame), y(w.result->offset_frames)),
                        (i == 0 ? 1.6 : 1.0) * scale_, colour);
        }
    }
    canvas.text(spot(view.panel.x + px(2), view.panel.y + px(2)), "offset", scale_, kDim);
}

void Strip::draw_seconds(Canvas& canvas, const View& view) const {
    const double seconds = (view.to - view.from) / media::kFrameRate;
    const int step = seconds > 6 ? 2 : 1;
    const int first = static_cast<int>(std::ceil(view.from / media::kFrameRate / step)) * step;
    for (int s = first; in_frames(s) <= view.to; s += step) {
        const double x = view.x(in_frames(s));
        const std::string label = std::to_string(s) + " s";
        canvas.fill({static_cast<int>(x), view.panel.y, 1, px(2)}, kDim);
        if (x + text_width(label, scale_) < view.panel.x + view.panel.width)
            canvas.text(spot(x + px(2), view.panel.y + px(3)), label, scale_, kDim);
    }
}

void Strip::draw_curve(Canvas& canvas) const {
    canvas.fill(curve_, kPanel);
    const Spot title = spot(curve_.x + px(3), curve_.y + px(3));
    const score::Voice& voice = analysis_->voice;
    if (!voice.result) {
        canvas.text(title, "no sync curve", scale_, kDim);
        return;
    }
    const auto& distances = voice.curve.mean_distance;
    const int reach = std::min(voice.curve.reach, analysis_->max_offset);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double d : distances)
        if (!std::isnan(d)) {
            low = std::min(low, d);
            high = std::max(high, d);
        }
    high = std::max(high, low + 0.1);
    const Rect plot{curve_.x + px(6), curve_.y + px(14), curve_.width - px(12),
                    curve_.height - px(14) - px(kSecondsHeight) - px(4)};
    const auto x = [&](int offset) {
        return plot.x + (offset + reach) * plot.width / (2.0 * reach);
    };
    const auto y = [&](double d) { return plot.y + (high - d) / (high - low) * plot.height; };
    canvas.fill({static_cast<int>(x(0)), plot.y, 1, plot.height}, kGrid);

    // Offsets grow to the right; shifts have the other sign.
    for (int offset = 1 - reach; offset <= reach; ++offset) {
        const std::size_t s = voice.curve.shift_of(offset);
        if (!std::isnan(distances[s]) && !std::isnan(distances[s + 1]))
            canvas.line(spot(x(offset - 1), y(distances[s + 1])), spot(x(offset), y(distances[s])),
                        scale_, kWave);
    }
    canvas.disc(spot(x(voice.result->offset_frames), y(voice.result->min_dist)), 2.2 * scale_,
                colour_of(analysis_->verdict.decision));
    canvas.text(title, "distance, min " + fixed_point(voice.result->min_dist, 1), scale_, kDim);
    const double below = plot.y + plot.height + px(4);
    for (const int offset : {-reach, 0, reach}) {
        const std::string label = signed_number(offset);
        const double width = text_width(label, scale_);
        canvas.text(spot(std::clamp(x(offset) - width / 2, double(curve_.x + px(2)),
                                    double(curve_.x + curve_.width) - width),
                         below),
                    label, scale_, kDim);
    }
}

}  // namespace syncnet::visual
