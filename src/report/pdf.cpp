#include "report/pdf.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace syncnet::report {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::array kBrowsers{"chromium", "chromium-browser", "google-chrome",
                               "google-chrome-stable"};

class ScratchFolder {
  public:
    ScratchFolder() {
        std::string name = fs::absolute(fs::temp_directory_path()) / "syncnet-report-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            throw Error(ErrorCode::cannot_write, name + ": " + strerror(errno));
        path_ = name;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

// A program of its own group, so that whatever it starts ends with it.
class Program {
  public:
    explicit Program(std::vector<std::string> words) {
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        // Ours are blocked where a Ctrl-C is waited for (cli/interrupt.h).
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
        const int failed = ::posix_spawn(&pid_, arguments.front(), &actions, &attributes,
                                         arguments.data(), environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        if (failed != 0)
            throw Error(ErrorCode::cannot_write, words.front() + ": " + strerror(failed));
    }
    ~Program() {
        if (ended_) return;
        ::kill(-pid_, SIGKILL);
        (void)wait(0);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    bool ended() { return ended_ || wait(WNOHANG); }
    bool content() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

  private:
    bool wait(int how) {
        pid_t got = 0;
        while ((got = ::waitpid(pid_, &status_, how)) < 0 && errno == EINTR) {
        }
        ended_ = got != 0;
        return ended_;
    }

    pid_t pid_ = 0;
    int status_ = 0;
    bool ended_ = false;
};

bool is_pdf(const fs::path& path) {
    std::array<char, 5> head{};
    std::ifstream(path, std::ios::binary).read(head.data(), head.size());
    return std::string_view(head.data(), head.size()) == "%PDF-";
}

}  // namespace

fs::path find_browser() {
    const char* const path = std::getenv("PATH");
    for (const char* const name : kBrowsers)
        for (const std::string_view folder : separated(path == nullptr ? "" : path, ':')) {
            if (folder.empty()) continue;  // the current folder, for a shell; not for us
            const fs::path candidate = fs::path(folder) / name;
            std::error_code none;
            if (fs::is_regular_file(candidate, none) && ::access(candidate.c_str(), X_OK) == 0)
                return candidate;
        }
    throw Error(ErrorCode::invalid_setting,
                "a PDF is printed by Chromium, and there is no chromium, chromium-browser or "
                "google-chrome on PATH; install it (Debian: apt-get install chromium), or write "
                ".html and print that from a browser");
}

void print_pdf(const fs::path& browser, std::string_view html, const fs::path& out,
               const std::function<void()>& between) {
    const ScratchFolder scratch;
    const fs::path page = scratch.path() / "report.html", pdf = scratch.path() / "report.pdf";
    {
        std::ofstream file(page, std::ios::binary);
        file << html;
        file.close();
        if (!file) throw Error(ErrorCode::cannot_write, page.string() + " can't be written");
    }
    // Its sandbox needs rights that containers and root seldom have; the page is ours, runs nothing
    // and loads nothing.
    Program program({browser.string(), "--headless", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                     "--disable-background-networking", "--no-pdf-header-footer",
                     "--user-data-dir=" + (scratch.path() / "profile").string(),
                     "--print-to-pdf=" + pdf.string(), page.string()});
    const auto deadline = Clock::now() + std::chrono::seconds(kPrintSeconds);
    while (!program.ended()) {
        between();
        if (Clock::now() > deadline)
            throw Error(ErrorCode::cannot_write, browser.string() + " did not print within " +
                                                     std::to_string(kPrintSeconds) + " s");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (!program.content() || !is_pdf(pdf))
        throw Error(ErrorCode::cannot_write,
                    browser.string() +
                        " could not print the page; write .html and print that "
                        "from a browser");
    std::error_code failed;
    fs::copy_file(pdf, out, fs::copy_options::overwrite_existing, failed);
    if (failed) throw Error(ErrorCode::cannot_write, out.string() + ": " + failed.message());
}

}  // namespace syncnet::report
