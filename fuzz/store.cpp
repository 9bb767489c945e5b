// A state folder that a crash, a full disk or a bad one has damaged.
#include "service/jobs/store.h"

#include <fcntl.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "fuzz/scratch_folder.h"
#include "fuzz/targets.h"

namespace syncnet::fuzz {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

constexpr std::string_view kVideo = "no video, but bytes";

service::Job a_job(int number) {
    return {.id = "job_" + std::to_string(number),
            .owner = "me",
            .idempotency_key = std::to_string(number),
            .video = to_hex(sha256(kVideo)),
            .bytes = std::ssize(kVideo),
            .webhook = "https://example.org/hook"};
}

UniqueFd a_video() {
    const fs::path path = put("video", std::as_bytes(std::span(kVideo)));
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// All that the service does with it in an ordinary day.
void use(const fs::path& folder) {
    service::JobStore store(folder, {.queued_jobs = 10});
    (void)store.counts();
    for (const int number : {1, 9}) (void)store.find(a_job(number).id, "me");
    (void)store.accept(a_job(9), store.keep(a_job(9), a_video().get()));
    while (const auto job = store.claim()) {
        try {
            (void)store.video(*job);
        } catch (const Error& e) {
            if (e.code() != ErrorCode::not_found) throw;
        }
        store.finish(*job, service::JobState::done, "{}");
    }
    while (const auto hook = store.next_webhook()) store.webhook_done(hook->job);
    store.cache("key", "answer");
    (void)store.cached("key");
    store.quarantine("hash");
    (void)store.quarantined("hash");
    store.sweep();
    (void)store.remove(a_job(9).id, "me");
}

// The database as it is with two jobs, one of them done.
const Bytes& healthy() {
    static const Bytes bytes = [] {
        const fs::path folder = scratch_folder() / "healthy";
        {
            service::JobStore store(folder, {});
            for (const int number : {1, 2})
                (void)store.accept(a_job(number), store.keep(a_job(number), a_video().get()));
            store.finish(*store.claim(), service::JobState::done, "{}");
            store.cache("key", "answer");
        }
        const fs::path database = folder / "syncnet.db";
        Bytes read(fs::file_size(database));
        const UniqueFd file(::open(database.c_str(), O_RDONLY | O_CLOEXEC));
        if (::pread(file.get(), read.data(), read.size(), 0) != std::ssize(read)) std::abort();
        return read;
    }();
    return bytes;
}

}  // namespace

// Three bytes say where (two) and with what (one) the healthy database is overwritten, and so on;
// one that is left over says how much of it is there, in 255ths.
void store(std::span<const std::byte> input) {
    Bytes damaged = healthy();
    const auto at = [&](std::size_t i) { return std::to_integer<std::size_t>(input[i]); };
    std::size_t i = 0;
    for (; i + 3 <= input.size(); i += 3)
        damaged[(at(i) << 8U | at(i + 1)) % damaged.size()] = input[i + 2];
    if (i < input.size()) damaged.resize(damaged.size() * at(i) / 255);

    const fs::path folder = scratch_folder() / "state";
    fs::remove_all(folder);
    fs::create_directories(folder / "spool");
    put("state/syncnet.db", damaged);
    put("state/spool/" + to_hex(sha256(kVideo)), input);
    try {
        use(folder);
    } catch (const Error& e) {
        const auto code = e.code();
        if (code != ErrorCode::invalid_setting && code != ErrorCode::cannot_write &&
            code != ErrorCode::storage_full && code != ErrorCode::unreadable_video &&
            code != ErrorCode::overloaded && code != ErrorCode::idempotency_conflict)
            throw;
    }
}

}  // namespace syncnet::fuzz
