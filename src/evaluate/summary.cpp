#include "evaluate/summary.h"

#include <map>
#include <set>

namespace syncnet::evaluate {

using nlohmann::ordered_json;

ordered_json clip_counts(const Results& results) {
    ordered_json counts = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        std::set<std::string> speakers;
        std::size_t clips = 0, failed = 0, media = 0, known = 0;
        double seconds = 0;
        std::map<std::string, std::size_t> labels;
        for (const ClipRecord& r : results.records()) {
            if (!results.in(r, corpus)) continue;
            ++clips;
            failed += r.error.empty() ? 0 : 1;
            media += r.media ? 1 : 0;
            known += r.zero_known ? 1 : 0;
            seconds += r.seconds;
            speakers.insert(r.speaker);
            ++labels[r.label];
        }
        counts[corpus] = {
            {"clips", clips},          {"speakers", speakers.size()},
            {"seconds", seconds},      {"median_seconds", results.median_seconds(corpus)},
            {"labels", labels},        {"offset_known", known},
            {"with_new_media", media}, {"errors", failed}};
    }
    return counts;
}

ordered_json time_per_stage(const Results& results) {
    ordered_json time = ordered_json::object();
    for (const std::string& corpus : results.corpora()) {
        double seconds = 0, read = 0, judge = 0, media = 0;
        for (const ClipRecord& r : results.records()) {
            if (!results.in(r, corpus) || !r.error.empty()) continue;
            seconds += r.seconds;
            read += r.read_time;
            judge += r.judge_time;
            media += r.media_time;
        }
        if (seconds <= 0) continue;
        time[corpus] = {{"reading", read / seconds},
                        {"measuring", judge / seconds},
                        {"video_seconds", seconds},
                        {"making_and_reading_media_s", media}};
    }
    return time;
}

ordered_json errors(const Results& results) {
    ordered_json list = ordered_json::array();
    for (const ClipRecord& r : results.records())
        if (!r.error.empty())
            list.push_back({{"path", r.path}, {"error", r.error}, {"detail", r.error_detail}});
    return list;
}

ordered_json summarise(const Results& results) {
    ordered_json summary{{"clips", clip_counts(results)},
                         {"offset_by_window", offset_by_window(results)},
                         {"offsets", offsets_of_clips(results)},
                         {"delays", delays(results)},
                         {"sub_frame", sub_frame(results)},
                         {"separation", separation(results)},
                         {"scores", scores(results)},
                         {"decisions", decisions(results)},
                         {"reliability", reliability_of_score(results)},
                         {"reliability_by_evidence", reliability_by_evidence(results)},
                         {"tampered", tampered(results)},
                         {"labels", own_labels(results)},
                         {"degraded", degraded(results)},
                         {"time", time_per_stage(results)},
                         {"errors", errors(results)}};
    summary["bars"] = bars(summary, results);
    return summary;
}

}  // namespace syncnet::evaluate
