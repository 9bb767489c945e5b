// What a worker tries, from inside, and what becomes of it.
#include "service/worker/sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <new>
#include <thread>
#include <vector>

#include "confined.h"
#include "service/worker/unix_socket.h"

namespace syncnet::service {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

TEST(Sandbox, WorkGoesOn) {
    EXPECT_EQ(confined([] {
                  std::vector<double> numbers(1 << 20, 1.5);
                  double sum = 0;
                  std::thread([&] {
                      for (const double n : numbers) sum += n;
                  }).join();
                  return sum == 1.5 * (1 << 20) ? 7 : 1;
              }),
              7);
}

TEST(Sandbox, WhoeverKillsAWorkerEndsAllOfIt) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const pid_t worker = ::fork();
    if (worker == 0) {
        (void)give_up_network_and_files(testing::TempDir());
        (void)!::write(pipe[1], "!", 1);
        for (;;) ::pause();
    }
    ::close(pipe[1]);
    std::array<char, 1> confined{};
    ASSERT_EQ(::read(pipe[0], confined.data(), 1), 1);
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
    pollfd ended{.fd = pipe[0], .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&ended, 1, 5000), 1) << "a process is left that holds the pipe";
    ::close(pipe[0]);
}

TEST(Sandbox, ADescriptorThatIsOpenCanBeRead) {
    const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(file, 0);
    EXPECT_EQ(confined([&] {
                  std::array<char, 4> head{};
                  struct stat status {};
                  const bool read = ::pread(file, head.data(), head.size(), 0) == 4;
                  return read && ::syscall(SYS_fstat, file, &status) == 0 && status.st_size > 4 ? 7
                                                                                                : 1;
              }),
              7);
    ::close(file);
}

TEST(Sandbox, NoFileCanBeOpened) {
    EXPECT_EQ(confined([] { return ::open("/etc/passwd", O_RDONLY) < 0 ? errno : 0; }), EACCES);
    EXPECT_EQ(
        confined([] { return ::open("/tmp/made", O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0; }),
        EACCES);
    EXPECT_EQ(confined([] {
                  return static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, "/", nullptr, 0));
              }),
              -SIGSYS);
    EXPECT_EQ(confined([] { return ::unlink("/etc/passwd"); }), -SIGSYS);
}

TEST(Sandbox, MemoryHasALimit) {
    if (kSanitized) GTEST_SKIP() << "a sanitizer's own memory is no worker's";
    constexpr std::int64_t kLimit = 256 << 20;
    const auto take = [](std::size_t bytes) {
        return [bytes] {
            try {
                std::vector<char> much(bytes, 1);
                return much[bytes / 2] == 1 ? 7 : 1;
            } catch (const std::bad_alloc&) {
                return 12;
            }
        };
    };
    EXPECT_EQ(confined(take(64 << 20), {.max_memory_bytes = kLimit}), 7);
    EXPECT_EQ(confined(take(512 << 20), {.max_memory_bytes = kLimit}), 12);
}

TEST(Sandbox, TimeHasALimit) {
    EXPECT_EQ(confined(
                  [] {
                      std::atomic<int> spins = 0;
                      while (spins.fetch_add(1) >= 0) spins = 0;
                      return 0;
                  },
                  {.max_cpu_time = std::chrono::seconds(1)}),
              -SIGKILL)
        << "soft and hard limit are one";
}

// Without the list of system calls: what is behind it holds by itself.
TEST(Sandbox, NetworkAndFilesAreGoneBeforeSystemCalls) {
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), length), 0);
    ASSERT_EQ(::listen(server, 1), 0);
    ASSERT_EQ(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &length), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const Confinement had = give_up_network_and_files(testing::TempDir());
        int failed = 0;
        if (had.namespaces) {
            const int client = ::socket(AF_INET, SOCK_STREAM, 0);
            if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
                failed |= 1;
            struct stat status {};
            if (::stat("/etc/passwd", &status) == 0) failed |= 2;
        }
        if ((had.landlock || had.namespaces) && ::open("/etc/passwd", O_RDONLY) >= 0) failed |= 4;
        if (had.landlock && ::open("/x", O_WRONLY | O_CREAT, 0600) >= 0) failed |= 8;
        ::_exit(failed);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    ::close(server);
}

TEST(Sandbox, LeavesNothingBehind) {
    const std::filesystem::path scratch =
        std::filesystem::path(testing::TempDir()) / "sandbox_scratch";
    std::filesystem::create_directory(scratch);
    const pid_t child = ::fork();
    if (child == 0) {
        (void)give_up_network_and_files(scratch);
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(std::filesystem::is_empty(scratch));
    std::filesystem::remove_all(scratch);
}

}  // namespace
}  // namespace syncnet::service
