// API keys: who may ask for what. The file holds hashes only; a key itself is shown once, when it
// is made.
#pragma once

#include <bitset>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"

namespace syncnet::service {

inline constexpr std::size_t kMaxKeyFileBytes = 1 << 20;
inline constexpr std::size_t kMaxKeys = 1000;
inline constexpr std::size_t kMaxKeyNameBytes = 64;
inline constexpr int kMaxRatePerMinute = 100'000;

enum class Scope { score, jobs, metrics };
using Scopes = std::bitset<3>;
std::string_view to_string(Scope scope);

// "score,jobs". Throws invalid_setting, naming the scope that there is not.
Scopes parse_scopes(std::string_view text);

struct ApiKey {
    std::string name;  // letters, digits, '.', '_' and '-': safe in logs and labels
    Sha256 hash{};     // of the key as presented
    Scopes scopes;
    std::optional<int> rate_per_minute;
    std::optional<std::chrono::sys_days> expires;  // the first day, UTC, on which it is refused

    bool may(Scope scope) const { return scopes[static_cast<std::size_t>(scope)]; }
};

class ApiKeys {
  public:
    // One JSON object a line, as make_key writes it. Throws invalid_setting, naming line and
    // reason.
    static ApiKeys load(const std::filesystem::path& path);

    // The key that `presented` is; null if there is none or it has expired. Takes as long whichever
    // key it is. Thread-safe; the pointer lives as long as this object.
    const ApiKey* find(std::string_view presented, std::chrono::system_clock::time_point now =
                                                       std::chrono::system_clock::now()) const;

    const std::vector<ApiKey>& all() const { return keys_; }

  private:
    std::vector<ApiKey> keys_;
};

// What a request presents, from the values of its headers (empty: not there): the token of
// `Authorization: Bearer`, else X-API-Key; empty if neither.
std::string_view presented_key(std::string_view authorization, std::string_view x_api_key);

struct NewKey {
    std::string key;   // for the client
    std::string line;  // for the file, without a line feed
};

// Makes a random key. `expires` is YYYY-MM-DD or empty. Throws invalid_setting for what load()
// would refuse.
NewKey make_key(std::string_view name, Scopes scopes, std::optional<int> rate_per_minute,
                std::string_view expires);

}  // namespace syncnet::service
