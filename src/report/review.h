// One video reviewed for broadcast: the typed source of the page, the tables and the summary.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "report/markers.h"
#include "report/proposal.h"
#include "report/standards.h"

namespace syncnet::report {

// What nothing is said about, and why.
struct Unjudged {
    std::string_view code;  // "other_tracks": in files; stable
    std::string sentence;
};

struct Review {
    std::string video;  // as it was named
    pipeline::Analysis analysis;
    media::TimeCodes times;
    Standard standard = Standard::r37;
    std::vector<OffsetPoint> offsets;
    std::vector<Judgement> judgements;  // of all limits
    std::vector<Marker> markers;
    Proposal proposal;
    double compared_seconds = 0, speech_seconds = 0;
    std::vector<Unjudged> not_judged;

    const Judgement& deciding() const { return report::deciding(judgements, standard); }
    Outcome outcome() const { return deciding().outcome; }
};

// A video that could not be read.
struct Failure {
    std::string video;
    Error error;
};

using Entry = std::variant<Review, Failure>;

// The analysis was made with a timeline. `flags` as `propose` takes them.
Review review(const std::filesystem::path& video, pipeline::Analysis analysis, Standard standard,
              const std::string& flags);

// "Fails EBU R37: the audio is 168 ms late, and 60 ms are allowed."
std::string headline(const Review& review);

}  // namespace syncnet::report
