// Files that torch.save wrote, in both of its containers.
#pragma once

#include <map>
#include <span>
#include <string>

#include "nn/weights/owned_bytes.h"
#include "nn/weights/pickle.h"
#include "nn/weights/weights.h"

namespace syncnet::nn {

// What a container holds. Storages are views of the file.
struct TorchContents {
    std::map<std::string, TensorRef> tensors;
    std::map<std::string, std::span<const std::byte>> storages;  // by key
};

// A zip archive of data.pkl and one entry per storage, none of them compressed (PyTorch 1.6 and
// later).
bool is_torch_zip(std::span<const std::byte> file);
TorchContents read_torch_zip(std::span<const std::byte> file);  // throws bad_model

// A row of pickles with the storages behind them (before PyTorch 1.6).
bool is_torch_legacy(std::span<const std::byte> file);
TorchContents read_torch_legacy(std::span<const std::byte> file);  // throws bad_model

class TorchWeights final : public Weights {
  public:
    explicit TorchWeights(OwnedBytes file);  // throws bad_model

    std::vector<std::string> names() const override;
    const std::vector<int>* dims(const std::string& name) const override;
    Tensor at(const std::string& name) const override;

  private:
    struct Entry {
        TensorRef tensor;
        std::vector<int> dims;
        std::span<const std::byte> storage;
    };
    OwnedBytes file_;
    std::map<std::string, Entry> entries_;  // without what all names begin with
};

}  // namespace syncnet::nn
