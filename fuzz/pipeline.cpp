// Everything behind the reader: faces, lips, audio and the verdict, of a file that is short.
#include "pipeline/analyzer.h"

#include <cstdlib>
#include <new>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "fuzz/targets.h"

namespace syncnet::fuzz {
namespace {

const pipeline::Analyzer& analyzer() {
    static const pipeline::Analyzer one = [] {
        pipeline::AnalyzerOptions options;
        options.reading.limits = {.max_bytes = 1 << 20,
                                  .max_seconds = 4,
                                  .max_pixels_per_frame = 640LL * 480,
                                  .max_total_pixels = 640LL * 480 * 100};
        return pipeline::Analyzer(
            pipeline::load_models({.folder = pipeline::default_model_dir(), .threads = 1}),
            options);
    }();
    return one;
}

}  // namespace

void pipeline(std::span<const std::byte> file) {
    if (file.empty()) return;
    try {
        const auto analysis = analyzer().analyze(media::Source::from_bytes(file),
                                                 {.timeline = pipeline::TimelineOptions{}});
        const auto score = analysis.verdict.score;
        if (score && !(*score >= 0 && *score <= 1)) std::abort();
        (void)pipeline::to_json(analysis).dump();
    } catch (const Error& e) {
        if (e.code() == ErrorCode::internal) throw;
    } catch (const std::bad_alloc&) {
    }
}

}  // namespace syncnet::fuzz
