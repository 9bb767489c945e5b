#include "nn/batch_norm.h"

#include <cmath>

#include "base/error.h"

namespace syncnet::nn {

std::pair<Tensor, Tensor> fold_batch_norm(const Weights& weights, const std::string& conv,
                                          const std::string& norm) {
    constexpr double kEpsilon = 1e-5;  // PyTorch's default
    Tensor kernel = weights.at(conv + ".weight");
    Tensor bias = weights.at(conv + ".bias");
    const Tensor gamma = weights.at(norm + ".weight");
    const Tensor beta = weights.at(norm + ".bias");
    const Tensor mean = weights.at(norm + ".running_mean");
    const Tensor variance = weights.at(norm + ".running_var");
    const std::size_t channels = bias.values.size();
    const auto fits = [&](const Tensor& t) { return t.values.size() == channels; };
    if (!fits(gamma) || !fits(beta) || !fits(mean) || !fits(variance))
        throw Error(ErrorCode::bad_model, norm + " does not fit " + conv);
    const std::size_t size = channels == 0 ? 0 : kernel.values.size() / channels;
    for (std::size_t c = 0; c < channels; ++c) {
        if (variance.values[c] < 0)
            throw Error(ErrorCode::bad_model, norm + " has a negative variance");
        const double scale =
            static_cast<double>(gamma.values[c]) / std::sqrt(variance.values[c] + kEpsilon);
        for (std::size_t i = c * size; i < (c + 1) * size; ++i)
            kernel.values[i] = static_cast<float>(kernel.values[i] * scale);
        bias.values[c] = static_cast<float>(
            (static_cast<double>(bias.values[c]) - mean.values[c]) * scale + beta.values[c]);
    }
    return {std::move(kernel), std::move(bias)};
}

}  // namespace syncnet::nn
