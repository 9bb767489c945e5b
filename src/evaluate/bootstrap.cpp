#include "evaluate/bootstrap.h"

#include <algorithm>

namespace syncnet::evaluate {

Estimate share(std::span<const Spoken<bool>> samples) {
    return bootstrap<bool>(samples, [](const std::vector<bool>& all) -> std::optional<double> {
        if (all.empty()) return std::nullopt;
        return static_cast<double>(std::count(all.begin(), all.end(), true)) /
               static_cast<double>(all.size());
    });
}

Estimate median(std::span<const Spoken<double>> samples) {
    return bootstrap<double>(samples, [](const std::vector<double>& all) { return median(all); });
}

}  // namespace syncnet::evaluate
