// A row of a batch's table: one face of one video, or what went wrong with the video. Flat, and of
// the same types in every row, so that Parquet, pandas and SQL take it as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "pipeline/analysis.h"

namespace syncnet::batch {

// What is not known is nothing: null in JSON, empty in CSV. What was measured is the face's alone,
// but the leading row has the video's: measured with all of its faces.
struct Row {
    std::string video;       // as it was named; bytes that are no UTF-8 are replaced
    std::int64_t faces = 0;  // reported of this video: it has that many rows, but at least one
    bool leading = true;     // the face that the audio fits best; one in each video
    std::optional<std::int64_t> track;
    std::optional<double> start_s, end_s;
    std::optional<double> confidence, min_dist;
    std::optional<double> lse_c, lse_d;  // the same, where they are what papers call so
    std::optional<std::int64_t> offset_frames;
    std::optional<double> lag_ms;
    std::optional<double> score;
    std::optional<std::string> decision;
    std::optional<std::string> reasons;  // codes, with ';' between them
    std::optional<double> speech_s;
    std::optional<double> evidence_s;         // of it, with a mouth that could be read
    std::optional<double> drift_ms_per_s;     // where there is enough to tell
    std::optional<std::int64_t> audio_track;  // from 1 on
    std::optional<std::string> model;         // name and version
    std::optional<std::string> error, error_detail;

    bool operator==(const Row&) const = default;
};

std::vector<Row> rows_of(const std::string& video, const pipeline::Analysis& analysis);
Row error_row(const std::string& video, ErrorCode code, std::string_view detail);

// The name that a row has for this video.
std::string row_name(std::string_view video);

struct Column {
    enum class Type { text, boolean, integer, real };
    std::string_view name;
    Type type;
};
std::span<const Column> columns();

// In the order of the columns.
nlohmann::ordered_json to_json(const Row& row);
// Nothing where it is no such row.
std::optional<Row> row_from(const nlohmann::ordered_json& json);

}  // namespace syncnet::batch
