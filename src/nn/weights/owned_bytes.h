// The bytes of a weight file, mapped or in memory, owned. They stay where they are when it moves.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "base/mapped_file.h"

namespace syncnet::nn {

class OwnedBytes {
  public:
    // NOLINTBEGIN(google-explicit-constructor): either stands for its bytes
    OwnedBytes(MappedFile file) : owner_(std::move(file)) {}
    OwnedBytes(std::vector<std::byte> bytes) : owner_(std::move(bytes)) {}
    // NOLINTEND(google-explicit-constructor)

    std::span<const std::byte> bytes() const {
        if (const auto* const file = std::get_if<MappedFile>(&owner_)) return file->bytes();
        return std::get<std::vector<std::byte>>(owner_);
    }

  private:
    std::variant<MappedFile, std::vector<std::byte>> owner_;
};

}  // namespace syncnet::nn
