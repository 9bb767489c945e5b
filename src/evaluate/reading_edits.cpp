#include "evaluate/reading_edits.h"

#include <algorithm>
#include <cmath>

#include "evaluate/measures.h"

namespace syncnet::evaluate {
namespace {

using pipeline::Reading;
using pipeline::ReadTrack;

// Rows [from, to) by their frames.
sync::Embeddings rows(const sync::Embeddings& all, std::int64_t from, std::int64_t to) {
    const std::int64_t first = std::clamp(from, all.first_frame, all.end_frame());
    const std::int64_t end = std::clamp(to, first, all.end_frame());
    const auto at = [&](std::int64_t frame) {
        return all.values.begin() +
               (frame - all.first_frame) * static_cast<std::int64_t>(all.dimensions);
    };
    sync::Embeddings part{
        .first_frame = first, .dimensions = all.dimensions, .values = {at(first), at(end)}};
    if (!all.reliability.empty())
        part.reliability = {all.reliability.begin() + (first - all.first_frame),
                            all.reliability.begin() + (end - all.first_frame)};
    return part;
}

sync::Lips rows(const sync::Lips& all, std::int64_t from, std::int64_t to) {
    return {.embeddings = rows(all.embeddings, from, to)};
}

Interval with_margin(const Interval& span) {
    return {.from = std::max<std::int64_t>(0, span.from - kSpeechMargin),
            .to = span.to + kSpeechMargin};
}

sync::Speech cut(const sync::Speech& speech, const Interval& kept) {
    const auto count = static_cast<std::int64_t>(speech.probability.size());
    const std::int64_t from = std::clamp<std::int64_t>(kept.from - speech.first_frame, 0, count);
    const std::int64_t to = std::clamp<std::int64_t>(kept.to - speech.first_frame, from, count);
    return {.first_frame = speech.first_frame + from - kept.from,
            .probability = {speech.probability.begin() + from, speech.probability.begin() + to}};
}

constexpr double kLoud = 0.95;  // the share of frames that are less loud

// In decibels, a frame of images each.
std::vector<double> frame_levels(std::span<const float> audio) {
    constexpr double kNothing = 1e-10;
    std::vector<double> levels;
    while (audio.size() >= media::kSamplesPerFrame) {
        double power = kNothing;
        for (const float s : audio.first(media::kSamplesPerFrame))
            power += static_cast<double>(s) * s;
        levels.push_back(10 * std::log10(power / media::kSamplesPerFrame));
        audio = audio.subspan(media::kSamplesPerFrame);
    }
    return levels;
}

}  // namespace

std::optional<Interval> speech_span(const sync::Speech& speech, std::span<const float> audio) {
    const auto intervals = pipeline::speech_intervals(speech);
    if (intervals.empty()) return std::nullopt;
    Interval span{.from = intervals.front().from, .to = intervals.back().to};
    const std::vector<double> levels = frame_levels(audio);
    const auto loud = quantile(levels, kLoud), quiet = quantile(levels, 1 - kLoud);
    if (!loud) return span;
    const double least = std::max(*loud - kAudibleDecibels, (*loud + *quiet) / 2);
    const auto audible = [&](std::int64_t frame) {
        return frame >= std::ssize(levels) ||  // not known
               levels[static_cast<std::size_t>(frame)] >= least;
    };
    while (span.from < span.to && !(audible(span.from) && audible(span.from + 1))) ++span.from;
    while (span.from < span.to && !(audible(span.to - 1) && audible(span.to - 2))) --span.to;
    if (span.from == span.to) return std::nullopt;
    return span;
}

Audio audio_of(const Reading& reading) {
    return {.embeddings = reading.audio, .speech = reading.speech, .has_audio = reading.has_audio};
}

Audio trimmed(const Audio& audio, const Interval& span) {
    const Interval kept = with_margin(span);
    Audio cut_audio{.embeddings = rows(audio.embeddings, span.from, span.to),
                    .speech = cut(audio.speech, kept),
                    .has_audio = audio.has_audio};
    cut_audio.embeddings.first_frame -= kept.from;
    return cut_audio;
}

Reading trimmed(const Reading& reading, const Interval& span) {
    const Interval kept = with_margin(span);
    const std::int64_t end = std::min(kept.to, reading.frames);
    Reading cut_reading{.video = reading.video,
                        .damage = reading.damage,
                        .frames = std::max<std::int64_t>(0, end - kept.from),
                        .cuts = reading.cuts,
                        .any_face = reading.any_face,
                        .detector = reading.detector};
    for (const ReadTrack& track : reading.tracks) {
        const std::int64_t first = std::max(track.first_frame, kept.from);
        const std::int64_t last = std::min(track.first_frame + track.frames, end);
        if (first >= last) continue;
        ReadTrack& left = cut_reading.tracks.emplace_back(
            ReadTrack{.id = track.id,
                      .first_frame = first - kept.from,
                      .frames = last - first,
                      .mean_box = track.mean_box,
                      .lips = rows(track.lips, span.from, span.to)});
        left.lips.embeddings.first_frame -= kept.from;
    }
    return with_audio(std::move(cut_reading), trimmed(audio_of(reading), span));
}

Reading delayed(Reading reading, std::int64_t frames) {
    reading.audio.first_frame += frames;
    reading.speech.first_frame += frames;
    return reading;
}

Reading with_audio(Reading reading, const Audio& audio) {
    reading.audio = audio.embeddings;
    reading.speech = audio.speech;
    reading.has_audio = audio.has_audio;
    return reading;
}

Reading stretch(const Reading& reading, const ReadTrack& track, std::int64_t from,
                std::int64_t to) {
    Reading part{.video = reading.video,
                 .frames = reading.frames,
                 .cuts = reading.cuts,
                 .any_face = reading.any_face,
                 .detector = reading.detector};
    part.tracks.push_back({.id = track.id,
                           .first_frame = track.first_frame,
                           .frames = track.frames,
                           .mean_box = track.mean_box,
                           .lips = rows(track.lips, from, to)});
    return with_audio(std::move(part), audio_of(reading));
}

}  // namespace syncnet::evaluate
