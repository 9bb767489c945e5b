// What would put the video right: a command to type, or why there is none.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "pipeline/analysis.h"
#include "report/offsets.h"

namespace syncnet::report {

struct Proposal {
    std::string text;  // one sentence or two
    std::string
        command;  // for a shell, quoted; empty: there is nothing to do, or nothing to be done
};

// `offsets`: of the analysis. `flags`: those of the analysis that the command has to have, too, as
// they would be typed
// (" --face left"); empty: none.
Proposal propose(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets,
                 const std::filesystem::path& video, const std::string& flags);

}  // namespace syncnet::report
