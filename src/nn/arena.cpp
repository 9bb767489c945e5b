#include "nn/arena.h"

#include <algorithm>

namespace syncnet::nn {
namespace {

std::size_t align(std::size_t bytes) {
    return (bytes + AlignedBytes::kAlignment - 1) / AlignedBytes::kAlignment *
           AlignedBytes::kAlignment;
}

struct Block {
    std::size_t offset, bytes;
    int dies;
};

}  // namespace

ArenaLayout plan_arena(std::vector<ArenaValue> values) {
    for (auto& v : values)
        while (v.alias && values[static_cast<std::size_t>(*v.alias)].alias)
            v.alias = values[static_cast<std::size_t>(*v.alias)].alias;
    for (const auto& v : values)
        if (v.alias) {
            auto& owner = values[static_cast<std::size_t>(*v.alias)];
            owner.dies = std::max(owner.dies, v.dies);
        }

    ArenaLayout layout;
    std::vector<Block> live;  // sorted by offset
    for (const auto& v : values) {
        if (v.alias) {
            layout.offsets.push_back(layout.offsets[static_cast<std::size_t>(*v.alias)]);
            continue;
        }
        std::erase_if(live, [&](const Block& b) { return b.dies < v.born; });
        const std::size_t bytes = align(v.bytes);
        std::size_t offset = 0;
        auto next = live.begin();
        while (next != live.end() && offset + bytes > next->offset) {
            offset = std::max(offset, next->offset + next->bytes);
            ++next;
        }
        live.insert(next, {offset, bytes, v.dies});
        layout.offsets.push_back(offset);
        layout.bytes = std::max(layout.bytes, offset + bytes);
    }
    return layout;
}

}  // namespace syncnet::nn
