#include "service/worker/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "base/unique_fd.h"

namespace syncnet::service {
namespace {

// An open-file limit of what is open at the start and what a decoder may duplicate.
constexpr rlim_t kMaxOpenFiles = 32;
// Of pthread_create, all of them.
constexpr scmp_datum_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND |
                                 CLONE_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                 CLONE_CHILD_CLEARTID;

[[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorCode::internal, "the sandbox can't be closed: " + what);
}

// A folder that is empty, and gone: nothing can be put into it any more.
UniqueFd deleted_folder(const std::filesystem::path& scratch) {
    std::string name = (scratch / "syncnet-root-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return {};
    UniqueFd folder(::open(name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    ::rmdir(name.c_str());
    return folder;
}

// Lets go of every mount but an empty one, which hides `scratch` for this process alone.
bool empty_mounts(const std::filesystem::path& scratch) {
    constexpr unsigned long kNothing = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", scratch.c_str(), "tmpfs", kNothing, "size=4k,mode=555") == 0 &&
           ::chdir(scratch.c_str()) == 0 && ::syscall(SYS_pivot_root, ".", ".") == 0 &&
           ::umount2(".", MNT_DETACH) == 0 && ::chdir("/") == 0;
}

// A namespace of processes begins with a child of whoever made it: as that, the caller goes on.
// What stays behind holds nothing, and ends as the child does.
bool enter_process_namespace() {
    if (::unshare(CLONE_NEWPID) != 0) return false;
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever kills the caller means this one
        return true;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close_range(0, ~0U, 0);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        std::signal(WTERMSIG(status), SIG_DFL);
        ::raise(WTERMSIG(status));
    }
    ::_exit(WEXITSTATUS(status));
}

// In a user namespace it may do so whoever it is.
Confinement enter_namespaces(const std::filesystem::path& scratch) {
    Confinement entered;
    const UniqueFd nowhere = deleted_folder(scratch);
    if (!nowhere || ::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
        return entered;
    entered.mounts = empty_mounts(scratch);
    entered.namespaces = entered.mounts || (::fchdir(nowhere.get()) == 0 && ::chroot(".") == 0);
    entered.processes = enter_process_namespace();
    return entered;
}

void drop_capabilities() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    const std::array<__user_cap_data_struct, 2> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) fail("capabilities");
}

// As of ABI 6; the headers that this is built with may be older.
struct LandlockRules {
    std::uint64_t files = 0, network = 0, scopes = 0;
};

// Forbids all paths, the network, and signals and abstract sockets of others.
void restrict_by_landlock(Confinement& confinement) {
    const long abi =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) return;
    LandlockRules rules{.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1};  // all of ABI 1
    if (abi >= 2) rules.files |= 1ULL << 13U;  // LANDLOCK_ACCESS_FS_REFER
    if (abi >= 3) rules.files |= 1ULL << 14U;  // LANDLOCK_ACCESS_FS_TRUNCATE
    if (abi >= 4) rules.network = 0b11;        // LANDLOCK_ACCESS_NET_BIND_TCP, _CONNECT_TCP
    if (abi >= 5) rules.files |= 1ULL << 15U;  // LANDLOCK_ACCESS_FS_IOCTL_DEV
    if (abi >= 6) rules.scopes = 0b11;         // LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, _SIGNAL
    const UniqueFd ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0)));
    confinement.landlock = ruleset && ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
    confinement.landlock_scopes = confinement.landlock && rules.scopes != 0;
}

void limit(__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    if (::setrlimit(resource, &both) != 0) fail("setrlimit");
}

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

void add(const Filter& filter, std::uint32_t action, int call) {
    if (seccomp_rule_add(filter.get(), action, call, 0) != 0)
        fail("rule for system call " + std::to_string(call));
}

void allow_if(const Filter& filter, int call, const scmp_arg_cmp& condition) {
    if (seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &condition) != 0)
        fail("rule for system call " + std::to_string(call));
}

}  // namespace

Confinement give_up_network_and_files(const std::filesystem::path& scratch) {
    limit(RLIMIT_CORE, 0);
    Confinement confinement = enter_namespaces(scratch);
    drop_capabilities();
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs");
    restrict_by_landlock(confinement);
    // Whoever runs as the same user can't look into it, nor can it be made to look into others.
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) fail("dumpable");
    return confinement;
}

void give_up_system_calls(const WorkerLimits& limits) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, kMaxOpenFiles);
    if (limits.max_cpu_time.count() > 0)
        limit(RLIMIT_CPU, static_cast<rlim_t>(limits.max_cpu_time.count()));
    if (limits.max_memory_bytes > 0)
        limit(RLIMIT_DATA, static_cast<rlim_t>(limits.max_memory_bytes));
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs");

    const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
    if (!filter) fail("seccomp");
    // All threads, also those that a library has started.
    if (seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1) != 0) fail("seccomp tsync");
    for (const int call : {SCMP_SYS(read),
                           SCMP_SYS(pread64),
                           SCMP_SYS(write),
                           SCMP_SYS(sendmsg),
                           SCMP_SYS(recvmsg),
                           SCMP_SYS(close),
                           SCMP_SYS(fstat),
                           SCMP_SYS(lseek),
                           SCMP_SYS(poll),
                           SCMP_SYS(mmap),
                           SCMP_SYS(munmap),
                           SCMP_SYS(mprotect),  // oneDNN compiles
                           SCMP_SYS(mremap),
                           SCMP_SYS(brk),
                           SCMP_SYS(futex),
                           SCMP_SYS(set_robust_list),
                           SCMP_SYS(rseq),
                           SCMP_SYS(sched_yield),
                           SCMP_SYS(sched_getaffinity),
                           SCMP_SYS(gettid),
                           SCMP_SYS(getpid),
                           SCMP_SYS(exit),
                           SCMP_SYS(exit_group),
                           SCMP_SYS(clock_gettime),
                           SCMP_SYS(clock_getres),
                           SCMP_SYS(clock_nanosleep),
                           SCMP_SYS(nanosleep),
                           SCMP_SYS(gettimeofday),
                           SCMP_SYS(getrandom),
                           SCMP_SYS(rt_sigaction),
                           SCMP_SYS(rt_sigprocmask),
                           SCMP_SYS(rt_sigreturn),
                           SCMP_SYS(sigaltstack),
                           SCMP_SYS(restart_syscall),
                           SCMP_SYS(getrusage)})
        add(filter, SCMP_ACT_ALLOW, call);
    // What neither sends signals nor tells who is to get them.
    for (const scmp_datum_t command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL})
        allow_if(filter, SCMP_SYS(fcntl), {.arg = 1, .op = SCMP_CMP_EQ, .datum_a = command});
    // From MADV_HWPOISON on, advice is about the machine's memory.
    allow_if(filter, SCMP_SYS(madvise), {.arg = 2, .op = SCMP_CMP_LT, .datum_a = MADV_HWPOISON});
    // Threads as the C library makes them, but no processes or namespaces. The newer call hides its
    // flags from a filter; the C library falls back on the older one.
    allow_if(filter, SCMP_SYS(clone), {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = kThread});
    add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
    // What libraries try and do without.
    for (const int call :
         {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(access), SCMP_SYS(readlink), SCMP_SYS(stat),
          SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(sysinfo)})
        add(filter, SCMP_ACT_ERRNO(EACCES), call);
    for (const int call : {SCMP_SYS(ioctl), SCMP_SYS(prctl), SCMP_SYS(sched_setaffinity),
                           SCMP_SYS(set_mempolicy), SCMP_SYS(setrlimit), SCMP_SYS(prlimit64)})
        add(filter, SCMP_ACT_ERRNO(EPERM), call);
    if (seccomp_load(filter.get()) != 0) fail("seccomp");
}

nlohmann::json to_json(const Confinement& confinement) {
    return {{"system_calls", true},
            {"namespaces", confinement.namespaces},
            {"process_namespace", confinement.processes},
            {"mount_namespace", confinement.mounts},
            {"landlock", confinement.landlock},
            {"landlock_scopes", confinement.landlock_scopes}};
}

}  // namespace syncnet::service
