#include "nn/weights/weights.h"

#include "base/error.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/torch_file.h"

namespace syncnet::nn {

std::unique_ptr<const Weights> read_weights(OwnedBytes file) {
    const auto bytes = file.bytes();
    if (is_torch_zip(bytes) || is_torch_legacy(bytes))
        return std::make_unique<const TorchWeights>(std::move(file));
    // 8 bytes of length, then JSON.
    constexpr std::size_t kBrace = 8;
    if (bytes.size() > kBrace && bytes[kBrace] == std::byte{'{'})
        return std::make_unique<const Safetensors>(std::move(file));
    throw Error(ErrorCode::bad_model,
                "these are no weights: neither safetensors nor a file of torch.save");
}

std::unique_ptr<const Weights> open_weights(const std::filesystem::path& path,
                                            std::size_t max_bytes) {
    return read_weights(MappedFile(path, max_bytes));
}

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

std::vector<std::string> compare_values(const Weights& weights,
                                        std::span<const TensorSpec> expected) {
    std::vector<std::string> wrong = compare(weights, expected);
    for (const TensorSpec& spec : expected) {
        if (weights.dims(spec.name) == nullptr) continue;
        try {
            (void)weights.at(spec.name);
        } catch (const Error& e) {
            wrong.emplace_back(e.what());
        }
    }
    return wrong;
}

}  // namespace syncnet::nn
