#include <nlohmann/json.hpp>

#include "base/error.h"
#include "pipeline/analyzer.h"
#include "syncnet/syncnet.h"

namespace syncnet {
namespace {

Decision to_public(score::Decision decision) {
    switch (decision) {
        case score::Decision::allow:
            return Decision::allow;
        case score::Decision::block:
            return Decision::block;
        case score::Decision::next:
            break;
    }
    return Decision::next;
}

// Runs `work`; its errors leave as the public type.
template <typename Work>
auto translated(const Work& work) {
    try {
        return work();
    } catch (const Error& e) {
        throw ScoreError(std::string(e.info().name), e.what());
    }
}

}  // namespace

struct Scorer::Impl {
    explicit Impl(const ScorerOptions& options)
        : analyzer(pipeline::load_models({.folder = options.models.empty()
                                                        ? pipeline::default_model_dir()
                                                        : options.models,
                                          .model = options.model,
                                          .model_path = options.model_path,
                                          .calibration = options.calibration}),
                   {}) {}

    Answer score(media::Source source) const {
        const auto analysis = analyzer.analyze(std::move(source));
        Answer answer{.decision = to_public(analysis.verdict.decision),
                      .score = analysis.verdict.score,
                      .json = pipeline::to_json(analysis).dump()};
        for (const score::Why& why : analysis.verdict.reasons)
            answer.reason_codes.emplace_back(score::to_string(why.reason));
        if (analysis.verdict.score) {
            const sync::SyncResult& lead = *analysis.voice.result;
            answer.offset_frames = lead.offset_frames;
            answer.confidence = lead.confidence;
            answer.min_dist = lead.min_dist;
        }
        return answer;
    }

    pipeline::Analyzer analyzer;
};

Scorer::Scorer(const ScorerOptions& options)
    : impl_(translated([&] { return std::make_unique<Impl>(options); })) {}
Scorer::~Scorer() = default;
Scorer::Scorer(Scorer&&) noexcept = default;
Scorer& Scorer::operator=(Scorer&&) noexcept = default;

Answer Scorer::score_file(const std::filesystem::path& video) const {
    return translated([&] { return impl_->score(media::Source::from_path(video)); });
}

Answer Scorer::score_bytes(std::span<const std::byte> video) const {
    return translated([&] { return impl_->score(media::Source::from_bytes(video)); });
}

}  // namespace syncnet
