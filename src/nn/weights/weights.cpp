#include "nn/weights/weights.h"

namespace syncnet::nn {

std::vector<std::string> compare(const Weights& weights, std::span<const TensorSpec> expected) {
    const auto text = [](const std::vector<int>& dims) {
        std::string result = "[";
        for (const int d : dims) result += (result.size() > 1 ? ", " : "") + std::to_string(d);
        return result + "]";
    };
    std::vector<std::string> wrong;
    for (const TensorSpec& spec : expected) {
        const auto* const dims = weights.dims(spec.name);
        if (dims == nullptr)
            wrong.push_back(spec.name + " is missing");
        else if (*dims != spec.dims)
            wrong.push_back(spec.name + " is " + text(*dims) + " and should be " + text(spec.dims));
    }
    return wrong;
}

}  // namespace syncnet::nn
