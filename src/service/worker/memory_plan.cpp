#include "service/worker/memory_plan.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

#include "base/error.h"

namespace syncnet::service {
namespace fs = std::filesystem;

namespace {

// Version 1 has no word for "any", but the largest number of whole pages.
constexpr std::int64_t kAny = 1LL << 60U;

std::optional<std::int64_t> number_in(const fs::path& file) {
    std::ifstream stream(file);
    std::string text;
    stream >> text;
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc{} && value > 0 && value < kAny ? std::optional(value)
                                                               : std::nullopt;
}

// The least of a group and all that it is in. In a container its own group may be the outermost
// that is seen.
std::optional<std::int64_t> least_of(const fs::path& mount, fs::path group, const char* file) {
    std::optional<std::int64_t> least;
    for (;; group = group.parent_path()) {
        const auto limit = number_in(mount / group.relative_path() / file);
        if (limit && (!least || *limit < *least)) least = limit;
        if (!group.has_relative_path()) return least;
    }
}

std::string megabytes(std::int64_t bytes) {
    return std::to_string(bytes >> 20U) + " MB";
}

}  // namespace

std::optional<std::int64_t> memory_limit(const fs::path& root) {
    const fs::path mount = root / "sys/fs/cgroup";
    std::ifstream groups(root / "proc/self/cgroup");
    // ID:controllers:/path, where version 2 names no controllers.
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const fs::path group = line.substr(second + 1);
        std::optional<std::int64_t> limit;
        if (controllers == ",,") limit = least_of(mount, group, "memory.max");
        if (controllers.find(",memory,") != std::string::npos)
            limit = least_of(mount / "memory", group, "memory.limit_in_bytes");
        if (limit) return limit;
    }
    return std::nullopt;
}

std::int64_t worker_memory(std::optional<std::int64_t> wanted, int workers,
                           std::optional<std::int64_t> limit) {
    const std::int64_t each = wanted.value_or(kWorkerMemory);
    if (!limit) return each;
    const std::int64_t left = (*limit - kServiceMemory) / workers;
    if (each <= left) return each;
    if (!wanted && left >= kLeastWorkerMemory) return left;
    const std::int64_t needed = wanted.value_or(kLeastWorkerMemory);
    throw Error(ErrorCode::invalid_setting,
                "WORKERS, WORKER_MEMORY_MB: the control group may take " + megabytes(*limit) +
                    "; " + std::to_string(workers) + " workers of " + megabytes(needed) + " and " +
                    megabytes(kServiceMemory) + " for the service itself make " +
                    megabytes(workers * needed + kServiceMemory) +
                    ". Give it more, or set fewer workers" + (wanted ? " or less for each" : ""));
}

}  // namespace syncnet::service
