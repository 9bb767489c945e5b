// One video in a process of its own.
#pragma once

#include "pipeline/analyzer.h"
#include "service/worker/sandbox.h"

namespace syncnet::service {

// Gives up system calls, takes one job with its video from the socket, answers with progress and
// the analysis or the error, and ends the process.
[[noreturn]] void work(int socket, const pipeline::Analyzer& analyzer,
                       const WorkerLimits& limits) noexcept;

}  // namespace syncnet::service
