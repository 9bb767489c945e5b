// One JSON line for each request, without what tells who or what was looked at.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace syncnet::service {

inline constexpr std::size_t kMaxLoggedBytes = 256;  // of any text; the rest is cut off

// Texts that are empty and numbers that are not there are left out of the line.
struct RequestRecord {
    std::string_view method;
    std::string_view route;  // the template, such as /v1/jobs/{id}: never the path that was sent
    int status = 0;
    std::string_view error_code;
    std::uint64_t bytes_in = 0, bytes_out = 0;
    double ms = 0;
    std::string_view trace_id;
    std::string_view key_name;  // the operator's name for the API key
    std::string_view decision;
    std::optional<bool> cached;
    std::optional<double> worker_ms;
    // Written as salted hashes, unless the operator wants names.
    std::string_view client;  // address
    std::string_view session_id;
    std::string_view file;
};

// Thread-safe.
class RequestLog {
  public:
    // Throws internal where there is no randomness.
    explicit RequestLog(bool names_in_clear = false);

    // Printable ASCII without a line feed, whatever a client has sent.
    std::string line(const RequestRecord& record) const;

  private:
    std::string name(std::string_view text) const;

    bool names_in_clear_;
    // Of this process, kept nowhere: its lines can be told apart by client, but nobody can find out
    // by trying addresses whose they are, or follow them past a restart.
    std::array<unsigned char, 32> salt_;
};

}  // namespace syncnet::service
