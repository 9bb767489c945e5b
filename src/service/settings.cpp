#include "service/settings.h"

#include <array>
#include <charconv>
#include <fstream>
#include <map>

#include "base/error.h"

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

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMegabyte = 1 << 20;

template <auto Member>
void set_seconds(Settings& s, std::string_view text) {
    s.*Member = std::chrono::seconds(whole(text, 1, kDay));
}
template <auto Member>
std::string get_seconds(const Settings& s) {
    return std::to_string((s.*Member).count());
}
template <auto Member>
void set_count(Settings& s, std::string_view text) {
    s.*Member = static_cast<int>(whole(text, 1, 100'000));
}
template <auto Member>
std::string get_count(const Settings& s) {
    return std::to_string(s.*Member);
}
template <auto Member>
void set_path(Settings& s, std::string_view text) {
    s.*Member = std::filesystem::path(text);
}
template <auto Member>
std::string get_path(const Settings& s) {
    return (s.*Member).string();
}

constexpr std::array kTable{
    Setting{"HOST", "address", "The address to listen on.",
            [](Settings& s, std::string_view t) { s.host = t; },
            [](const Settings& s) { return s.host; }},
    Setting{"PORT", "", "The port to listen on; 0 takes a free one.",
            [](Settings& s, std::string_view t) {
                s.port = static_cast<std::uint16_t>(whole(t, 0, 65'535));
            },
            [](const Settings& s) { return std::to_string(s.port); }},
    Setting{"UPLOAD_DIR", "folder", "The only folder below which video_path may lie.",
            set_path<&Settings::upload_dir>, get_path<&Settings::upload_dir>},
    Setting{"TMP_DIR", "folder", "Where uploads are kept while they are scored.",
            set_path<&Settings::tmp_dir>, get_path<&Settings::tmp_dir>},
    Setting{"MAX_VIDEO_SIZE_MB", "MB", "The largest video.",
            [](Settings& s, std::string_view t) {
                s.max_video_bytes = whole(t, 1, 1 << 20) * kMegabyte;
            },
            [](const Settings& s) { return std::to_string(s.max_video_bytes / kMegabyte); }},
    Setting{"PROCESSING_TIMEOUT_SECONDS", "s", "The longest time from request to answer.",
            set_seconds<&Settings::processing_timeout>, get_seconds<&Settings::processing_timeout>},
    Setting{"IDLE_TIMEOUT_SECONDS", "s", "The longest wait for a client's next byte.",
            set_seconds<&Settings::idle_timeout>, get_seconds<&Settings::idle_timeout>},
    Setting{"UPLOAD_TIMEOUT_SECONDS", "s", "The longest time that an upload may take.",
            set_seconds<&Settings::upload_timeout>, get_seconds<&Settings::upload_timeout>},
    Setting{"DRAIN_SECONDS", "s", "How long a stopping service finishes what it has begun.",
            set_seconds<&Settings::drain>, get_seconds<&Settings::drain>},
    Setting{"WORKERS", "", "Videos scored at the same time.", set_count<&Settings::workers>,
            get_count<&Settings::workers>},
    Setting{"QUEUE", "", "Requests that may wait for a worker; more are answered with 503.",
            set_count<&Settings::queue>, get_count<&Settings::queue>},
    Setting{"CONNECTIONS", "", "Connections at the same time; more wait to be accepted.",
            set_count<&Settings::connections>, get_count<&Settings::connections>},
    Setting{"SYNCNET_MODELS", "folder", "Where the models lie; by default beside the program.",
            set_path<&Settings::model_dir>, get_path<&Settings::model_dir>},
    Setting{"MODEL_PATH", "file", "Weights of the published SyncNet; where they are, it scores.",
            set_path<&Settings::syncnet_v2>, get_path<&Settings::syncnet_v2>},
    Setting{"DETECTOR_PATH", "file",
            "Weights of S3FD, which finds faces for the published SyncNet.",
            set_path<&Settings::s3fd>, get_path<&Settings::s3fd>},
    Setting{"PRECISION", "", "What the networks compute with: auto, f32, bf16x3 or bf16.",
            [](Settings& s, std::string_view t) {
                s.precision = nn::parse_precision(t);
                if (!s.precision && t != "auto") refuse(t, "auto, f32, bf16x3 or bf16");
            },
            [](const Settings& s) {
                return std::string(s.precision ? nn::to_string(*s.precision) : "auto");
            }},
    Setting{"LOG_LEVEL", "", "debug, info, warning or error.",
            [](Settings& s, std::string_view t) {
                std::string level(t);
                for (char& c : level)
                    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
                if (level == "warn") level = "warning";    // as Python's logging,
                if (level == "critical") level = "error";  // which the seed used, has them
                if (level != "debug" && level != "info" && level != "warning" && level != "error")
                    refuse(t, "debug, info, warning or error");
                s.log_level = level;
            },
            [](const Settings& s) { return s.log_level; }},
};

// Names of the seed's .env that mean nothing to a program without Flask.
constexpr std::array<std::string_view, 3> kIgnored{"FLASK_ENV", "FLASK_DEBUG", "FLASK_APP"};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Lines of NAME=value, with or without `export`; `#` begins a comment; quotes around a value are
// taken off.
std::map<std::string, std::string> read_env_file(const std::filesystem::path& path) {
    std::map<std::string, std::string> values;
    std::ifstream file(path);
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

}  // namespace

std::span<const Setting> settings_table() {
    return kTable;
}

Settings load_settings(const std::filesystem::path& env_file,
                       const std::function<std::optional<std::string>(const std::string&)>& lookup,
                       std::vector<std::string>& notes) {
    const auto file = read_env_file(env_file);
    const auto find = [&](std::string_view name) -> std::optional<std::string> {
        // Empty is as good as unset: compose files pass on variables that nobody has set.
        if (auto value = lookup(std::string(name)); value && !value->empty()) return value;
        const auto found = file.find(std::string(name));
        return found == file.end() ? std::nullopt : std::optional(found->second);
    };
    Settings settings;
    for (const Setting& setting : kTable) {
        const auto value = find(setting.name);
        if (!value || value->empty()) continue;
        try {
            setting.set(settings, *value);
        } catch (const Error& e) {
            throw Error(ErrorCode::invalid_setting, std::string(setting.name) + ": " + e.what());
        }
    }
    for (const std::string_view name : kIgnored)
        if (find(name)) notes.push_back(std::string(name) + " is set, but has no meaning here");
    return settings;
}

}  // namespace syncnet::service
