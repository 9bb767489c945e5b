// The broadcasters' limits of sound against vision, in one table, and what it means to be within
// one for an offset that is itself known only so exactly.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/standard.h"
#include "report/offsets.h"

namespace syncnet::report {

enum class LimitId { r37, detectability, acceptability };

struct Limit {
    LimitId id;
    std::string_view code;     // "r37": in files; stable
    std::string_view name;     // "EBU R37"
    std::string_view clause;   // which of its limits
    std::string_view meaning;  // in words
    double early_ms, late_ms;  // the audio may lead by, and lag by; both > 0
};

std::span<const Limit> limits();  // from the narrowest to the widest
const Limit& limit(LimitId id);
// "40 ms early to 60 ms late"
std::string range_text(const Limit& limit);

// What "pass" means: the limits that have to be kept.
using pipeline::Standard;
using pipeline::to_string;
std::span<const LimitId> required(Standard standard);

// How exactly an offset is measured, either way: lips of different people, and windows of 2 s, are
// measured up to this much apart (docs/results.md). What is nearer to a limit than that is on
// either side of it.
inline constexpr double kUncertaintyMs = 20;

enum class Place { inside, near, outside };
// `offset_ms` > 0: the audio leads.
Place place(double offset_ms, const Limit& limit);

enum class Outcome { pass, borderline, fail, not_judged };
std::string_view to_string(Outcome outcome);  // "pass", "borderline", "fail", "not_judged"

struct Judgement {
    LimitId limit;
    Outcome outcome = Outcome::not_judged;
    double worst_ms = 0;  // the offset that is nearest to the limit, or farthest beyond it
    Interval where;       // when; both mean nothing where it is not judged
};

// All limits, in their order. No offsets: not judged.
std::vector<Judgement> judge(std::span<const OffsetPoint> offsets);
// The worst of those that the standard requires.
const Judgement& deciding(std::span<const Judgement> judgements, Standard standard);

}  // namespace syncnet::report
