#include "batch/summary.h"

#include <iomanip>
#include <sstream>

namespace syncnet::batch {

void Summary::add(std::span<const Row> video) {
    ++videos_;
    for (const Row& row : video) {
        if (row.track) ++faces_;
        if (!row.leading) continue;
        if (row.error) ++errors_[*row.error];
        if (row.decision) ++decisions_[*row.decision];
        if (row.confidence && row.min_dist) {
            Measured& measured = measured_[row.model.value_or("")];
            ++measured.videos;
            measured.confidence += *row.confidence;
            measured.min_dist += *row.min_dist;
            measured.as_published = measured.as_published && row.lse_c;
        }
    }
}

std::string Summary::text() const {
    std::ostringstream out;
    out << std::fixed;
    out << "videos " << videos_ << ", faces " << faces_;
    std::int64_t failed = 0;
    for (const auto& [code, count] : errors_) failed += count;
    out << ", errors " << failed;
    const char* before = " (";
    for (const auto& [code, count] : errors_) {
        out << before << code << ' ' << count;
        before = ", ";
    }
    out << (errors_.empty() ? "\n" : ")\n");
    std::int64_t decided = 0;
    for (const auto& [decision, count] : decisions_) decided += count;
    for (const auto& [decision, count] : decisions_)
        out << decision << ' ' << count << std::setprecision(1) << " ("
            << 100.0 * static_cast<double>(count) / static_cast<double>(decided) << " %)\n";
    for (const auto& [model, measured] : measured_) {
        const auto count = static_cast<double>(measured.videos);
        out << std::setprecision(3) << "mean over the leading faces of " << measured.videos
            << " videos by " << model << ": " << (measured.as_published ? "LSE-C " : "confidence ")
            << measured.confidence / count << (measured.as_published ? ", LSE-D " : ", min_dist ")
            << measured.min_dist / count << '\n';
    }
    return out.str();
}

}  // namespace syncnet::batch
