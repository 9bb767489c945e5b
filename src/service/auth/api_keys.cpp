#include "service/auth/api_keys.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace syncnet::service {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kScopeNames{"score", "jobs", "metrics"};
constexpr std::string_view kKeyPrefix = "sn_";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyLength = kKeyPrefix.size() + (kKeyBytes * 4 + 2) / 3;

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kNumbers = "0123456789";

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::invalid_setting, why);
}

bool consists_of(std::string_view text, std::string_view marks) {
    return std::ranges::all_of(text, [&](char c) {
        return kLetters.find(c) != std::string_view::npos ||
               kNumbers.find(c) != std::string_view::npos ||
               marks.find(c) != std::string_view::npos;
    });
}

void require_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxKeyNameBytes || !consists_of(name, "._-"))
        refuse("a name has 1 to " + std::to_string(kMaxKeyNameBytes) +
               " letters, digits, '.', '_' and '-'");
}

Scope parse_scope(std::string_view name) {
    const auto found = std::ranges::find(kScopeNames, name);
    if (found == kScopeNames.end())
        refuse("there is no scope \"" + std::string(name.substr(0, kMaxKeyNameBytes)) +
               "\"; there are score, jobs and metrics");
    return static_cast<Scope>(found - kScopeNames.begin());
}

void require_rate(std::int64_t rate) {
    if (rate < 1 || rate > kMaxRatePerMinute)
        refuse("rate_per_minute is a whole number from 1 to " + std::to_string(kMaxRatePerMinute));
}

std::chrono::sys_days parse_day(std::string_view text) {
    int year = 0;
    unsigned month = 0, day = 0;
    const auto number = [&](std::size_t at, std::size_t length, auto& value) {
        const char* const end = text.data() + at + length;
        return std::from_chars(text.data() + at, end, value).ptr == end;
    };
    if (text.size() == 10 && text[0] != '-' && text[4] == '-' && text[7] == '-' &&
        number(0, 4, year) && number(5, 2, month) && number(8, 2, day)) {
        const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                               std::chrono::day(day)};
        if (date.ok()) return date;
    }
    refuse("expires is a date such as 2027-01-31");
}

// The members of a line. Unknown ones are refused: a misspelt "expires" would never expire.
ApiKey parse_key(std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) refuse("not a JSON object");
    ApiKey key;
    for (const auto& [member, value] : json.items()) {
        if (member == "name" && value.is_string()) {
            key.name = value.get<std::string>();
        } else if (member == "sha256" && value.is_string()) {
            if (!from_hex(value.get_ref<const std::string&>(), key.hash))
                refuse("sha256 is 64 lower case hexadecimal digits");
        } else if (member == "scopes" && value.is_array()) {
            for (const Json& scope : value)
                key.scopes.set(static_cast<std::size_t>(
                    parse_scope(scope.is_string() ? scope.get<std::string>() : "")));
        } else if (member == "rate_per_minute" && value.is_number_integer()) {
            require_rate(value.get<std::int64_t>());
            key.rate_per_minute = value.get<int>();
        } else if (member == "expires" && value.is_string()) {
            key.expires = parse_day(value.get<std::string>());
        } else {
            refuse(
                "the members are name, sha256, scopes, rate_per_minute and expires, each of its "
                "own kind");
        }
    }
    require_name(key.name);
    if (key.hash == Sha256{}) refuse("there is no sha256");
    if (key.scopes.none()) refuse("there are no scopes");
    return key;
}

std::string read_key_file(const std::filesystem::path& path) {
    // A FIFO without a writer would hold a blocking open for ever.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
        refuse("it can't be read as a file");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        refuse("others than its owner can write it; chmod go-w");
    std::string text(kMaxKeyFileBytes + 1, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t got = ::read(fd.get(), text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse("it can't be read");
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
    }
    if (length > kMaxKeyFileBytes)
        refuse("it has more than " + std::to_string(kMaxKeyFileBytes) + " bytes");
    text.resize(length);
    return text;
}

}  // namespace

std::string_view to_string(Scope scope) {
    return kScopeNames[static_cast<std::size_t>(scope)];
}

Scopes parse_scopes(std::string_view text) {
    Scopes scopes;
    for (const std::string_view name : separated(text, ','))
        scopes.set(static_cast<std::size_t>(parse_scope(name)));
    return scopes;
}

ApiKeys ApiKeys::load(const std::filesystem::path& path) {
    ApiKeys keys;
    std::set<std::string> names;
    std::set<Sha256> hashes;
    std::size_t number = 0;
    std::string where = path.string();
    try {
        const std::string text = read_key_file(path);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            const std::string_view line = trimmed(std::string_view(text).substr(at, end - at));
            at = end + 1;
            where = path.string() + " line " + std::to_string(++number);
            if (line.empty()) continue;
            ApiKey key = parse_key(line);
            if (!names.insert(key.name).second) refuse("the name " + key.name + " comes twice");
            if (!hashes.insert(key.hash).second) refuse("another name has the same key");
            if (keys.keys_.size() == kMaxKeys)
                refuse("there are more than " + std::to_string(kMaxKeys) + " keys");
            keys.keys_.push_back(std::move(key));
        }
    } catch (const Error& e) {
        refuse(where + ": " + e.what());
    }
    return keys;
}

// Plain SHA-256, where passwords would take a slow, salted hash: a key is 256 random bits, so there
// is nothing to guess and no table to look it up in. The shape is demanded so that this stays true:
// a key that a person made up has no business here.
const ApiKey* ApiKeys::find(std::string_view presented,
                            std::chrono::system_clock::time_point now) const {
    if (presented.size() != kKeyLength || !presented.starts_with(kKeyPrefix) ||
        !consists_of(presented, "_-"))
        return nullptr;
    const Sha256 hash = sha256(presented);
    const ApiKey* found = nullptr;
    for (const ApiKey& key : keys_)
        if (CRYPTO_memcmp(key.hash.data(), hash.data(), hash.size()) == 0) found = &key;
    if (found != nullptr && found->expires && now >= *found->expires) return nullptr;
    return found;
}

std::string_view presented_key(std::string_view authorization, std::string_view x_api_key) {
    constexpr std::string_view kScheme = "bearer ";  // in any case, RFC 9110
    authorization = trimmed(authorization);
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
    if (authorization.size() > kScheme.size() &&
        std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower))
        return trimmed(authorization.substr(kScheme.size()));
    return trimmed(x_api_key);
}

NewKey make_key(std::string_view name, Scopes scopes, std::optional<int> rate_per_minute,
                std::string_view expires) {
    NewKey made;
    made.key = std::string(kKeyPrefix) + to_base64url(random_bytes<kKeyBytes>());
    Json line{{"name", name}, {"sha256", to_hex(sha256(made.key))}, {"scopes", Json::array()}};
    for (std::size_t i = 0; i < kScopeNames.size(); ++i)
        if (scopes[i]) line["scopes"].push_back(kScopeNames[i]);
    if (rate_per_minute) line["rate_per_minute"] = *rate_per_minute;
    if (!expires.empty()) line["expires"] = expires;
    made.line = line.dump(-1, ' ', true, Json::error_handler_t::replace);
    (void)parse_key(made.line);
    return made;
}

}  // namespace syncnet::service
