#include "evaluate/embedding_cases.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "evaluate/draw.h"
#include "pipeline/face_evidence.h"

namespace syncnet::evaluate {
namespace {

using pipeline::Reading;
using pipeline::ReadTrack;

constexpr double kLeastWeight = 0.5;  // of a window's pairs

// Where the window's lips lie nearest to its audio, within the published range. A measurement and
// no verdict: for that, a word is too little evidence.
std::optional<sync::SyncResult> nearest_offset(const Reading& window,
                                               const pipeline::ScoringModel& scoring) {
    if (window.tracks.empty()) return std::nullopt;
    const auto face =
        pipeline::face_evidence(window.tracks.front(), window, scoring, sync::kPublishedReach);
    sync::CurveSums sums(sync::kPublishedReach);
    for (std::int64_t t = face.map.first_step(); t < face.map.end_step(); ++t)
        sums.add(face.map.step(t));
    return sync::read_curve(sums.curve(kLeastWeight));
}

void add_windows(const Reading& reading, const Interval& span, int lead, const Judge& judge,
                 ClipRecord& record) {
    const auto track = std::ranges::find(reading.tracks, lead, &ReadTrack::id);
    if (track == reading.tracks.end()) return;
    const sync::Embeddings& lips = track->lips.embeddings;
    const pipeline::ScoringModel& scoring = judge.analyzer->models().find(judge.request.model);
    const std::int64_t from = std::max(span.from, lips.first_frame);
    const std::int64_t to = std::min(span.to, lips.end_frame());
    const auto add = [&](int length, std::int64_t first) {
        const Reading window = stretch(reading, *track, first, first + length);
        Case c = case_of("window", std::to_string(length), judge(window), record.zero);
        if (scoring.calibration.pairs)
            if (const auto nearest = nearest_offset(window, scoring)) set_result(c, *nearest);
        record.cases.push_back(std::move(c));
    };
    for (const int length : kWindowLengths) {
        const std::int64_t fit = std::max<std::int64_t>(0, to - from) / length;
        const std::int64_t count = std::min<std::int64_t>(fit, kMaxWindows);
        for (std::int64_t i = 0; i < count; ++i) add(length, from + i * fit / count * length);
        // Longer than the speech: one with the speech in its middle.
        if (fit == 0 && from < to && lips.count() >= length)
            add(length,
                std::clamp((from + to - length) / 2, lips.first_frame, lips.end_frame() - length));
    }
}

// The images of a clip, and which part of a donor's audio goes with them.
struct Form {
    Reading reading;  // in sync, as far as it is known
    bool trimmed;
};

void add_case(Case c, const Form& form, ClipRecord& record) {
    c.trimmed = form.trimmed;
    record.cases.push_back(std::move(c));
}

void add_swapped(const Clip& clip, const Form& form, const Judge& judge, Donors& donors,
                 ClipRecord& record) {
    for (const Donor who : {Donor::same_speaker, Donor::other_speaker, Donor::other_corpus}) {
        const auto donor = donors.of(clip, who);
        if (!donor) continue;
        const Audio audio = form.trimmed ? trimmed(donor->audio, *donor->speech) : donor->audio;
        add_case(case_of("swapped", to_string(who), judge(with_audio(form.reading, audio)), {}),
                 form, record);
    }
}

void add_shifted(const Clip& clip, const Form& form, const Judge& judge, ClipRecord& record) {
    Draw draw(clip.path, "shift");
    for (const int way : {1, -1}) {
        const int frames =
            way * (kMinShift + static_cast<int>(draw.below(kMaxShift - kMinShift + 1)));
        add_case(case_of("shifted", std::to_string(frames), judge(delayed(form.reading, frames)),
                         -frames),
                 form, record);
    }
}

void add_forms(const Clip& clip, const Form& form, const Judge& judge, Donors& donors,
               const Groups& groups, ClipRecord& record) {
    add_case(case_of("genuine", "", judge(form.reading), 0), form, record);
    if (groups.has("swapped")) add_swapped(clip, form, judge, donors, record);
    if (groups.has("shifted")) add_shifted(clip, form, judge, record);
}

}  // namespace

void find_zero(const Clip& clip, const pipeline::Analysis& whole, ClipRecord& record) {
    record.zero_known = clip.offset.has_value();
    record.zero = clip.offset;
    if (clip.offset || !clip.genuine()) return;
    record.zero = 0;
    if (!whole.voice.result) return;
    const int own = whole.voice.result->offset_frames;
    if (std::abs(own) <= kMaxOwnOffset) record.zero = own;
}

void add_embedding_cases(const ReadClip& read, const Judge& judge, Donors& donors,
                         const Groups& groups, ClipRecord& record) {
    const Clip& clip = *read.clip;
    const Reading& reading = read.reading;
    const auto& span = read.speech;
    const pipeline::Analysis whole = judge(reading);
    find_zero(clip, whole, record);
    Case as_it_is = case_of("as it is", "", whole, record.zero);
    as_it_is.trimmed = false;
    record.cases.push_back(std::move(as_it_is));
    if (!clip.genuine()) {
        if (span)
            record.cases.push_back(
                case_of("as it is", "", judge(trimmed(reading, *span)), record.zero));
        return;
    }
    const std::int64_t in_place = std::llround(*record.zero);
    add_forms(clip, {.reading = delayed(reading, in_place), .trimmed = false}, judge, donors,
              groups, record);
    if (!span) return;
    if (groups.has("windows") && !whole.tracks.empty())
        add_windows(reading, *span, whole.tracks.front().id, judge, record);
    add_forms(clip, {.reading = delayed(trimmed(reading, *span), in_place), .trimmed = true}, judge,
              donors, groups, record);
}

}  // namespace syncnet::evaluate
