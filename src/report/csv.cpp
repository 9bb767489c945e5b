#include "report/csv.h"

#include <array>
#include <string_view>

#include "base/number_text.h"
#include "base/utf8.h"

namespace syncnet::report {
namespace {

constexpr std::string_view kHead = "video,kind,limit,start,end,start_s,end_s,offset_ms,text\n";

std::string cell(std::string_view bytes) {
    std::string text = valid_utf8(bytes);
    constexpr std::string_view kFormula = "=+-@\t\r";
    if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos)
        text.insert(0, 1, '\'');
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string seconds(std::int64_t frame) {
    return fixed_point(static_cast<double>(frame) / media::kFrameRate, 2);
}

using Row = std::array<std::string, 9>;

std::string line(const Row& row) {
    std::string text;
    for (const std::string& c : row) text += (text.empty() ? "" : ",") + c;
    return text + "\n";
}

std::string rows(const Review& r) {
    std::string text;
    for (const Marker& m : r.markers)
        text += line({cell(r.video), std::string(info(m.kind).code),
                      m.limit ? std::string(limit(*m.limit).code) : "", r.times.at(m.frames.from),
                      r.times.at(m.frames.to), seconds(m.frames.from), seconds(m.frames.to),
                      m.offset_ms ? fixed_point(*m.offset_ms, 0) : "", cell(m.text)});
    return text;
}

std::string rows(const Failure& f) {
    return line({cell(f.video), "error", "", "", "", "", "", "",
                 cell(std::string(f.error.info().title_for_command()) + ": " + f.error.what())});
}

}  // namespace

std::string csv(std::span<const Entry> entries) {
    std::string text(kHead);
    for (const Entry& entry : entries)
        text += std::visit([](const auto& e) { return rows(e); }, entry);
    return text;
}

}  // namespace syncnet::report
