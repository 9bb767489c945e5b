#include "report/page.h"

#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "base/encoding.h"
#include "base/number_text.h"
#include "base/utf8.h"
#include "report/facts.h"
#include "report/plot.h"
#include "score/sentences.h"
#include "syncnet/version.h"

namespace syncnet::report {
namespace {

using kainjow::mustache::data;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

std::string px(double value) {
    return fixed_point(value, 1);
}

data list() {
    return data(data::type::list);
}

struct OutcomeWords {
    const char *sign, *word;
};

OutcomeWords words(Outcome outcome) {
    switch (outcome) {
        case Outcome::pass:
            return {"✓", "Pass"};
        case Outcome::borderline:
            return {"≈", "Borderline"};
        case Outcome::fail:
            return {"✗", "Fail"};
        case Outcome::not_judged:
            return {"–", "Not judged"};
    }
    return {"–", "Not judged"};
}

std::string standard_text(Standard standard) {
    std::string text;
    for (const LimitId id : required(standard)) {
        const Limit& l = limit(id);
        text += (text.empty() ? "" : "; ") + std::string(l.name) + ", " + std::string(l.clause);
    }
    return text;
}

void set_outcome(data& to, Outcome outcome) {
    to["outcome"] = std::string(to_string(outcome));
    to["sign"] = words(outcome).sign;
    to["word"] = words(outcome).word;
}

data limits_data(const Review& r) {
    data all = list();
    for (const Judgement& j : r.judgements) {
        const Limit& l = limit(j.limit);
        const bool known = j.outcome != Outcome::not_judged;
        data row;
        row["name"] = std::string(l.name);
        row["clause"] = std::string(l.clause);
        row["meaning"] = std::string(l.meaning);
        row["early"] = fixed_point(l.early_ms, 0);
        row["late"] = fixed_point(l.late_ms, 0);
        row["known"] = known;
        row["worst"] = known ? score::offset_text(j.worst_ms / kMsPerFrame) : "–";
        row["where"] = known ? r.times.at(j.where.from) : "";
        set_outcome(row, j.outcome);
        all << row;
    }
    return all;
}

data ticks_data(std::span<const Plot::Tick> ticks, bool across, const std::string& label) {
    data all = list();
    for (const Plot::Tick& t : ticks) {
        data tick;
        tick["at"] = px(t.at);
        tick["label_x"] = label;
        tick["label_y"] = across ? label : px(t.at + 4);
        tick["label"] = t.label;
        all << tick;
    }
    return all;
}

data rows_data(const Plot& p) {
    data rows = list();
    for (const Plot::Row& r : p.rows) {
        data bars = list();
        for (const auto& [left, width] : r.bars) {
            data bar;
            bar["at"] = px(left);
            bar["wide"] = px(width);
            bars << bar;
        }
        data row;
        row["label"] = r.label;
        row["label_x"] = px(Plot::kLeft - 8);
        row["label_y"] = px(r.top + 12);
        row["bar_top"] = px(r.top + 3);
        row["kind"] = &r == &p.rows.front() ? "voice" : "word";
        row["bars"] = std::move(bars);
        rows << row;
    }
    return rows;
}

data plot_data(const Review& r) {
    const Plot p = plot(r);
    data drawn;
    drawn["width"] = px(Plot::kWidth);
    drawn["height"] = px(p.height);
    drawn["left"] = px(Plot::kLeft);
    drawn["right"] = px(Plot::kWidth - Plot::kRight);
    drawn["inner"] = px(Plot::kWidth - Plot::kLeft - Plot::kRight);
    drawn["top"] = px(Plot::kTop);
    drawn["bottom"] = px(p.offsets_bottom());
    drawn["middle"] = px((Plot::kTop + p.offsets_bottom()) / 2);
    drawn["floor"] = px(p.rows_bottom());
    drawn["zero"] = px(p.zero);
    drawn["uncertain"] = px(p.uncertainty);
    data bands = list();
    for (const Plot::Band& b : p.bands) {
        data band;
        band["code"] = b.code;
        band["top"] = px(b.top);
        band["tall"] = px(b.bottom - b.top);
        bands << band;
    }
    drawn["bands"] = std::move(bands);
    drawn["offset_ticks"] = ticks_data(p.offset_ticks, false, px(Plot::kLeft - 8));
    drawn["time_ticks"] = ticks_data(p.time_ticks, true, px(p.rows_bottom() + 20));
    data lines = list();
    for (const Plot::Line& l : p.lines) lines << data("points", l.points);
    drawn["lines"] = std::move(lines);
    drawn["rows"] = rows_data(p);
    data flags = list();
    for (const Plot::Flag& f : p.flags) {
        data flag;
        flag["at"] = px(f.at);
        flag["number"] = f.number;
        flag["label_y"] = px(Plot::kTop - 6);
        flags << flag;
    }
    drawn["flags"] = std::move(flags);
    return drawn;
}

data markers_data(const Review& r, std::span<const media::Jpeg> thumbnails) {
    data all = list();
    for (std::size_t i = 0; i < r.markers.size(); ++i) {
        const Marker& m = r.markers[i];
        data row;
        row["number"] = std::to_string(i + 1);
        row["start"] = r.times.at(m.frames.from);
        row["end"] = r.times.at(m.frames.to);
        row["kind"] = std::string(info(m.kind).title);
        row["colour"] = std::string(info(m.kind).colour);
        row["text"] = m.text;
        row["image"] = false;
        if (i < thumbnails.size() && !thumbnails[i].bytes.empty()) {
            data image;
            image["base64"] = to_base64(thumbnails[i].bytes);
            image["width"] = std::to_string(thumbnails[i].width);
            image["height"] = std::to_string(thumbnails[i].height);
            image["middle"] = r.times.at(m.middle());
            row["image"] = std::move(image);
        }
        all << row;
    }
    return all;
}

data review_data(const Review& r, std::span<const media::Jpeg> thumbnails) {
    data told;
    told["limits"] = limits_data(r);
    told["drift"] = drift_text(r);
    told["plot"] = plot_data(r);
    told["has_markers"] = !r.markers.empty();
    told["markers"] = markers_data(r, thumbnails);
    told["fix"] = r.proposal.text;
    told["has_command"] = !r.proposal.command.empty();
    told["command"] = valid_utf8(r.proposal.command);
    data sentences = list();
    for (const Unjudged& u : r.not_judged) sentences << data("sentence", u.sentence);
    told["not_judged"] = std::move(sentences);
    data all = list();
    for (const auto& [what, value] : facts(r)) {
        data fact;
        fact["what"] = what;
        fact["value"] = valid_utf8(value);
        all << fact;
    }
    told["facts"] = std::move(all);
    return told;
}

// Its name and its outcome.
data head_data(const PageEntry& entry, std::size_t number) {
    data head;
    head["id"] = "file-" + std::to_string(number);
    if (const auto* const r = std::get_if<Review>(entry.entry)) {
        head["name"] = valid_utf8(r->video);
        head["headline"] = headline(*r);
        set_outcome(head, r->outcome());
    } else {
        const auto& f = std::get<Failure>(*entry.entry);
        head["name"] = valid_utf8(f.video);
        head["headline"] = std::string(f.error.info().title_for_command()) + ".";
        set_outcome(head, Outcome::not_judged);
    }
    return head;
}

data file_data(const PageEntry& entry, std::size_t number) {
    data file = head_data(entry, number);
    file["first"] = number == 1 ? "first" : "";
    file["review"] = false;
    file["failure"] = false;
    if (const auto* const r = std::get_if<Review>(entry.entry)) {
        file["review"] = review_data(*r, entry.thumbnails);
    } else {
        const Error& error = std::get<Failure>(*entry.entry).error;
        data failure;
        failure["detail"] = valid_utf8(error.what());
        failure["hint"] = std::string(error.info().hint_for_command());
        file["failure"] = std::move(failure);
    }
    return file;
}

// Of the first that was read; all were asked for alike.
const Review* any_review(std::span<const PageEntry> entries) {
    for (const PageEntry& e : entries)
        if (const auto* const r = std::get_if<Review>(e.entry)) return r;
    return nullptr;
}

}  // namespace

std::string page(std::span<const PageEntry> entries, std::string_view date) {
    const Review* const any = any_review(entries);
    const pipeline::TimelineOptions asked = any != nullptr && any->analysis.timeline
                                                ? any->analysis.timeline->options
                                                : pipeline::TimelineOptions{};
    data all;
    data files = list(), overview = list();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        overview << head_data(entries[i], i + 1);
        files << file_data(entries[i], i + 1);
    }
    all["title"] = "Review for broadcast";
    all["date"] = std::string(date);
    all["version"] = std::string(version());
    all["standard"] = any == nullptr ? "nothing was read" : standard_text(any->standard);
    all["uncertainty"] = fixed_point(kUncertaintyMs, 0);
    all["window"] = fixed_point(asked.window_seconds, 1);
    all["step"] = fixed_point(asked.step_seconds, 1);
    all["has_overview"] = entries.size() > 1;
    all["overview"] = std::move(overview);
    all["files"] = std::move(files);
    kainjow::mustache::mustache page{std::string(page_template())};
    if (!page.is_valid()) throw std::logic_error("page.mustache: " + page.error_message());
    return page.render(all);
}

}  // namespace syncnet::report
