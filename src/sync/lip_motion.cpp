#include "sync/lip_motion.h"

#include <algorithm>

#include "sync/sync_curve.h"

namespace syncnet::sync {

std::vector<float> lip_motion(const Embeddings& lips) {
    constexpr std::int64_t kReach = 2;
    const std::int64_t count = lips.count();
    std::vector<float> to_next;
    for (std::int64_t i = lips.first_frame; i + 1 < lips.end_frame(); ++i)
        to_next.push_back(static_cast<float>(distance(lips.row(i), lips.row(i + 1))));
    std::vector<float> motion(static_cast<std::size_t>(count), 0.0F);
    for (std::int64_t i = 0; i < count && !to_next.empty(); ++i) {
        const std::int64_t last = std::ssize(to_next) - 1;
        const std::int64_t from = std::clamp<std::int64_t>(i - kReach, 0, last);
        const std::int64_t to = std::clamp<std::int64_t>(i + kReach, 0, last);
        float sum = 0;
        for (std::int64_t k = from; k <= to; ++k) sum += to_next[static_cast<std::size_t>(k)];
        motion[static_cast<std::size_t>(i)] = sum / static_cast<float>(to - from + 1);
    }
    return motion;
}

}  // namespace syncnet::sync
