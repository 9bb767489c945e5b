// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3 and 4.5; the part of it
// that torch.save uses.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "nn/weights/torch_file.h"

namespace syncnet::nn {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::size_t kMaxComment = 0xFFFF;
constexpr std::uint64_t kMaxEntries = 1U << 16U;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // the value stands in the zip64 field

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::bad_model, "not a usable PyTorch archive: " + why);
}

template <typename T>
T load(std::span<const std::byte> from, std::size_t at) {
    if (at > from.size() || from.size() - at < sizeof(T)) refuse("it is cut short");
    T value;
    std::memcpy(&value, from.data() + at, sizeof value);
    return value;
}

std::span<const std::byte> part(std::span<const std::byte> file, std::uint64_t at,
                                std::uint64_t size) {
    if (at > file.size() || size > file.size() - at) refuse("an entry lies outside of it");
    return file.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
}

struct Directory {
    std::uint64_t entries, size, at;
};

Directory find_directory(std::span<const std::byte> file) {
    if (file.size() < kEndBytes) refuse("it is cut short");
    const std::size_t lowest = file.size() - std::min(file.size(), kEndBytes + kMaxComment);
    for (std::size_t at = file.size() - kEndBytes + 1; at-- > lowest;) {
        if (load<std::uint32_t>(file, at) != kEnd) continue;
        Directory d{load<std::uint16_t>(file, at + 10), load<std::uint32_t>(file, at + 12),
                    load<std::uint32_t>(file, at + 16)};
        if (at >= kLocatorBytes && load<std::uint32_t>(file, at - kLocatorBytes) == kEnd64Locator) {
            const auto end64 =
                part(file, load<std::uint64_t>(file, at - kLocatorBytes + 8), kEnd64Bytes);
            if (load<std::uint32_t>(end64, 0) != kEnd64) refuse("its zip64 record is damaged");
            d = {load<std::uint64_t>(end64, 32), load<std::uint64_t>(end64, 40),
                 load<std::uint64_t>(end64, 48)};
        }
        return d;
    }
    refuse("it has no directory: the end is missing");
}

struct Entry {
    std::string name;
    std::uint64_t at = 0;  // of the local header
    std::span<const std::byte> data;
};

// Values too large for 32 bits stand in an extra field, in this order.
void read_zip64(std::span<const std::byte> extra, std::uint64_t& size, std::uint64_t& stored,
                std::uint64_t& at) {
    for (std::size_t i = 0; i + 4 <= extra.size();) {
        const auto length = load<std::uint16_t>(extra, i + 2);
        if (load<std::uint16_t>(extra, i) == kZip64Extra) {
            const auto field = part(extra, i + 4, length);
            std::size_t next = 0;
            for (std::uint64_t* const value : {&size, &stored, &at})
                if (*value == kIn64) {
                    *value = load<std::uint64_t>(field, next);
                    next += sizeof(std::uint64_t);
                }
            return;
        }
        i += std::size_t{4} + length;
    }
}

std::vector<Entry> read_entries(std::span<const std::byte> file) {
    const Directory directory = find_directory(file);
    if (directory.entries > kMaxEntries) refuse("it has too many entries");
    const auto list = part(file, directory.at, directory.size);
    std::vector<Entry> entries;
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        if (load<std::uint32_t>(list, at) != kCentralHeader) refuse("its directory is damaged");
        const auto flags = load<std::uint16_t>(list, at + 8);
        const auto method = load<std::uint16_t>(list, at + 10);
        std::uint64_t stored = load<std::uint32_t>(list, at + 20);
        std::uint64_t size = load<std::uint32_t>(list, at + 24);
        const auto name_length = load<std::uint16_t>(list, at + 28);
        const auto extra_length = load<std::uint16_t>(list, at + 30);
        const auto comment_length = load<std::uint16_t>(list, at + 32);
        std::uint64_t header = load<std::uint32_t>(list, at + 42);
        const auto name = part(list, at + kCentralBytes, name_length);
        read_zip64(part(list, at + kCentralBytes + name_length, extra_length), size, stored,
                   header);
        Entry entry{.name = {reinterpret_cast<const char*>(name.data()), name.size()},
                    .at = header};
        if (method != 0) refuse(entry.name + " is compressed, which torch.save never does");
        if ((flags & 1U) != 0) refuse(entry.name + " is encrypted");
        if (size != stored) refuse(entry.name + " has two sizes");
        const auto local = part(file, header, kLocalBytes);
        if (load<std::uint32_t>(local, 0) != kLocalHeader) refuse(entry.name + " has no header");
        const std::uint64_t data =
            header + kLocalBytes + load<std::uint16_t>(local, 26) + load<std::uint16_t>(local, 28);
        entry.data = part(file, data, size);
        entries.push_back(std::move(entry));
        at += kCentralBytes + name_length + extra_length + comment_length;
    }
    // Entries that share bytes are how a small file pretends to be a large one.
    std::ranges::sort(entries, {}, &Entry::at);
    for (std::size_t i = 1; i < entries.size(); ++i) {
        const Entry& before = entries[i - 1];
        const auto end =
            static_cast<std::uint64_t>(before.data.data() - file.data()) + before.data.size();
        if (entries[i].at < end) refuse(before.name + " and " + entries[i].name + " overlap");
    }
    return entries;
}

}  // namespace

bool is_torch_zip(std::span<const std::byte> file) {
    return file.size() >= sizeof kLocalHeader && load<std::uint32_t>(file, 0) == kLocalHeader;
}

TorchContents read_torch_zip(std::span<const std::byte> file) {
    constexpr std::string_view kPickle = "/data.pkl";
    const std::vector<Entry> entries = read_entries(file);
    const auto pickle =
        std::ranges::find_if(entries, [&](const Entry& e) { return e.name.ends_with(kPickle); });
    if (pickle == entries.end()) refuse("it holds no data.pkl");
    const std::string folder = pickle->name.substr(0, pickle->name.size() - kPickle.size()) + "/";
    auto bytes = pickle->data;
    TorchContents contents{.tensors = state_dict(pickle::load(bytes)), .storages = {}};
    const std::string storages = folder + "data/";
    for (const Entry& entry : entries) {
        if (entry.name.starts_with(storages))
            contents.storages.emplace(entry.name.substr(storages.size()), entry.data);
        if (entry.name == folder + "byteorder" &&
            std::string_view(reinterpret_cast<const char*>(entry.data.data()), entry.data.size()) !=
                "little")
            refuse("its numbers are not little-endian");
    }
    return contents;
}

}  // namespace syncnet::nn
