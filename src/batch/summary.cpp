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
        if (row.lse_c && row.lse_d) {
            ++measured_;
            lse_c_ += *row.lse_c;
            lse_d_ += *row.lse_d;
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
    if (measured_ > 0)
        out << std::setprecision(3) << "mean over the leading faces of " << measured_
            << " videos: LSE-C " << lse_c_ / static_cast<double>(measured_) << ", LSE-D "
            << lse_d_ / static_cast<double>(measured_) << '\n';
    return out.str();
}

}  // namespace syncnet::batch
