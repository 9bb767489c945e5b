// How much memory there is for workers where the service runs in a container.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace syncnet::service {

// Beside workers' videos: HTTP, models, the database, and what idle workers keep.
inline constexpr std::int64_t kServiceMemory = 384LL << 20U;
// Of one worker, where nothing else is said; and less than which is refused where it has to share.
inline constexpr std::int64_t kWorkerMemory = 2048LL << 20U;
inline constexpr std::int64_t kLeastWorkerMemory = 512LL << 20U;

// Bytes that the control groups of this process may take, of any version; nothing: any. `root` is
// where /proc and /sys lie.
std::optional<std::int64_t> memory_limit(const std::filesystem::path& root = "/");

// Bytes for each of so many workers: as many as `wanted` (nothing: kWorkerMemory, or what the limit
// leaves). Throws invalid_setting, with the arithmetic, where they don't fit.
std::int64_t worker_memory(std::optional<std::int64_t> wanted, int workers,
                           std::optional<std::int64_t> limit);

}  // namespace syncnet::service
