// One measurement: what was done to a clip, what is true of it then, and what the product said.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "pipeline/analysis.h"

namespace syncnet::evaluate {

struct Case {
    std::string kind;     // docs/evaluation.md tells each
    std::string step;     // how much of it; empty where there is only one
    bool trimmed = true;  // the silence before and after the speech was cut off
    // What the offset ought to be; nothing where none is right.
    std::optional<double> true_offset;
    // Of the face that leads, measured with and without enough evidence.
    std::optional<int> offset;
    std::optional<double> fine_offset, confidence, min_dist;
    std::optional<double> score;  // nothing: not enough evidence
    double evidence_s = 0;        // of speech with a readable mouth, that it was judged by
    std::string decision;         // "ALLOW", "NEXT", "BLOCK"
    std::string reasons;          // codes, ';' between them

    bool evidence() const { return score.has_value(); }
    // Frames from what it ought to be; nothing where nothing was measured or none is right.
    std::optional<double> error() const {
        if (!offset || !true_offset) return std::nullopt;
        return *offset - *true_offset;
    }
    bool operator==(const Case&) const = default;
};

// A clip in a line of DIR/cases.jsonl.
struct ClipRecord {
    std::string path, corpus, speaker, label;
    double seconds = 0;         // of image
    double speech_seconds = 0;  // heard in it
    // What the offset of the clip as it is ought to be, and whether the manifest knows it; else it
    // is the clip's own measured one.
    std::optional<double> zero;
    bool zero_known = false;
    bool media = false;  // drawn for cases that need new media
    // Seconds of work, as a clock on the wall has them.
    double read_time = 0, judge_time = 0, media_time = 0;
    std::vector<Case> cases;
    std::string error, error_detail;  // a code of the catalogue; empty: none

    bool operator==(const ClipRecord&) const = default;
};

// Within `frames` of what it ought to be; nothing measured is a miss.
bool within(const Case& measured, double frames);

// The answer of the product as a case.
Case case_of(std::string_view kind, std::string_view step, const pipeline::Analysis& analysis,
             std::optional<double> true_offset);

// What was measured, in place of what the case has.
void set_result(Case& c, const sync::SyncResult& result);

nlohmann::ordered_json to_json(const ClipRecord& record);
// Nothing where it is no such record.
std::optional<ClipRecord> record_from(const nlohmann::ordered_json& json);

// The CSV of all cases: the header, and the rows of a clip. An error is a row, too.
std::string csv_header();
std::string csv_rows(const ClipRecord& record);

}  // namespace syncnet::evaluate
