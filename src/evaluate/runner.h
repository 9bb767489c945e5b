// Many clips, several at a time, with a word now and then about how far it is.
#pragma once

#include <functional>
#include <stop_token>

#include "evaluate/cases_file.h"
#include "evaluate/evaluator.h"

namespace syncnet::evaluate {

struct Progress {
    std::size_t done = 0, clips = 0, errors = 0;
    double seconds_left = 0;  // as the work so far says; 0: not known yet
};

// Evaluates the clips that `file` does not have, `jobs` at a time, and writes each as it is done.
// Returns all records in the order of `clips`; after a stop, those there are: nothing is begun,
// what was begun is finished. `on_progress` is called after each clip, one at a time. Throws what
// CasesFile::write throws.
std::vector<ClipRecord> run(Evaluator& evaluator, const std::vector<Clip>& clips, CasesFile& file,
                            int jobs, const std::stop_token& stop,
                            const std::function<void(const Progress&)>& on_progress);

}  // namespace syncnet::evaluate
