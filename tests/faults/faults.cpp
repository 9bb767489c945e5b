// Makes file calls of a program fail or wait, as a bad disk does, and its clock jump: to be
// preloaded (LD_PRELOAD).
//
// FAULTS_FOLDER: calls are counted for what lies below it. FAULTS_CONTROL: a file of a few
// integers, struct Control, that a test changes while the program runs (tests/blackbox/faults.py).
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace {

enum Call : std::uint32_t {  // bits
    kOpen = 1,
    kWrite = 2,
    kSync = 4,
    kRename = 8,
    kUnlink = 16,
    kTruncate = 32,
    kRead = 64
};

struct Control {
    std::atomic<std::uint32_t> calls;  // which ones; 0: none, and nothing is counted
    std::atomic<std::int32_t> error;   // errno of those that fail; 0: they wait, but go well
    std::atomic<std::int32_t> first;   // the first one that is meant, from 0 on
    std::atomic<std::int32_t> times;   // how many are
    std::atomic<std::int32_t> wait_ms;
    std::atomic<std::int32_t> seen;     // calls so far
    std::atomic<std::int32_t> ahead_s;  // of the time of day; the steady clock is left alone
};

Control* control = nullptr;
std::string_view folder;

template <typename Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

bool is_below(std::string_view path) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_open_below(int fd) {
    std::array<char, 64> link{};
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
    std::array<char, 4096> path{};
    const ssize_t length = ::readlink(link.data(), path.data(), path.size());
    return length > 0 && is_below({path.data(), static_cast<std::size_t>(length)});
}

// True if the call is to fail; errno is set then.
bool fails() {
    const std::int32_t n = control->seen++;
    if (n < control->first || n - control->first >= control->times) return false;
    if (const int ms = control->wait_ms; ms > 0) {
        timespec time{.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1'000'000L};
        ::nanosleep(&time, nullptr);
    }
    if (control->error == 0) return false;
    errno = control->error;
    return true;
}

bool wanted(Call call) {
    return control != nullptr && (control->calls & call) != 0;
}
bool fails(Call call, int fd) {
    return wanted(call) && is_open_below(fd) && fails();
}
bool fails(Call call, const char* path) {
    if (!wanted(call) || path == nullptr) return false;
    if (path[0] == '/') return is_below(path) && fails();
    std::array<char, 4096> at{};
    if (::getcwd(at.data(), at.size()) == nullptr) return false;
    return is_below(at.data()) && fails();
}

__attribute__((constructor)) void begin() {
    const char* const file = std::getenv("FAULTS_CONTROL");
    const char* const where = std::getenv("FAULTS_FOLDER");
    if (file == nullptr || where == nullptr) return;
    folder = where;
    const int fd = real<int (*)(const char*, int, ...)>("open")(file, O_RDWR | O_CLOEXEC);
    void* const shared =
        ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) control = static_cast<Control*>(shared);
    ::close(fd);
    ::unsetenv("LD_PRELOAD");  // for this process, not for those that it starts
}

mode_t mode_of(int flags, va_list& arguments) {
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

#define OPEN(name)                                                             \
    extern "C" int name(const char* path, int flags, ...) {                    \
        va_list arguments;                                                     \
        va_start(arguments, flags);                                            \
        const mode_t mode = mode_of(flags, arguments);                         \
        va_end(arguments);                                                     \
        if (fails(kOpen, path)) return -1;                                     \
        return real<int (*)(const char*, int, ...)>(#name)(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define ON_FILE(call, result, name, parameters, arguments)  \
    extern "C" result name parameters {                     \
        if (fails(call, fd)) return -1;                     \
        return real<result(*) parameters>(#name) arguments; \
    }
ON_FILE(kWrite, ssize_t, write, (int fd, const void* bytes, size_t size), (fd, bytes, size))
ON_FILE(kWrite, ssize_t, pwrite, (int fd, const void* bytes, size_t size, off_t at),
        (fd, bytes, size, at))
ON_FILE(kWrite, ssize_t, pwrite64, (int fd, const void* bytes, size_t size, off64_t at),
        (fd, bytes, size, at))
ON_FILE(kWrite, int, fallocate, (int fd, int mode, off_t from, off_t size), (fd, mode, from, size))
ON_FILE(kRead, ssize_t, read, (int fd, void* bytes, size_t size), (fd, bytes, size))
ON_FILE(kRead, ssize_t, pread, (int fd, void* bytes, size_t size, off_t at), (fd, bytes, size, at))
ON_FILE(kRead, ssize_t, pread64, (int fd, void* bytes, size_t size, off64_t at),
        (fd, bytes, size, at))
ON_FILE(kSync, int, fsync, (int fd), (fd))
ON_FILE(kSync, int, fdatasync, (int fd), (fd))
ON_FILE(kTruncate, int, ftruncate, (int fd, off_t size), (fd, size))
ON_FILE(kTruncate, int, ftruncate64, (int fd, off64_t size), (fd, size))

#define ON_PATH(call, name, parameters, path, arguments) \
    extern "C" int name parameters {                     \
        if (fails(call, path)) return -1;                \
        return real<int(*) parameters>(#name) arguments; \
    }
ON_PATH(kRename, rename, (const char* from, const char* to), to, (from, to))
ON_PATH(kUnlink, unlink, (const char* path), path, (path))

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const int result = real<int (*)(clockid_t, timespec*)>("clock_gettime")(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME && control != nullptr)
        time->tv_sec += control->ahead_s;
    return result;
}
extern "C" int gettimeofday(timeval* time, void* zone) noexcept {
    const int result = real<int (*)(timeval*, void*)>("gettimeofday")(time, zone);
    if (result == 0 && control != nullptr) time->tv_sec += control->ahead_s;
    return result;
}
extern "C" std::time_t time(std::time_t* to) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (to != nullptr) *to = now.tv_sec;
    return now.tv_sec;
}
