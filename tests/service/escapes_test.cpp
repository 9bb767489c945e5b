// Every way out of a worker that we know of, tried from inside.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "confined.h"
#include "service/worker/unix_socket.h"

namespace syncnet::service {
namespace {

template <typename... Arguments>
bool worked(long call, Arguments... arguments) {
    return ::syscall(call, arguments...) >= 0;
}

bool worked_with_path(long call, const char* path) {
    std::array<char, 4096> into{};
    return worked(call, path, into.data(), into.size());
}

sockaddr_un abstract_address(const std::string& name, socklen_t& length) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return address;
}

// What a worker may want to harm: a process, a file, a server, a socket that was left open.
struct World {
    World() {
        victim = ::fork();
        if (victim == 0) {
            for (;;) ::pause();
        }
        { std::ofstream(path) << "secret"; }
        readable = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        std::tie(open_socket, other_end) = socket_pair(SocketKind::stream);
        datagrams = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        server = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        socklen_t length = 0;
        const sockaddr_un address = abstract_address(name, length);
        ::bind(server.get(), reinterpret_cast<const sockaddr*>(&address), length);
    }
    ~World() {
        ::kill(victim, SIGKILL);
        ::waitpid(victim, nullptr, 0);
        ::unlink(path.c_str());
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    bool tell_server(int socket) const {
        socklen_t length = 0;
        const sockaddr_un address = abstract_address(name, length);
        return worked(SYS_sendto, socket, "x", 1, MSG_NOSIGNAL, &address, length);
    }

    const pid_t parent = ::getpid();
    pid_t victim = -1;
    const std::string path = testing::TempDir() + "escapes-" + std::to_string(parent);
    const std::string name = "syncnet-escapes-" + std::to_string(parent);
    UniqueFd readable, open_socket, other_end, datagrams, server;
};

struct Attempt {
    const char* name;
    std::function<bool(const World&)> succeeds;
};

std::vector<Attempt> attempts() {
    static constexpr auto kFork = static_cast<unsigned long>(SIGCHLD);
    return {
        // Files
        {"open a file for reading",
         [](const World& w) { return worked(SYS_openat, AT_FDCWD, w.path.c_str(), O_RDONLY); }},
        {"open a file for writing",
         [](const World& w) { return worked(SYS_open, w.path.c_str(), O_WRONLY); }},
        {"create a file",
         [](const World&) { return worked(SYS_open, "/tmp/made", O_WRONLY | O_CREAT, 0600); }},
        {"creat", [](const World&) { return worked(SYS_creat, "/tmp/made", 0600); }},
        {"an unnamed file",
         [](const World&) { return worked(SYS_open, "/tmp", O_TMPFILE | O_RDWR, 0600); }},
        {"openat2",
         [](const World& w) {
             const std::array<std::uint64_t, 3> how{O_RDONLY, 0, 0};
             return worked(SYS_openat2, AT_FDCWD, w.path.c_str(), how.data(), sizeof how);
         }},
        {"open by handle",
         [](const World& w) {
             std::array<char, 64> handle{};
             return worked(SYS_open_by_handle_at, w.readable.get(), handle.data(), O_RDONLY);
         }},
        {"look at a path",
         [](const World& w) { return worked_with_path(SYS_stat, w.path.c_str()); }},
        {"look at a path by a call that is for descriptors",
         [](const World& w) {
             struct stat status {};
             return worked(SYS_newfstatat, AT_FDCWD, w.path.c_str(), &status, AT_EMPTY_PATH);
         }},
        {"statx",
         [](const World& w) {
             struct statx status {};
             return worked(SYS_statx, AT_FDCWD, w.path.c_str(), 0, STATX_ALL, &status);
         }},
        {"read a link", [](const World&) { return worked_with_path(SYS_readlink, "/proc/1/exe"); }},
        {"list a folder",
         [](const World& w) {
             std::array<char, 4096> into{};
             return worked(SYS_getdents64, w.readable.get(), into.data(), into.size());
         }},
        {"unlink", [](const World& w) { return worked(SYS_unlink, w.path.c_str()); }},
        {"rename", [](const World& w) { return worked(SYS_rename, w.path.c_str(), "/tmp/other"); }},
        {"mkdir", [](const World&) { return worked(SYS_mkdir, "/tmp/made-folder", 0700); }},
        {"symlink", [](const World&) { return worked(SYS_symlink, "/etc", "/tmp/made-link"); }},
        {"link a descriptor",
         [](const World& w) {
             return worked(SYS_linkat, w.readable.get(), "", AT_FDCWD, "/tmp/made", AT_EMPTY_PATH);
         }},
        {"chmod a descriptor",
         [](const World& w) { return worked(SYS_fchmod, w.readable.get(), 0666); }},
        {"truncate", [](const World& w) { return worked(SYS_truncate, w.path.c_str(), 0); }},
        {"write to what is open for reading",
         [](const World& w) { return worked(SYS_write, w.readable.get(), "x", 1); }},
        {"write through memory",
         [](const World& w) {
             return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, w.readable.get(),
                           0) != MAP_FAILED;
         }},
        // Programs and processes
        {"exec",
         [](const World&) {
             const std::array<char*, 1> nothing{nullptr};
             return worked(SYS_execve, "/bin/true", nothing.data(), nothing.data());
         }},
        {"exec of memory",
         [](const World&) { return worked(SYS_memfd_create, "program", MFD_CLOEXEC); }},
        {"exec of a descriptor",
         [](const World& w) {
             const std::array<char*, 1> nothing{nullptr};
             return worked(SYS_execveat, w.readable.get(), "", nothing.data(), nothing.data(),
                           AT_EMPTY_PATH);
         }},
        {"fork", [](const World&) { return worked(SYS_fork); }},
        {"fork by clone", [](const World&) { return worked(SYS_clone, kFork, 0, 0, 0, 0); }},
        {"fork by clone3",
         [](const World&) {
             std::array<std::uint64_t, 8> how{};
             how[4] = kFork;
             return worked(SYS_clone3, how.data(), sizeof how);
         }},
        {"a thread in other namespaces",
         [](const World&) {
             return worked(SYS_clone,
                           CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWNS | CLONE_NEWNET, 0,
                           0, 0, 0);
         }},
        {"a traced thread",
         [](const World&) {
             return worked(SYS_clone, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_PTRACE, 0, 0,
                           0, 0);
         }},
        {"ptrace",
         [](const World& w) { return worked(SYS_ptrace, PTRACE_ATTACH, w.victim, 0, 0); }},
        {"be traced", [](const World&) { return worked(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0); }},
        {"read another's memory",
         [](const World& w) {
             char byte = 0;
             const iovec here{&byte, 1};
             const iovec there{&byte, 1};
             return worked(SYS_process_vm_readv, w.parent, &here, 1, &there, 1, 0);
         }},
        {"write another's memory",
         [](const World& w) {
             char byte = 0;
             const iovec here{&byte, 1};
             const iovec there{&byte, 1};
             return worked(SYS_process_vm_writev, w.victim, &here, 1, &there, 1, 0);
         }},
        {"another's memory as a file",
         [](const World& w) {
             const std::string memory = "/proc/" + std::to_string(w.parent) + "/mem";
             return worked(SYS_open, memory.c_str(), O_RDWR);
         }},
        {"pidfd_open", [](const World& w) { return worked(SYS_pidfd_open, w.victim, 0); }},
        {"pidfd_getfd",
         [](const World& w) { return worked(SYS_pidfd_getfd, w.readable.get(), 0, 0); }},
        {"compare with another's descriptors",
         [](const World& w) { return worked(SYS_kcmp, w.parent, w.victim, 0, 0, 0); }},
        // Signals
        {"kill the parent", [](const World& w) { return worked(SYS_kill, w.parent, 0); }},
        {"kill everybody", [](const World&) { return worked(SYS_kill, -1, 0); }},
        {"tkill", [](const World& w) { return worked(SYS_tkill, w.victim, 0); }},
        {"tgkill", [](const World& w) { return worked(SYS_tgkill, w.victim, w.victim, 0); }},
        {"sigqueue",
         [](const World& w) {
             siginfo_t info{};
             info.si_code = SI_QUEUE;
             return worked(SYS_rt_sigqueueinfo, w.victim, 0, &info);
         }},
        {"a signal by pidfd",
         [](const World& w) {
             return worked(SYS_pidfd_send_signal, w.readable.get(), 0, nullptr, 0);
         }},
        {"fcntl: whom to signal",
         [](const World& w) { return worked(SYS_fcntl, w.open_socket.get(), F_SETOWN, w.victim); }},
        {"fcntl: whom to signal, in its newer form",
         [](const World& w) {
             const f_owner_ex owner{F_OWNER_PID, w.victim};
             return worked(SYS_fcntl, w.open_socket.get(), F_SETOWN_EX, &owner);
         }},
        {"fcntl: which signal",
         [](const World& w) { return worked(SYS_fcntl, w.open_socket.get(), F_SETSIG, SIGKILL); }},
        {"fcntl: signals for data",
         [](const World& w) { return worked(SYS_fcntl, w.open_socket.get(), F_SETFL, O_ASYNC); }},
        {"fcntl: signals for changes of a folder",
         [](const World& w) { return worked(SYS_fcntl, w.readable.get(), F_NOTIFY, DN_MODIFY); }},
        {"fcntl: a lease",
         [](const World& w) { return worked(SYS_fcntl, w.readable.get(), F_SETLEASE, F_RDLCK); }},
        {"fcntl: a lock that others wait for",
         [](const World& w) {
             struct flock lock {};
             lock.l_type = F_RDLCK;
             return worked(SYS_fcntl, w.readable.get(), F_SETLK, &lock);
         }},
        {"fcntl: a command with something before it",
         [](const World& w) {
             constexpr unsigned long kHidden = (1UL << 32U) | F_SETOWN;
             return worked(SYS_fcntl, w.open_socket.get(), kHidden, w.victim);
         }},
        {"flock", [](const World& w) { return worked(SYS_flock, w.readable.get(), 2); }},
        {"ioctl: whom to signal",
         [](const World& w) {
             return worked(SYS_ioctl, w.open_socket.get(), FIOSETOWN, &w.victim);
         }},
        {"ioctl: signals for data",
         [](const World& w) {
             const int on = 1;
             return worked(SYS_ioctl, w.open_socket.get(), FIOASYNC, &on);
         }},
        {"ioctl: input for a terminal",
         [](const World&) { return worked(SYS_ioctl, STDIN_FILENO, TIOCSTI, "x"); }},
        {"a timer that signals",
         [](const World& w) {
             sigevent event{};
             event.sigev_notify = SIGEV_THREAD_ID;
             event.sigev_signo = SIGKILL;
             event._sigev_un._tid = w.victim;
             int timer = 0;
             return worked(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer);
         }},
        {"a signal at the parent's end",
         [](const World&) { return worked(SYS_prctl, PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0); }},
        // Sockets
        {"a socket", [](const World&) { return worked(SYS_socket, AF_INET, SOCK_STREAM, 0); }},
        {"a local socket",
         [](const World&) { return worked(SYS_socket, AF_UNIX, SOCK_STREAM, 0); }},
        {"a socket to the kernel",
         [](const World&) { return worked(SYS_socket, AF_NETLINK, SOCK_RAW, 0); }},
        {"a pair of sockets",
         [](const World&) {
             std::array<int, 2> ends{};
             return worked(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends.data());
         }},
        {"connect to an abstract address",
         [](const World& w) {
             socklen_t length = 0;
             const sockaddr_un address = abstract_address(w.name, length);
             return worked(SYS_connect, w.datagrams.get(), &address, length);
         }},
        {"send to an abstract address",
         [](const World& w) { return w.tell_server(w.datagrams.get()); }},
        {"listen", [](const World& w) { return worked(SYS_listen, w.datagrams.get(), 1); }},
        {"options of a socket",
         [](const World& w) {
             const int on = 1;
             return worked(SYS_setsockopt, w.open_socket.get(), SOL_SOCKET, SO_PASSCRED, &on,
                           sizeof on);
         }},
        // What the kernel does for others
        {"io_uring",
         [](const World&) {
             std::array<char, 256> parameters{};
             return worked(SYS_io_uring_setup, 1, parameters.data());
         }},
        {"asynchronous I/O",
         [](const World&) {
             unsigned long context = 0;
             return worked(SYS_io_setup, 1, &context);
         }},
        {"userfaultfd", [](const World&) { return worked(SYS_userfaultfd, 1); }},
        {"keys", [](const World&) { return worked(SYS_keyctl, 0, -3, 0, 0, 0); }},
        {"a new key", [](const World&) { return worked(SYS_add_key, "user", "name", "x", 1, -3); }},
        {"bpf",
         [](const World&) {
             std::array<char, 64> what{};
             return worked(SYS_bpf, 0, what.data(), what.size());
         }},
        {"perf_event_open",
         [](const World&) {
             perf_event_attr what{};
             what.size = sizeof what;
             return worked(SYS_perf_event_open, &what, 0, -1, -1, 0);
         }},
        {"shared memory",
         [](const World&) { return worked(SYS_shmget, IPC_PRIVATE, 4096, IPC_CREAT | 0600); }},
        {"a message queue", [](const World&) { return worked(SYS_msgget, IPC_PRIVATE, 0600); }},
        {"semaphores", [](const World&) { return worked(SYS_semget, IPC_PRIVATE, 1, 0600); }},
        {"a named message queue",
         [](const World&) { return worked(SYS_mq_open, "q", O_CREAT | O_RDWR, 0600, nullptr); }},
        {"inotify", [](const World&) { return worked(SYS_inotify_init1, 0); }},
        {"fanotify", [](const World&) { return worked(SYS_fanotify_init, 0, 0); }},
        // The machine
        {"mount", [](const World&) { return worked(SYS_mount, "none", "/", "tmpfs", 0, nullptr); }},
        {"umount", [](const World&) { return worked(SYS_umount2, "/", MNT_DETACH); }},
        {"a tree of mounts", [](const World&) { return worked(SYS_open_tree, AT_FDCWD, "/", 1); }},
        {"unshare", [](const World&) { return worked(SYS_unshare, CLONE_NEWUSER); }},
        {"setns", [](const World& w) { return worked(SYS_setns, w.readable.get(), 0); }},
        {"chroot", [](const World&) { return worked(SYS_chroot, "/"); }},
        {"pivot_root", [](const World&) { return worked(SYS_pivot_root, ".", "."); }},
        {"load a module",
         [](const World& w) { return worked(SYS_finit_module, w.readable.get(), "", 0); }},
        {"another kernel", [](const World&) { return worked(SYS_kexec_load, 0, 0, nullptr, 0); }},
        {"the host's name", [](const World&) { return worked(SYS_sethostname, "x", 1); }},
        {"the clock",
         [](const World&) {
             timespec now{};
             ::clock_gettime(CLOCK_REALTIME, &now);
             return worked(SYS_clock_settime, CLOCK_REALTIME, &now);
         }},
        {"the kernel's log", [](const World&) { return worked(SYS_syslog, 10, nullptr, 0); }},
        {"swap", [](const World&) { return worked(SYS_swapoff, "/none"); }},
        {"pages taken out of use",
         [](const World&) {
             void* const page =
                 ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             return worked(SYS_madvise, page, 4096, MADV_HWPOISON);
         }},
        {"advice about another's memory",
         [](const World& w) {
             return worked(SYS_process_madvise, w.readable.get(), nullptr, 0, 0, 0);
         }},
        // Rights
        {"another user", [](const World&) { return worked(SYS_setresuid, 1, 1, 1); }},
        {"capabilities",
         [](const World&) {
             __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
             std::array<__user_cap_data_struct, 2> all{};
             all[0].effective = all[0].permitted = ~0U;
             return worked(SYS_capset, &header, all.data());
         }},
        {"being dumped",
         [](const World&) { return worked(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }},
        {"another filter",
         [](const World&) {
             sock_filter allow{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
             const sock_fprog program{1, &allow};
             return worked(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
         }},
        {"another's limits",
         [](const World& w) {
             const rlimit none{0, 0};
             return worked(SYS_prlimit64, w.victim, RLIMIT_NOFILE, &none, nullptr);
         }},
        {"its own limits",
         [](const World&) {
             const rlimit more{1 << 20, 1 << 20};
             return worked(SYS_setrlimit, RLIMIT_FSIZE, &more);
         }},
        {"another's priority",
         [](const World& w) { return worked(SYS_setpriority, PRIO_PROCESS, w.victim, 19); }},
        {"another's processors",
         [](const World& w) {
             const unsigned long first = 1;
             return worked(SYS_sched_setaffinity, w.victim, sizeof first, &first);
         }},
        {"another's scheduling",
         [](const World& w) {
             const sched_param parameters{};
             return worked(SYS_sched_setscheduler, w.victim, SCHED_IDLE, &parameters);
         }},
        {"system calls of another architecture",
         [](const World&) {
             long result = 20;  // getpid, as a 32-bit program asks
             asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
             return result >= 0;
         }},
        {"system calls of x32", [](const World&) { return worked(0x40000000L + SYS_getpid); }},
    };
}

TEST(Escapes, AllFail) {
    const World world;
    for (const Attempt& attempt : attempts())
        EXPECT_NE(confined([&] { return attempt.succeeds(world) ? 77 : 0; }), 77) << attempt.name;
}

// What would hold if system calls were not filtered.
class BehindTheFilter : public testing::Test {
  protected:
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        const UniqueFd from(ends[0]), to(ends[1]);
        const pid_t child = ::fork();
        if (child == 0) {
            const Confinement had = give_up_network_and_files(testing::TempDir());
            ::_exit(::write(to.get(), &had, sizeof had) == sizeof had ? 0 : 1);
        }
        ::waitpid(child, nullptr, 0);
        ASSERT_EQ(::read(from.get(), &confinement_, sizeof confinement_),
                  static_cast<ssize_t>(sizeof confinement_));
    }
    bool fails(const std::function<bool(const World&)>& attempt) const {
        return confined([&] { return attempt(world_) ? 77 : 0; }, {},
                        Layers::without_system_calls) == 0;
    }

    World world_;
    Confinement confinement_;
};

TEST_F(BehindTheFilter, NobodyOutsideCanBeNamed) {
    if (!confinement_.processes) GTEST_SKIP() << "there are no namespaces of processes here";
    EXPECT_TRUE(fails([](const World& w) { return worked(SYS_kill, w.victim, 0); }));
    EXPECT_TRUE(fails([](const World& w) { return worked(SYS_pidfd_open, w.victim, 0); }));
    EXPECT_TRUE(fails([](const World&) { return ::getppid() != 0; }));
}

TEST_F(BehindTheFilter, NothingIsMounted) {
    if (!confinement_.mounts) GTEST_SKIP() << "there are no namespaces of mounts here";
    EXPECT_TRUE(fails([](const World& w) { return worked_with_path(SYS_stat, w.path.c_str()); }));
    EXPECT_TRUE(fails([](const World&) { return worked(SYS_mkdir, "/x", 0700); }));
}

TEST_F(BehindTheFilter, SignalsStayInside) {
    if (!confinement_.landlock_scopes) GTEST_SKIP() << "this kernel's landlock has no scopes";
    EXPECT_TRUE(fails([](const World& w) { return worked(SYS_kill, w.victim, 0); }));
    const auto by_descriptor = [](const World& w) {
        const int fd = w.open_socket.get();
        (void)::fcntl(fd, F_SETOWN, w.victim);
        (void)::fcntl(fd, F_SETSIG, SIGUSR1);
        (void)::fcntl(fd, F_SETFL, O_ASYNC);
        return false;
    };
    EXPECT_TRUE(fails(by_descriptor));
    ASSERT_EQ(::write(world_.other_end.get(), "x", 1), 1);
    EXPECT_EQ(::kill(world_.victim, 0), 0);
    ::usleep(50'000);
    EXPECT_EQ(::waitpid(world_.victim, nullptr, WNOHANG), 0) << "the victim lives";
}

TEST_F(BehindTheFilter, AbstractSocketsStayInside) {
    if (!confinement_.namespaces && !confinement_.landlock_scopes)
        GTEST_SKIP() << "neither namespaces nor landlock's scopes are here";
    EXPECT_TRUE(fails([](const World& w) { return w.tell_server(w.datagrams.get()); }));
    EXPECT_TRUE(fails([](const World& w) {
        const int own = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        return w.tell_server(own);
    }));
}

TEST_F(BehindTheFilter, NoPrivilegeIsLeft) {
    EXPECT_TRUE(fails([](const World&) { return worked(SYS_sethostname, "x", 1); }));
    EXPECT_TRUE(fails([](const World&) { return worked(SYS_chroot, "/"); }));
    EXPECT_TRUE(fails([](const World&) { return worked(SYS_setresuid, 1, 1, 1); }));
}

}  // namespace
}  // namespace syncnet::service
