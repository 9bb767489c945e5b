// A process of its own that is confined as a worker is.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "service/worker/sandbox.h"

namespace syncnet::service {

enum class Layers { all, without_system_calls };

// How it ends, once confined, with `work`: its exit status, or minus the signal.
inline int confined(const std::function<int()>& work, const WorkerLimits& limits = {},
                    Layers layers = Layers::all) {
    const pid_t child = ::fork();
    if (child == 0) {
        (void)give_up_network_and_files(testing::TempDir());
        if (layers == Layers::all) give_up_system_calls(limits);
        ::_exit(work());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace syncnet::service
