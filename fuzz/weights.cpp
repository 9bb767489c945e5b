// safetensors, PyTorch's zip archive and PyTorch's legacy stream.
#include "nn/weights/weights.h"
#include "base/error.h"
#include "fuzz/targets.h"

namespace syncnet::fuzz {

void weights(std::span<const std::byte> file) {
    try {
        const auto read = nn::read_weights(std::vector<std::byte>(file.begin(), file.end()));
        for (const std::string& name : read->names()) {
            const nn::TensorSpec spec{name, *read->dims(name)};
            (void)nn::compare_values(*read, std::span(&spec, 1));
        }
    } catch (const Error& e) {
        if (e.code() != ErrorCode::bad_model) throw;
    }
}

}  // namespace syncnet::fuzz
