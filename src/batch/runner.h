// Many videos, several at a time, in memory that does not grow with their number.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "batch/results_file.h"
#include "batch/video_names.h"
#include "pipeline/analyzer.h"

namespace syncnet::batch {

struct RunOptions {
    std::string model;          // empty: the default one
    pipeline::FaceChoice face;  // whose voice it has to be
    pipeline::AudioChoice audio;
    int jobs = 1;  // videos at a time
};

// `names` is called once, on this thread, with what takes the names; those that `results` has are
// left out. The rows of a video are written as soon as it is done. Whatever is wrong with a video
// becomes its row. After a stop nothing is begun; what was begun is finished and written. Throws
// what `names` and ResultsFile::write throw.
void run(const pipeline::Analyzer& analyzer, const RunOptions& options, ResultsFile& results,
         const std::stop_token& stop, const std::function<void(const TakeName&)>& names);

}  // namespace syncnet::batch
