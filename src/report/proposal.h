// What would put the video right: a command to type, or why there is none.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/fixer.h"
#include "report/offsets.h"

namespace syncnet::report {

enum class Remedy {
    nothing,  // it is in its place
    move,     // the audio, by one offset
    stretch,  // the audio, to the speed of the video, and move it
    cut,      // the video, where the offset jumps, and mend each part
    none,     // `fix` can't
};
std::string_view to_string(Remedy remedy);  // "move": in files; stable

struct Proposal {
    Remedy remedy = Remedy::nothing;
    std::string text;                 // one sentence or two
    std::string command;              // for a shell, quoted; empty: there is none
    pipeline::Correction correction;  // of move and stretch
};

// `offsets`: of the analysis. `flags`: those of the analysis that the command has to have, too, as
// they would be typed
// (" --face left"); empty: none.
Proposal propose(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets,
                 const std::filesystem::path& video, const std::string& flags);

}  // namespace syncnet::report
