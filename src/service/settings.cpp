#include "service/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace syncnet::service {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view wanted) {
    throw Error(ErrorCode::invalid_setting,
                "\"" + std::string(text) + "\" is not " + std::string(wanted));
}

std::int64_t whole(std::string_view text, std::int64_t low, std::int64_t high) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value < low || value > high)
        refuse(text, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return value;
}

double share(std::string_view text) {
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= 1))
        refuse(text, "a number from 0 to 1");
    return value;
}

std::string in_words(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

constexpr std::int64_t kYear = 366 * 86'400;
constexpr std::int64_t kMegabyte = 1 << 20;

template <auto Member>
void set_seconds(Settings& s, std::string_view text) {
    s.*Member = std::chrono::seconds(whole(text, 1, kYear));
}
template <auto Member>
std::string get_seconds(const Settings& s) {
    return std::to_string((s.*Member).count());
}
template <auto Member, int Least = 1>
void set_count(Settings& s, std::string_view text) {
    s.*Member = static_cast<int>(whole(text, Least, 1'000'000));
}
template <auto Member>
std::string get_count(const Settings& s) {
    return std::to_string(s.*Member);
}
template <auto Member>
void set_port(Settings& s, std::string_view text) {
    s.*Member = static_cast<std::uint16_t>(whole(text, 0, 65'535));
}
template <auto Member>
void set_path(Settings& s, std::string_view text) {
    s.*Member = std::filesystem::path(text);
}
template <auto Member>
void set_megabytes(Settings& s, std::string_view text) {
    s.*Member = whole(text, 1, 1 << 20) * kMegabyte;
}
template <auto Member>
std::string get_megabytes(const Settings& s) {
    return std::to_string(s.*Member / kMegabyte);
}
template <auto Member>
void set_text(Settings& s, std::string_view text) {
    s.*Member = text;
}
template <auto Member>
std::string get_text(const Settings& s) {
    return s.*Member;
}
template <auto Member>
void set_switch(Settings& s, std::string_view text) {
    if (text != "yes" && text != "no") refuse(text, "yes or no");
    s.*Member = text == "yes";
}
template <auto Member>
std::string get_switch(const Settings& s) {
    return s.*Member ? "yes" : "no";
}
template <auto Member>
std::string get_path(const Settings& s) {
    return (s.*Member).string();
}

std::vector<Setting> own_settings() {
    return {
        Setting{"HOST", "address",
                "The address to listen on; others than this machine's want API_KEYS.",
                set_text<&Settings::host>, get_text<&Settings::host>},
        Setting{"PORT", "", "The port to listen on; 0 takes a free one.", set_port<&Settings::port>,
                get_count<&Settings::port>},
        Setting{
            "UPLOAD_DIR", "folders",
            "Below these video_path may lie; a : stands between them, and the first that has the "
            "file counts. Of these three the first is made, and one that somebody else may have "
            "laid there is left out.",
            set_text<&Settings::upload_dir>, get_text<&Settings::upload_dir>},
        Setting{"TMP_DIR", "folder", "Where uploads are kept while they are scored.",
                set_path<&Settings::tmp_dir>, get_path<&Settings::tmp_dir>},
        Setting{"STATE_DIR", "folder", "Where jobs, their videos and cached answers are kept.",
                set_path<&Settings::state_dir>, get_path<&Settings::state_dir>},
        Setting{"MAX_VIDEO_SIZE_MB", "MB", "The largest video.",
                set_megabytes<&Settings::max_video_bytes>,
                get_megabytes<&Settings::max_video_bytes>},
        Setting{"PROCESSING_TIMEOUT_SECONDS", "s", "The longest time from request to answer.",
                set_seconds<&Settings::processing_timeout>,
                get_seconds<&Settings::processing_timeout>},
        Setting{"JOB_TIMEOUT_SECONDS", "s", "The longest time that a job may be worked on.",
                set_seconds<&Settings::job_timeout>, get_seconds<&Settings::job_timeout>},
        Setting{"HEADER_TIMEOUT_SECONDS", "s", "The longest time that a request's head may take.",
                set_seconds<&Settings::header_timeout>, get_seconds<&Settings::header_timeout>},
        Setting{"IDLE_TIMEOUT_SECONDS", "s", "The longest wait for a client's next byte.",
                set_seconds<&Settings::idle_timeout>, get_seconds<&Settings::idle_timeout>},
        Setting{"UPLOAD_TIMEOUT_SECONDS", "s", "The longest time that an upload may take.",
                set_seconds<&Settings::upload_timeout>, get_seconds<&Settings::upload_timeout>},
        Setting{"DRAIN_SECONDS", "s", "How long a stopping service finishes what it has begun.",
                set_seconds<&Settings::drain>, get_seconds<&Settings::drain>},
        Setting{"CONNECTIONS", "", "Connections at the same time; more wait to be accepted.",
                set_count<&Settings::connections>, get_count<&Settings::connections>},
        Setting{"CLIENT_CONNECTIONS", "",
                "Connections of one address or key at the same time; more are answered with 429.",
                set_count<&Settings::client_connections>, get_count<&Settings::client_connections>},
        Setting{
            "ADMIN_PORT", "",
            "Another port of HOST, where /health, /livez, /readyz and /metrics answer also while "
            "clients hold all CONNECTIONS; 0: none. Keep it from clients.",
            set_port<&Settings::admin_port>, get_count<&Settings::admin_port>},
        Setting{
            "UPLOADS_MB", "MB",
            "What all uploads on their way may take in TMP_DIR, at least one of the largest; more "
            "are answered with 507.",
            set_megabytes<&Settings::uploads_bytes>, get_megabytes<&Settings::uploads_bytes>},
        Setting{"CLIENT_UPLOADS_MB", "MB",
                "The same for one client (key or address); more are answered with 429.",
                set_megabytes<&Settings::client_uploads_bytes>,
                get_megabytes<&Settings::client_uploads_bytes>},
        Setting{"RATE_PER_MINUTE", "",
                "Requests of one client (key or address); 0: as many as come.",
                set_count<&Settings::rate_per_minute, 0>, get_count<&Settings::rate_per_minute>},
        Setting{"WORKERS", "", "Videos scored at the same time.", set_count<&Settings::workers>,
                get_count<&Settings::workers>},
        Setting{
            "WORKER_MEMORY_MB", "MB",
            "The most memory that scoring one video may take; auto: 2048, or less where the memory "
            "limit of the container (cgroup) leaves less.",
            [](Settings& s, std::string_view t) {
                s.worker_memory.reset();
                if (t != "auto") s.worker_memory = whole(t, 1, 1 << 20) * kMegabyte;
            },
            [](const Settings& s) {
                return s.worker_memory ? std::to_string(*s.worker_memory / kMegabyte)
                                       : std::string("auto");
            }},
        Setting{"WORKER_VIDEOS", "",
                "Videos of one client that a process may see; 1: each has its own.",
                set_count<&Settings::worker_videos>, get_count<&Settings::worker_videos>},
        Setting{"LIVE_SESSIONS", "",
                "Recordings that are scored while they are made, at the same time; 0: none. Each "
                "has a worker of its own.",
                set_count<&Settings::live_sessions, 0>, get_count<&Settings::live_sessions>},
        Setting{"LIVE_SECONDS", "s", "The longest of them; what goes on after that is not judged.",
                set_seconds<&Settings::live_length>, get_seconds<&Settings::live_length>},
        Setting{"QUEUE", "", "Requests that may wait for a worker; more are answered with 503.",
                set_count<&Settings::queue>, get_count<&Settings::queue>},
        Setting{"JOB_QUEUE", "", "Jobs that may wait; more are answered with 503.",
                set_count<&Settings::job_queue>, get_count<&Settings::job_queue>},
        Setting{"SPOOL_MB", "MB", "What the videos of waiting jobs may take on the disk.",
                set_megabytes<&Settings::spool_bytes>, get_megabytes<&Settings::spool_bytes>},
        Setting{"JOB_SECONDS", "s", "How long a job's result is kept.",
                set_seconds<&Settings::job_age>, get_seconds<&Settings::job_age>},
        Setting{"CACHE_ENTRIES", "", "Answers cached for videos that come again; 0: none.",
                set_count<&Settings::cache_entries, 0>, get_count<&Settings::cache_entries>},
        Setting{"CACHE_SECONDS", "s", "How long an answer is cached.",
                set_seconds<&Settings::cache_age>, get_seconds<&Settings::cache_age>},
        Setting{"QUARANTINE_SECONDS", "s",
                "How long a video that broke its workers is refused at once.",
                set_seconds<&Settings::quarantine>, get_seconds<&Settings::quarantine>},
        Setting{
            "HOSTS", "hosts",
            "Names by which clients may call the service, comma separated, without a port; others "
            "are answered with 421. Unset: any name.",
            set_text<&Settings::hosts>, get_text<&Settings::hosts>},
        Setting{"API_KEYS", "file",
                "Keys that clients must have, as `syncnet keys new` writes them.",
                set_path<&Settings::api_keys>, get_path<&Settings::api_keys>},
        Setting{"ALLOW_NO_KEYS", "yes or no", "Serve other machines without API_KEYS, on purpose.",
                set_switch<&Settings::allow_no_keys>, get_switch<&Settings::allow_no_keys>},
        Setting{"CORS_ORIGINS", "origins", "Origins whose pages may ask, comma separated, or *.",
                set_text<&Settings::cors_origins>, get_text<&Settings::cors_origins>},
        Setting{"PAGE", "on or off", "The page at /, where a browser's camera can be tried.",
                [](Settings& s, std::string_view text) {
                    if (text != "on" && text != "off") refuse(text, "on or off");
                    s.page = text == "on";
                },
                [](const Settings& s) { return std::string(s.page ? "on" : "off"); }},
        Setting{"TLS_CERT", "file",
                "Certificate chain (PEM); with TLS_KEY the service speaks HTTPS.",
                set_path<&Settings::tls_cert>, get_path<&Settings::tls_cert>},
        Setting{"TLS_KEY", "file", "Private key (PEM) of TLS_CERT.", set_path<&Settings::tls_key>,
                get_path<&Settings::tls_key>},
        Setting{"WEBHOOK_SECRET", "whsec_…", "Signs webhooks; without it jobs can't have one.",
                set_text<&Settings::webhook_secret>, get_text<&Settings::webhook_secret>},
        Setting{"WEBHOOK_HTTP_HOSTS", "hosts", "Hosts to which webhooks may go without TLS.",
                set_text<&Settings::webhook_http_hosts>, get_text<&Settings::webhook_http_hosts>},
        Setting{"WEBHOOK_PRIVATE", "yes or no", "Webhooks may go to private addresses.",
                set_switch<&Settings::webhook_private>, get_switch<&Settings::webhook_private>},
        Setting{"ALLOW_SCORE", "0..1", "ALLOW from this score on.",
                [](Settings& s, std::string_view t) { s.thresholds.allow = share(t); },
                [](const Settings& s) { return in_words(s.thresholds.allow); }},
        Setting{
            "NEXT_SCORE", "0..1",
            "NEXT from this score on; below it BLOCK, but only where enough speech and a readable "
            "mouth have shown that they don't fit, else NEXT.",
            [](Settings& s, std::string_view t) { s.thresholds.next = share(t); },
            [](const Settings& s) { return in_words(s.thresholds.next); }},
        Setting{"ALLOW_OFFSET_FRAMES", "frames", "ALLOW up to this offset, early or late.",
                [](Settings& s, std::string_view t) {
                    s.thresholds.max_offset_frames = static_cast<int>(whole(t, 0, 15));
                },
                [](const Settings& s) { return std::to_string(s.thresholds.max_offset_frames); }},
        Setting{"SYNCNET_MODELS", "folder", "Where the models lie; by default beside the program.",
                set_path<&Settings::model_dir>, get_path<&Settings::model_dir>},
        Setting{"LOG_LEVEL", "", "debug, info, warning or error.",
                [](Settings& s, std::string_view t) {
                    std::string level(t);
                    for (char& c : level)
                        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
                    if (level == "warn") level = "warning";  // as Python's logging,
                    if (level == "critical")
                        level = "error";  // which the legacy service used, has them
                    if (level != "debug" && level != "info" && level != "warning" &&
                        level != "error")
                        refuse(t, "debug, info, warning or error");
                    s.log_level = level;
                },
                [](const Settings& s) { return s.log_level; }},
        Setting{"LOG_NAMES", "yes or no", "Session ids and addresses in the log as they are.",
                set_switch<&Settings::log_names>, get_switch<&Settings::log_names>},
    };
}

// What a command says by flag, a service is told here.
template <auto Part, typename Options>
void add_options(std::span<const pipeline::Option<Options>> options, std::vector<Setting>& table) {
    for (const auto& option : options) {
        if (option.environment.empty()) continue;
        std::string meaning(option.help);
        meaning.front() =
            static_cast<char>(std::toupper(static_cast<unsigned char>(meaning.front())));
        if (!option.values.empty()) meaning += " (" + option.values + ")";
        table.push_back(
            {.name = option.environment,
             .unit = option.unit,
             .meaning = meaning + ".",
             .set = [&option](Settings& s, std::string_view t) { option.set(s.*Part, t); },
             .get =
                 [&option](const Settings& s) {
                     auto text = option.get(s.*Part);
                     return text.empty() ? option.standard : text;
                 },
             .example = option.example});
    }
}

// Names of the legacy service's .env that mean nothing to a program without Flask.
constexpr std::array<std::string_view, 3> kIgnored{"FLASK_ENV", "FLASK_DEBUG", "FLASK_APP"};

// Lines of NAME=value, with or without `export`; `#` begins a comment; quotes around a value are
// taken off.
std::map<std::string, std::string> read_env_file(std::istream& file) {
    std::map<std::string, std::string> values;
    for (std::string line; std::getline(file, line);) {
        std::string_view text = trimmed(line);
        if (text.starts_with("export ")) text = trimmed(text.substr(7));
        const auto equals = text.find('=');
        if (text.empty() || text.front() == '#' || equals == std::string_view::npos) continue;
        std::string_view value = trimmed(text.substr(equals + 1));
        if (value.size() >= 2 && value.front() == value.back() &&
            (value.front() == '"' || value.front() == '\''))
            value = value.substr(1, value.size() - 2);
        else
            value = trimmed(value.substr(0, value.find(" #")));
        values[std::string(trimmed(text.substr(0, equals)))] = value;
    }
    return values;
}

// Levenshtein's: letters to insert, delete or replace.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j)
            diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1,
                                                           diagonal + (a[i] == b[j] ? 0U : 1U)}));
    }
    return row.back();
}

void require_known(const std::string& name) {
    if (name.starts_with("FLASK_") ||
        std::ranges::find(settings_table(), name, &Setting::name) != settings_table().end())
        return;
    const Setting& nearest = *std::ranges::min_element(
        settings_table(), {}, [&](const Setting& s) { return distance(name, s.name); });
    throw Error(
        ErrorCode::invalid_setting,
        "there is no setting " + name + "; the nearest name is " + std::string(nearest.name));
}

}  // namespace

std::span<const Setting> settings_table() {
    static const std::vector<Setting> kTable = [] {
        std::vector<Setting> table = own_settings();
        add_options<&Settings::video>(pipeline::video_options(), table);
        add_options<&Settings::engine>(pipeline::engine_options(), table);
        return table;
    }();
    return kTable;
}

Settings load_settings(const std::filesystem::path& env_file, const EnvironmentLookup& lookup,
                       std::vector<std::string>& notes) {
    std::ifstream file(env_file);
    return load_settings(file, lookup, notes);
}

Settings load_settings(std::istream& env_file, const EnvironmentLookup& lookup,
                       std::vector<std::string>& notes) {
    const auto file = read_env_file(env_file);
    const auto find = [&](std::string_view name) -> std::optional<std::string> {
        // Empty is as good as unset: compose files pass on variables that nobody has set.
        if (auto value = lookup(std::string(name)); value && !value->empty()) return value;
        const auto found = file.find(std::string(name));
        return found == file.end() ? std::nullopt : std::optional(found->second);
    };
    for (const auto& [name, value] : file) require_known(name);
    Settings settings;
    for (const Setting& setting : settings_table()) {
        const auto value = find(setting.name);
        if (!value || value->empty()) continue;
        try {
            setting.set(settings, *value);
        } catch (const Error& e) {
            throw Error(ErrorCode::invalid_setting, std::string(setting.name) + ": " + e.what());
        }
    }
    if (settings.thresholds.next > settings.thresholds.allow)
        throw Error(ErrorCode::invalid_setting, "NEXT_SCORE is above ALLOW_SCORE");
    if (settings.tls_cert.empty() != settings.tls_key.empty())
        throw Error(ErrorCode::invalid_setting, "TLS_CERT and TLS_KEY go together");
    std::string ignored;
    for (const std::string_view name : kIgnored)
        if (find(name)) ignored += (ignored.empty() ? "" : ", ") + std::string(name);
    if (!ignored.empty()) notes.push_back(ignored + ": set, but without a meaning here");
    return settings;
}

std::string example_env_file() {
    std::string text =
        "# Settings of `syncnet serve`, with their defaults or, of paths, an example. Flags and "
        "the\n"
        "# environment go first.\n";
    const Settings defaults;
    for (const Setting& s : settings_table()) {
        text += "\n# ";
        text += s.meaning;
        if (!s.unit.empty()) text += " (" + std::string(s.unit) + ")";
        const std::string value = s.example.empty() ? s.get(defaults) : std::string(s.example);
        text += "\n#" + std::string(s.name) + "=" + value + "\n";
    }
    return text;
}

}  // namespace syncnet::service
