#include "evaluate/evaluator.h"

#include <chrono>
#include <new>

#include "base/error.h"
#include "evaluate/media_cases.h"
#include "pipeline/speech.h"

namespace syncnet::evaluate {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double seconds(std::int64_t frames) {
    return static_cast<double>(frames) / media::kFrameRate;
}

void set_error(ClipRecord& record, ErrorCode code, std::string_view detail) {
    record.cases.clear();
    record.error = error_info(code).name;
    record.error_detail = detail;
}

}  // namespace

Evaluator::Evaluator(const pipeline::Analyzer& analyzer, const std::vector<Clip>& clips,
                     const EvaluatorOptions& options)
    : analyzer_(&analyzer),
      clips_(&clips),
      options_(options),
      media_(drawn_subset(clips, options.groups.any_media() ? options.media_clips : 0)),
      donors_(clips, [this](const Clip& clip) { return audio(clip); }),
      speech_(options.groups.has("tampered")) {}

bool Evaluator::is_media(const Clip& clip) const {
    return media_[static_cast<std::size_t>(&clip - clips_->data())];
}

std::vector<std::string> Evaluator::left_out() const {
    return missing_for_media_cases(options_.groups, speech_);
}

ClipRecord Evaluator::evaluate(const Clip& clip) {
    ClipRecord record{.path = clip.path,
                      .corpus = clip.corpus,
                      .speaker = clip.speaker,
                      .label = clip.label,
                      .media = is_media(clip)};
    try {
        measure(clip, record);
    } catch (const Error& e) {
        set_error(record, e.code(), e.what());
    } catch (const std::bad_alloc&) {
        set_error(record, ErrorCode::out_of_memory, "there was not enough memory");
    } catch (const std::exception& e) {
        set_error(record, ErrorCode::internal, e.what());
    }
    return record;
}

void Evaluator::measure(const Clip& clip, ClipRecord& record) {
    const pipeline::Request request = options_.request();
    Judge judge{.analyzer = analyzer_, .request = request};
    judge.request.deadline.reset();  // the limit is for reading the clip, not for all its cases
    auto start = Clock::now();
    ReadClip read{.clip = &clip,
                  .reading = analyzer_->read(media::Source::from_path(clip.file), request)};
    record.read_time = since(start);
    record.seconds = seconds(read.reading.frames);
    record.speech_seconds = seconds(
        pipeline::speech_frames(read.reading.speech, 0, std::numeric_limits<std::int64_t>::max()));
    start = Clock::now();
    (void)judge(read.reading);
    record.judge_time = since(start);
    read.speech = speech_span(read.reading.speech, load_audio(media::Source::from_path(clip.file)));
    add_embedding_cases(read, judge, donors_, options_.groups, record);
    if (!record.media) return;
    start = Clock::now();
    add_media_cases(read, {.judge = &judge, .donors = &donors_, .speech = &speech_},
                    options_.groups, record);
    record.media_time = since(start);
}

Donated Evaluator::audio(const Clip& clip) const {
    const auto reading =
        analyzer_->read(media::Source::from_path(clip.file), {.model = options_.request().model});
    return {.clip = &clip,
            .audio = audio_of(reading),
            .speech = speech_span(reading.speech, load_audio(media::Source::from_path(clip.file)))};
}

}  // namespace syncnet::evaluate
