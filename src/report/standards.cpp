#include "report/standards.h"

#include <algorithm>
#include <array>

#include "base/number_text.h"

namespace syncnet::report {
namespace {

constexpr std::array kLimits{
    Limit{.id = LimitId::r37,
          .code = "r37",
          .name = "EBU R37",
          .clause = "at the end of the chain",
          .meaning = "Sound against vision over the whole chain, where the programme goes to the "
                     "transmitter. What one stage may add is far less; a file can't tell that.",
          .early_ms = 40,
          .late_ms = 60},
    Limit{.id = LimitId::detectability,
          .code = "bt1359_detectability",
          .name = "ITU-R BT.1359",
          .clause = "detectability, considering g",
          .meaning = "Within, viewers on average do not notice anything.",
          .early_ms = 45,
          .late_ms = 125},
    Limit{.id = LimitId::acceptability,
          .code = "bt1359_acceptability",
          .name = "ITU-R BT.1359",
          .clause = "acceptability, recommends 2",
          .meaning = "The overall tolerance: beyond, viewers on average do not accept it.",
          .early_ms = 90,
          .late_ms = 185},
};

constexpr std::array kOfR37{LimitId::r37};
constexpr std::array kOfBt1359{LimitId::acceptability};
constexpr std::array kAll{LimitId::r37, LimitId::detectability, LimitId::acceptability};

// How far inside of the limit; negative beyond it.
double margin_ms(double offset_ms, const Limit& limit) {
    return std::min(limit.early_ms - offset_ms, offset_ms + limit.late_ms);
}

Outcome outcome_of(Place place) {
    switch (place) {
        case Place::inside:
            return Outcome::pass;
        case Place::near:
            return Outcome::borderline;
        case Place::outside:
            return Outcome::fail;
    }
    return Outcome::fail;
}

// The worse, the greater: what is not judged has not failed, and has not passed either.
int severity(Outcome outcome) {
    switch (outcome) {
        case Outcome::pass:
            return 0;
        case Outcome::borderline:
            return 1;
        case Outcome::not_judged:
            return 2;
        case Outcome::fail:
            return 3;
    }
    return 0;
}

}  // namespace

std::span<const Limit> limits() {
    return kLimits;
}

const Limit& limit(LimitId id) {
    return *std::ranges::find(kLimits, id, &Limit::id);
}

std::string range_text(const Limit& limit) {
    return fixed_point(limit.early_ms, 0) + " ms early to " + fixed_point(limit.late_ms, 0) +
           " ms late";
}

std::span<const LimitId> required(Standard standard) {
    switch (standard) {
        case Standard::r37:
            return kOfR37;
        case Standard::bt1359:
            return kOfBt1359;
        case Standard::all:
            return kAll;
    }
    return kAll;
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::pass:
            return "pass";
        case Outcome::borderline:
            return "borderline";
        case Outcome::fail:
            return "fail";
        case Outcome::not_judged:
            return "not_judged";
    }
    return "not_judged";
}

Place place(double offset_ms, const Limit& limit) {
    const double margin = margin_ms(offset_ms, limit);
    if (margin < -kUncertaintyMs) return Place::outside;
    return margin < kUncertaintyMs ? Place::near : Place::inside;
}

std::vector<Judgement> judge(std::span<const OffsetPoint> offsets) {
    std::vector<Judgement> judgements;
    for (const Limit& l : kLimits) {
        Judgement j{.limit = l.id};
        if (!offsets.empty()) {
            const OffsetPoint& worst = *std::ranges::min_element(
                offsets, {}, [&](const OffsetPoint& p) { return margin_ms(p.offset_ms, l); });
            j.worst_ms = worst.offset_ms;
            j.where = worst.frames;
            j.outcome = outcome_of(place(worst.offset_ms, l));
        }
        judgements.push_back(j);
    }
    return judgements;
}

const Judgement& deciding(std::span<const Judgement> judgements, Standard standard) {
    const Judgement* worst = nullptr;
    for (const LimitId id : required(standard)) {
        const Judgement& j = *std::ranges::find(judgements, id, &Judgement::limit);
        if (worst == nullptr || severity(j.outcome) > severity(worst->outcome)) worst = &j;
    }
    return *worst;
}

}  // namespace syncnet::report
