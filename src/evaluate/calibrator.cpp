#include "evaluate/calibrator.h"

#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "evaluate/measures.h"
#include "score/fit.h"

namespace syncnet::evaluate {
namespace {

struct Measured {
    score::Voice voice;
    int max_offset = 0;
    score::Evidence evidence;
    score::Verdict verdict;
    std::string left_out;  // why there is no result; else empty
};

Measured measure(const pipeline::Analyzer& analyzer, const Clip& clip,
                 const CalibratorOptions& options, const std::stop_token& stop) {
    try {
        pipeline::Request request = options.request();
        request.stop = stop;
        const auto a = analyzer.analyze(media::Source::from_path(clip.file), request);
        if (!a.verdict.score) return {.left_out = a.verdict.reasons.front().sentence};
        return {.voice = a.voice,
                .max_offset = a.max_offset,
                .evidence = a.evidence,
                .verdict = a.verdict};
    } catch (const Error& e) {
        if (e.code() == ErrorCode::cancelled) throw;
        return {.left_out = e.what()};
    }
}

std::vector<Measured> measure_all(const pipeline::Analyzer& analyzer,
                                  const std::vector<Clip>& clips, const CalibratorOptions& options,
                                  const std::stop_token& stop) {
    std::vector<Measured> measured(clips.size());
    std::atomic<std::size_t> next = 0;
    std::mutex reporting;
    std::size_t done = 0;
    std::exception_ptr failure;
    const auto measure_some = [&] {
        for (std::size_t i = next++; i < clips.size(); i = next++) try {
                measured[i] = measure(analyzer, clips[i], options, stop);
                const std::lock_guard lock(reporting);
                ++done;
                if (options.on_progress)
                    options.on_progress(static_cast<double>(done) /
                                        static_cast<double>(clips.size()));
            } catch (...) {
                const std::lock_guard lock(reporting);
                failure = std::current_exception();
                next = clips.size();
            }
    };
    {
        std::vector<std::jthread> workers;
        workers.reserve(static_cast<std::size_t>(options.jobs));
        for (int i = 0; i < options.jobs; ++i) workers.emplace_back(measure_some);
    }
    if (failure) std::rethrow_exception(failure);
    return measured;
}

// One side of the clips, genuine or not.
struct Side {
    std::vector<double> scores;
    std::size_t allowed = 0;

    void add(double score, bool is_allowed) {
        scores.push_back(score);
        allowed += is_allowed ? 1 : 0;
    }
    double share_allowed() const {
        return static_cast<double>(allowed) / static_cast<double>(scores.size());
    }
};

// Neither side is empty: fit() saw to that.
ErrorRates rates_of(const Side& genuine, const Side& others) {
    return {.fpr = others.share_allowed(),
            .fnr = 1 - genuine.share_allowed(),
            .eer = *equal_error_rate(roc(genuine.scores, others.scores))};
}

}  // namespace

CalibrationReport calibrate(const pipeline::Analyzer& analyzer, const std::vector<Clip>& clips,
                            const CalibratorOptions& options, const std::stop_token& stop) {
    const pipeline::ScoringModel& scoring = analyzer.models().find(options.request().model);
    const sync::SyncModelInfo& model = scoring.network->info();
    const std::vector<Measured> measured = measure_all(analyzer, clips, options, stop);

    CalibrationReport report;
    std::vector<score::LabelledResult> results;
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < clips.size(); ++i)
        if (measured[i].left_out.empty()) {
            results.push_back({*measured[i].voice.result, measured[i].voice.faces,
                               clips[i].genuine(), clips[i].speaker});
            used.push_back(i);
        } else if (options.on_left_out) {
            options.on_left_out(clips[i].path + ": " + measured[i].left_out);
        }
    const score::Fit fit = score::fit(results, scoring.calibration, options.fpr);
    report.file = {.calibration = fit.calibration,
                   .thresholds = fit.thresholds,
                   .model = model.name,
                   .model_version = model.version};

    Side genuine_before, others_before, genuine_after, others_after;
    for (std::size_t k = 0; k < used.size(); ++k) {
        const Clip& clip = clips[used[k]];
        const Measured& m = measured[used[k]];
        const score::Decision before = m.verdict.decision;
        const bool in_time =
            std::abs(m.voice.result->offset_frames) <= fit.thresholds.max_offset_frames;
        (clip.genuine() ? genuine_before : others_before)
            .add(*m.verdict.score, before == score::Decision::allow);
        (clip.genuine() ? genuine_after : others_after)
            .add(fit.scores[k], in_time && fit.scores[k] >= fit.thresholds.allow);
        const score::Decision after =
            score::judge(score::rescored(m.voice, fit.calibration), m.evidence, fit.calibration,
                         fit.thresholds, m.max_offset)
                .decision;
        if (before != after) report.changed.push_back({clip.path, clip.genuine(), before, after});
    }
    report.genuine = std::ssize(genuine_after.scores);
    report.others = std::ssize(others_after.scores);
    report.before = rates_of(genuine_before, others_before);
    report.after = rates_of(genuine_after, others_after);
    return report;
}

}  // namespace syncnet::evaluate
