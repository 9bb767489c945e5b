#include "syncnet/analyzer.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include "api/analyzer_impl.h"
#include "api/model_folder.h"
#include "api/to_request.h"
#include "api/to_result.h"

namespace syncnet {
namespace {

pipeline::ModelOptions to_models(const AnalyzerOptions& options) {
    return {.folder = options.models.empty() ? api::model_folder() : options.models,
            .model = options.model,
            .model_path = options.model_path,
            .s3fd = options.detector_path,
            .threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
            .calibration = options.calibration};
}

// A file of the caller's own may be as large as it likes: memory does not grow with it.
constexpr media::Limits kLimits{.max_bytes = std::numeric_limits<std::int64_t>::max()};

Result analyze(const pipeline::Analyzer& analyzer, media::Source source, const Request& request) {
    return api::to_result(analyzer.analyze(std::move(source), api::to_request(request)));
}

}  // namespace

Analyzer::Impl::Impl(const AnalyzerOptions& options)
    : limits(kLimits),
      analyzer(pipeline::load_models(to_models(options)),
               {.reading = {.limits = kLimits, .cropped = options.cropped}}) {}

Analyzer::Analyzer(const AnalyzerOptions& options) : impl_(std::make_shared<const Impl>(options)) {}
Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&&) noexcept = default;
Analyzer& Analyzer::operator=(Analyzer&&) noexcept = default;

Result Analyzer::analyze_file(const std::filesystem::path& video, const Request& request) const {
    return analyze(impl_->analyzer, media::Source::from_path(video), request);
}

Result Analyzer::analyze_bytes(std::span<const std::byte> video, const Request& request) const {
    return analyze(impl_->analyzer, media::Source::from_bytes(video), request);
}

Result Analyzer::analyze_fd(int fd, const Request& request) const {
    return analyze(impl_->analyzer, media::Source::from_fd(fd), request);
}

}  // namespace syncnet
