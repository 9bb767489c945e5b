#include "service/worker/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace syncnet::service {
namespace {

// An open-file limit of what is open at the start and what a decoder may duplicate.
constexpr rlim_t kMaxOpenFiles = 32;

[[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorCode::internal, "the sandbox can't be closed: " + what);
}

// In namespaces of its own a process may change its root: to a folder that is empty, and gone.
bool enter_namespaces(const std::filesystem::path& scratch) {
    std::string name = (scratch / "syncnet-root-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return false;
    const UniqueFd root(::open(name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    ::rmdir(name.c_str());
    return root && ::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) == 0 &&
           ::fchdir(root.get()) == 0 && ::chroot(".") == 0;
}

bool forbid_paths() {
    landlock_ruleset_attr rules{};
    // ABI 1. What later versions add (refer, truncate, devices, network) is asked for where known.
    rules.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
    const long abi =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) return false;
    if (abi >= 2) rules.handled_access_fs |= 1ULL << 13U;  // LANDLOCK_ACCESS_FS_REFER
    if (abi >= 3) rules.handled_access_fs |= 1ULL << 14U;  // LANDLOCK_ACCESS_FS_TRUNCATE
    if (abi >= 5) rules.handled_access_fs |= 1ULL << 15U;  // LANDLOCK_ACCESS_FS_IOCTL_DEV
    const UniqueFd ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0)));
    return ruleset && ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
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
    Confinement confinement;
    confinement.namespaces = enter_namespaces(scratch);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs");
    confinement.landlock = forbid_paths();
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
                           SCMP_SYS(sendto),
                           SCMP_SYS(sendmsg),
                           SCMP_SYS(recvfrom),
                           SCMP_SYS(recvmsg),
                           SCMP_SYS(close),
                           SCMP_SYS(fstat),
                           SCMP_SYS(lseek),
                           SCMP_SYS(fcntl),
                           SCMP_SYS(poll),
                           SCMP_SYS(mmap),
                           SCMP_SYS(munmap),
                           SCMP_SYS(mprotect),  // oneDNN compiles
                           SCMP_SYS(mremap),
                           SCMP_SYS(madvise),
                           SCMP_SYS(brk),
                           SCMP_SYS(futex),
                           SCMP_SYS(set_robust_list),
                           SCMP_SYS(rseq),
                           SCMP_SYS(membarrier),
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
    // fstat by its newer name: of a descriptor, not of a path.
    allow_if(filter, SCMP_SYS(newfstatat), {.arg = 3, .op = SCMP_CMP_EQ, .datum_a = AT_EMPTY_PATH});
    // Threads, but no processes. The newer call hides its flags from a filter; the C library falls
    // back on the older one.
    allow_if(
        filter, SCMP_SYS(clone),
        {.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = CLONE_THREAD});
    add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
    // What libraries try and do without.
    for (const int call : {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(access), SCMP_SYS(readlink),
                           SCMP_SYS(stat), SCMP_SYS(sysinfo)})
        add(filter, SCMP_ACT_ERRNO(EACCES), call);
    for (const int call : {SCMP_SYS(ioctl), SCMP_SYS(prctl), SCMP_SYS(sched_setaffinity),
                           SCMP_SYS(set_mempolicy), SCMP_SYS(setrlimit), SCMP_SYS(prlimit64)})
        add(filter, SCMP_ACT_ERRNO(EPERM), call);
    if (seccomp_load(filter.get()) != 0) fail("seccomp");
}

nlohmann::json to_json(const Confinement& confinement) {
    return {{"system_calls", true},
            {"namespaces", confinement.namespaces},
            {"landlock", confinement.landlock}};
}

}  // namespace syncnet::service
