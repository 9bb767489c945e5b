// What an Analyzer and its Feeds share.
#pragma once

#include "media/limits.h"
#include "pipeline/analyzer.h"
#include "syncnet/analyzer.h"

namespace syncnet {

struct Analyzer::Impl {
    explicit Impl(const AnalyzerOptions& options);

    media::Limits limits;
    pipeline::Analyzer analyzer;
};

}  // namespace syncnet
