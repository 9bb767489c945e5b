// What a process gives up before it looks at a stranger's video.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace syncnet::service {

// What of it could be had here; kernels and containers differ.
struct Confinement {
    bool namespaces = false;  // no network but its own empty one; root is an empty folder
    bool processes = false;   // nobody outside can be named, to be sent a signal or looked into
    bool mounts = false;      // nothing is mounted but that folder
    bool landlock = false;    // no path can be opened, no port used
    bool landlock_scopes = false;  // signals and abstract sockets stay among the confined
};

// For the process that makes the workers, and so for all of them: no privileges, old or new, no
// network, no files beyond those that are open, no core dumps, not to be traced. Where processes
// may have a namespace, a child goes on in it, and its parent ends as the child does; so what is
// cleared by a fork is to be set after this call. Single-threaded callers only.
// `scratch`: where an empty folder can be made. Throws internal where even no_new_privs fails.
Confinement give_up_network_and_files(const std::filesystem::path& scratch);

struct WorkerLimits {
    std::int64_t max_memory_bytes = 0;  // private writable memory; 0: no limit
    std::chrono::seconds max_cpu_time{0};
};

// For a worker: resource limits, and system calls by allow-list. It can compute, use the
// descriptors that it has, start threads and end. What a library tries in vain without harm
// (opening a file, asking for a terminal) fails with an error; anything else kills the process with
// SIGSYS. Threads that are there already are confined as well. Throws internal.
void give_up_system_calls(const WorkerLimits& limits);

nlohmann::json to_json(const Confinement& confinement);

}  // namespace syncnet::service
