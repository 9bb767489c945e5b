// Many videos, several at a time, in memory that does not grow with their number.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "batch/results.h"
#include "batch/video_names.h"
#include "pipeline/analyzer.h"

namespace syncnet::batch {

struct RunOptions {
    std::function<pipeline::Request()> request;        // asked for anew for each video
    std::function<bool(std::span<const Row>)> wanted;  // videos whose rows are written
    int jobs = 1;                                      // videos at a time
};

// `names` is called once, on this thread, with what takes the names; those that `results` had at
// the start are left out. The rows of a video are written as soon as it is done, if they are
// wanted, and then handed to `take`, one video at a time. Whatever is wrong with a video becomes
// its row. After a stop nothing is begun; what was begun is finished and written. Throws what
// `names`, Results::write and `take` throw.
void run(const pipeline::Analyzer& analyzer, const RunOptions& options, Results& results,
         const std::stop_token& stop, const std::function<void(const TakeName&)>& names,
         const TakeVideo& take);

}  // namespace syncnet::batch
