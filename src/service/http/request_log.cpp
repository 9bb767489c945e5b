#include "service/http/request_log.h"

#include <cmath>

#include "base/json.h"
#include "base/random.h"
#include "base/sha256.h"

namespace syncnet::service {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kHashDigits = 16;

void add(Json& line, const char* member, std::string_view text) {
    if (!text.empty()) line[member] = text.substr(0, kMaxLoggedBytes);
}

double tenths(double ms) {
    return std::round(ms * 10) / 10;
}

}  // namespace

RequestLog::RequestLog(bool names_in_clear)
    : names_in_clear_(names_in_clear), salt_(random_bytes<32>()) {}

std::string RequestLog::name(std::string_view text) const {
    if (text.empty() || names_in_clear_) return std::string(text.substr(0, kMaxLoggedBytes));
    return to_hex(hmac_sha256(salt_, text)).substr(0, kHashDigits);
}

std::string RequestLog::line(const RequestRecord& record) const {
    Json line;
    add(line, "method", record.method);
    add(line, "route", record.route);
    line["status"] = record.status;
    add(line, "code", record.error_code);
    line["bytes_in"] = record.bytes_in;
    line["bytes_out"] = record.bytes_out;
    line["ms"] = tenths(record.ms);
    add(line, "trace_id", record.trace_id);
    add(line, "key", record.key_name);
    add(line, "decision", record.decision);
    if (record.cached) line["cached"] = *record.cached;
    if (record.worker_ms) line["worker_ms"] = tenths(*record.worker_ms);
    add(line, "client", name(record.client));
    add(line, "session_id", name(record.session_id));
    add(line, "file", name(record.file));
    // ASCII only: a terminal obeys some control characters above 127, too.
    return line.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace syncnet::service
