#include "evaluate/manifest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <unordered_set>

#include "base/error.h"
#include "base/json.h"
#include "base/sha256.h"
#include "evaluate/csv.h"
#include "evaluate/draw.h"

namespace syncnet::evaluate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

[[noreturn]] void fail(std::size_t line, const std::string& what) {
    throw Error(ErrorCode::invalid_request, "line " + std::to_string(line) + ": " + what);
}

template <typename Strings>
std::string listed(const Strings& values) {
    std::string text;
    for (const auto& value : values) (text += text.empty() ? "" : ", ") += value;
    return text;
}

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file || !fs::is_regular_file(path))
        throw Error(ErrorCode::not_found, "can't read " + path.string());
    if (fs::file_size(path) > kMaxManifestBytes)
        throw Error(ErrorCode::invalid_request,
                    "the manifest has more than " + std::to_string(kMaxManifestBytes) + " bytes");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string text_field(const json& object, const char* name, std::size_t line) {
    const auto field = object.find(name);
    if (field == object.end() || field->is_null()) return {};
    if (!field->is_string()) fail(line, std::string("\"") + name + "\" is no text");
    return field->get<std::string>();
}

std::optional<double> offset_field(const json& object, std::size_t line) {
    const auto field = object.find("offset");
    if (field == object.end() || field->is_null()) return std::nullopt;
    if (!field->is_number()) fail(line, "\"offset\" is no number of frames");
    const double offset = field->get<double>();
    if (!(std::abs(offset) <= kMaxKnownOffset)) fail(line, "\"offset\" is out of range");
    return offset;
}

Clip clip_of(const json& object, std::size_t line, const fs::path& folder) {
    if (!object.is_object()) fail(line, "this is no JSON object");
    Clip clip{.path = text_field(object, "path", line),
              .label = text_field(object, "label", line),
              .offset = offset_field(object, line),
              .speaker = text_field(object, "speaker", line),
              .corpus = text_field(object, "corpus", line),
              .split = text_field(object, "split", line)};
    if (clip.path.empty()) fail(line, "\"path\" is missing");
    if (clip.label.empty()) fail(line, "\"label\" is missing: one of " + listed(kLabels));
    if (std::ranges::find(kLabels, clip.label) == kLabels.end())
        fail(line, "the label \"" + clip.label + "\" is none of " + listed(kLabels));
    if (clip.speaker.empty()) clip.speaker = clip.path;
    if (clip.corpus.empty()) clip.corpus = "clips";
    clip.file = folder / clip.path;
    return clip;
}

struct Line {
    std::size_t number;
    json object;
};

std::vector<Line> json_lines(std::string_view text) {
    std::vector<Line> lines;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        json object = json::parse(line, nullptr, false);
        if (object.is_discarded()) fail(number, "this is no JSON");
        lines.push_back({number, std::move(object)});
    }
    return lines;
}

json number_of(const std::string& text, std::size_t line) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        fail(line, "\"offset\" is no number of frames: " + text);
    return number;
}

std::vector<Line> csv_lines(std::string_view text) {
    const std::vector<CsvRecord> records = csv_records(text);
    if (records.empty()) return {};
    const std::vector<std::string>& columns = records.front().fields;
    for (const char* name : {"path", "label"})
        if (std::ranges::find(columns, name) == columns.end())
            fail(1, std::string("the header has no column \"") + name + "\"");
    std::vector<Line> lines;
    for (const CsvRecord& record : std::span(records).subspan(1)) {
        if (record.fields.size() != columns.size())
            fail(record.line, std::to_string(record.fields.size()) +
                                  " fields where the header has " + std::to_string(columns.size()));
        json object = json::object();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string& value = record.fields[i];
            if (value.empty()) continue;
            object[columns[i]] =
                columns[i] == "offset" ? number_of(value, record.line) : json(value);
        }
        lines.push_back({record.line, std::move(object)});
    }
    return lines;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

// Where a clip stands in the order that paths draw.
std::vector<std::size_t> drawn_order(const std::vector<Clip>& clips) {
    std::vector<std::size_t> order(clips.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {},
                             [&](std::size_t i) { return Draw(clips[i].path, "order").bits(); });
    return order;
}

}  // namespace

Manifest read_manifest(const fs::path& path) {
    const std::string whole = text_of(path);
    std::string_view text = whole;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    Manifest manifest{.sha256 = to_hex(sha256(whole))};
    std::unordered_set<std::string> seen;
    for (const Line& line : path.extension() == ".csv" ? csv_lines(text) : json_lines(text)) {
        Clip clip = clip_of(line.object, line.number, path.parent_path());
        if (!seen.insert(clip.path).second) fail(line.number, clip.path + " is there twice");
        if (manifest.clips.size() == kMaxManifestClips)
            fail(line.number, "there are too many clips");
        manifest.clips.push_back(std::move(clip));
    }
    if (manifest.clips.empty())
        throw Error(ErrorCode::invalid_request, "there are no clips in the manifest");
    return manifest;
}

std::vector<Clip> selected(const Manifest& manifest, const Selection& selection) {
    std::set<std::string> splits, corpora;
    for (const Clip& clip : manifest.clips) {
        if (!clip.split.empty()) splits.insert(clip.split);
        corpora.insert(clip.corpus);
    }
    const auto must_be_there = [&](const std::vector<std::string>& names) {
        for (const std::string& name : names)
            if (!corpora.contains(name))
                throw Error(ErrorCode::invalid_request,
                            "there is no corpus " + name + ", but " + listed(corpora));
    };
    must_be_there(selection.corpora);
    must_be_there(selection.in_sync);
    std::vector<Clip> wanted;
    std::ranges::copy_if(manifest.clips, std::back_inserter(wanted), [&](const Clip& clip) {
        return (selection.split.empty() || clip.split == selection.split) &&
               (selection.corpora.empty() || contains(selection.corpora, clip.corpus));
    });
    if (wanted.empty())
        throw Error(ErrorCode::invalid_request,
                    "no clip is in the split " + selection.split +
                        (splits.empty() ? "; the manifest names none" : "; there are: ") +
                        listed(splits));
    for (Clip& clip : wanted)
        if (clip.genuine() && !clip.offset && contains(selection.in_sync, clip.corpus))
            clip.offset = 0;
    if (!selection.limit) return wanted;

    std::vector<bool> keep(wanted.size());
    std::map<std::pair<std::string, std::string>, std::size_t> taken;
    for (const std::size_t i : drawn_order(wanted))
        keep[i] = taken[{wanted[i].corpus, wanted[i].label}]++ < *selection.limit;
    std::vector<Clip> few;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (keep[i]) few.push_back(std::move(wanted[i]));
    return few;
}

std::vector<bool> drawn_subset(const std::vector<Clip>& clips, std::size_t count) {
    std::vector<bool> in(clips.size());
    std::map<std::string, std::size_t> taken;
    for (const std::size_t i : drawn_order(clips))
        in[i] = clips[i].genuine() && taken[clips[i].corpus]++ < count;
    return in;
}

}  // namespace syncnet::evaluate
