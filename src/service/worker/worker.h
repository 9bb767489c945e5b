// Looks at videos in a process of its own.
#pragma once

#include "pipeline/analyzer.h"
#include "service/worker/sandbox.h"

namespace syncnet::service {

// Gives up system calls, then takes one job after the other with its video from the socket and
// answers each with progress and the analysis or the error. Ends the process when the other end is
// gone.
[[noreturn]] void work(int socket, const pipeline::Analyzer& analyzer,
                       const WorkerLimits& limits) noexcept;

}  // namespace syncnet::service
