// Just enough of FlatBuffers to walk a table safely: every read is checked against the buffer.
// https://flatbuffers.dev/internals/
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace syncnet::nn {

class FlatBuffer {
  public:
    explicit FlatBuffer(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <typename T>
    T load(std::size_t at) const {
        T value;
        std::memcpy(&value, range(at, sizeof value).data(), sizeof value);
        return value;
    }
    std::span<const std::byte> range(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at)
            throw Error(ErrorCode::bad_model, "an offset points outside the TFLite file");
        return bytes_.subspan(at, size);
    }
    std::size_t follow(std::size_t at) const { return at + load<std::uint32_t>(at); }

  private:
    std::span<const std::byte> bytes_;
};

class FlatTable {
  public:
    FlatTable(const FlatBuffer& buffer, std::size_t at) : buffer_(&buffer), at_(at) {}

    template <typename T>
    T scalar(int field, T otherwise) const {
        const auto at = find(field);
        return at ? buffer_->load<T>(*at) : otherwise;
    }
    std::optional<FlatTable> table(int field) const {
        const auto at = find(field);
        if (!at) return std::nullopt;
        return FlatTable(*buffer_, buffer_->follow(*at));
    }
    std::vector<FlatTable> tables(int field) const {
        std::vector<FlatTable> result;
        const auto [first, count] = vector(field, sizeof(std::uint32_t));
        for (std::size_t i = 0; i < count; ++i)
            result.emplace_back(*buffer_, buffer_->follow(first + i * sizeof(std::uint32_t)));
        return result;
    }
    template <typename T>
    std::vector<T> scalars(int field) const {
        const auto [first, count] = vector(field, sizeof(T));
        std::vector<T> result(count);
        if (count > 0)
            std::memcpy(result.data(), buffer_->range(first, count * sizeof(T)).data(),
                        count * sizeof(T));
        return result;
    }
    std::span<const std::byte> bytes(int field) const {
        const auto [first, count] = vector(field, 1);
        return buffer_->range(first, count);
    }
    std::string string(int field) const {
        const auto raw = bytes(field);
        return {reinterpret_cast<const char*>(raw.data()), raw.size()};
    }

  private:
    std::optional<std::size_t> find(int field) const {
        const auto vtable = static_cast<std::int64_t>(at_) - buffer_->load<std::int32_t>(at_);
        if (vtable < 0) throw Error(ErrorCode::bad_model, "a table lies outside the TFLite file");
        const auto start = static_cast<std::size_t>(vtable);
        const std::size_t entry = 4 + 2 * static_cast<std::size_t>(field);
        if (entry + 2 > buffer_->load<std::uint16_t>(start)) return std::nullopt;
        const auto offset = buffer_->load<std::uint16_t>(start + entry);
        if (offset == 0) return std::nullopt;
        return at_ + offset;
    }
    struct Vector {
        std::size_t first = 0, count = 0;
    };
    Vector vector(int field, std::size_t element) const {
        const auto at = find(field);
        if (!at) return {};
        const std::size_t start = buffer_->follow(*at);
        const std::size_t count = buffer_->load<std::uint32_t>(start);
        buffer_->range(start + 4, count * element);
        return {start + 4, count};
    }

    const FlatBuffer* buffer_;
    std::size_t at_;
};

}  // namespace syncnet::nn
