#include "service/worker/memory_plan.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"

namespace syncnet::service {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::int64_t kGigabyte = 1LL << 30U;

// A /proc and a /sys of our own.
class MemoryLimit : public ::testing::Test {
  protected:
    void SetUp() override { fs::remove_all(root_); }
    void TearDown() override { fs::remove_all(root_); }

    void write(const fs::path& name, const std::string& text) const {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text << '\n';
    }
    std::optional<std::int64_t> limit() const { return memory_limit(root_); }

    const fs::path root_ =
        fs::path(testing::TempDir()) / ("memory_plan_test." + std::to_string(::getpid()));
};

TEST_F(MemoryLimit, IsNoneWhereNobodySaysSo) {
    EXPECT_EQ(limit(), std::nullopt);
    write("proc/self/cgroup", "0::/a");
    EXPECT_EQ(limit(), std::nullopt);
    write("sys/fs/cgroup/a/memory.max", "max");
    EXPECT_EQ(limit(), std::nullopt);
    write("proc/self/cgroup", "not a control group");
    EXPECT_EQ(limit(), std::nullopt);
}

TEST_F(MemoryLimit, OfVersion2IsTheLeastOnTheWayUp) {
    write("proc/self/cgroup", "0::/outer/inner");
    write("sys/fs/cgroup/outer/inner/memory.max", "3000000000");
    EXPECT_EQ(limit(), 3'000'000'000);
    write("sys/fs/cgroup/outer/memory.max", "2000000000");
    EXPECT_EQ(limit(), 2'000'000'000);
}

TEST_F(MemoryLimit, OfAContainerLiesAtTheRoot) {
    write("proc/self/cgroup", "0::/");
    write("sys/fs/cgroup/memory.max", "2147483648");
    EXPECT_EQ(limit(), 2 * kGigabyte);
}

TEST_F(MemoryLimit, OfVersion1) {
    write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:blkio,memory:/docker/42\n0::/");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
    EXPECT_EQ(limit(), std::nullopt);
    write("sys/fs/cgroup/memory/docker/42/memory.limit_in_bytes", "1073741824");
    EXPECT_EQ(limit(), kGigabyte);
    // Within the container, its group is the root of what is seen.
    fs::remove_all(root_ / "sys/fs/cgroup/memory/docker");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648");
    EXPECT_EQ(limit(), 2 * kGigabyte);
}

TEST(WorkerMemory, IsWhatIsWantedWhereItFits) {
    EXPECT_EQ(worker_memory({}, 2, {}), kWorkerMemory);
    EXPECT_EQ(worker_memory(kGigabyte, 2, {}), kGigabyte);
    EXPECT_EQ(worker_memory({}, 2, 8 * kGigabyte), kWorkerMemory);
    EXPECT_EQ(worker_memory(kGigabyte, 2, 3 * kGigabyte), kGigabyte);
}

TEST(WorkerMemory, IsWhatIsLeft) {
    EXPECT_EQ(worker_memory({}, 2, 2 * kGigabyte), (2 * kGigabyte - kServiceMemory) / 2);
    EXPECT_EQ(worker_memory({}, 1, kGigabyte), kGigabyte - kServiceMemory);
}

TEST(WorkerMemory, IsRefusedWithTheArithmetic) {
    const auto refusal = [](auto... what) -> std::string {
        try {
            (void)worker_memory(what...);
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_setting);
            return e.what();
        }
        return "it was taken";
    };
    const std::string wanted = refusal(std::optional(kGigabyte), 2, std::optional(2 * kGigabyte));
    for (const char* part : {"WORKER_MEMORY_MB", "may take 2048 MB", "2 workers of 1024 MB",
                             "384 MB", "make 2432 MB", "less for each"})
        EXPECT_THAT(wanted, HasSubstr(part));
    EXPECT_THAT(refusal(std::optional<std::int64_t>(), 2, std::optional(kGigabyte)),
                HasSubstr("2 workers of 512 MB and 384 MB for the service itself make 1408 MB"));
    EXPECT_THAT(refusal(std::optional<std::int64_t>(), 2, std::optional(kGigabyte / 8)),
                HasSubstr("may take 128 MB"));
}

}  // namespace
}  // namespace syncnet::service
