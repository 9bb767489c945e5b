// Where each value of a network lies in one block of memory, so that values which never live at
// the same time share it.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace syncnet::nn {

struct ArenaValue {
    std::size_t bytes = 0;
    int born = 0;              // the step that writes it
    int dies = 0;              // the last step that reads it
    std::optional<int> alias;  // the value (of a lower index) whose memory this one is
};

struct ArenaLayout {
    std::vector<std::size_t> offsets;  // one per value
    std::size_t bytes = 0;
};

// Greedy first fit in the order of birth. The lives of aliases are merged.
ArenaLayout plan_arena(std::vector<ArenaValue> values);

// Uninitialised memory at the alignment that vector instructions like.
class AlignedBytes {
  public:
    static constexpr std::size_t kAlignment = 64;
    explicit AlignedBytes(std::size_t size)
        : data_(static_cast<std::byte*>(::operator new (size, std::align_val_t{kAlignment}))) {}
    std::byte* data() { return data_.get(); }
    const std::byte* data() const { return data_.get(); }

  private:
    struct Free {
        void operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{kAlignment}); }
    };
    std::unique_ptr<std::byte[], Free> data_;
};

}  // namespace syncnet::nn
