#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "nn/weights/torch_file.h"

namespace syncnet::nn {
namespace {

using namespace std::string_view_literals;

// LONG1 of 10 bytes: 0x1950a86a20f9469cfc6c. With its PROTO before and STOP behind it begins a
// file.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;
constexpr std::string_view kBegin = "\x80\x02\x8a\x0a"sv;
constexpr std::int64_t kProtocol = 1001;

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::bad_model, "not a usable PyTorch file: " + why);
}

}  // namespace

bool is_torch_legacy(std::span<const std::byte> file) {
    const std::string_view head(reinterpret_cast<const char*>(file.data()),
                                std::min(file.size(), kBegin.size() + kMagic.size()));
    return head.starts_with(kBegin) && head.ends_with(kMagic) &&
           head.size() == kBegin.size() + kMagic.size();
}

// Magic number, protocol, facts about the system, the object, the keys of the storages: a pickle
// each. Then for each key, in that order, the number of values and the values.
TorchContents read_torch_legacy(std::span<const std::byte> file) {
    auto rest = file;
    const auto magic = pickle::load(rest);
    const auto* const number = std::get_if<std::string>(&magic.root->is);
    if (number == nullptr || *number != kMagic) refuse("another magic number");
    const auto protocol = pickle::load(rest);
    const auto* const version = std::get_if<std::int64_t>(&protocol.root->is);
    if (version == nullptr || *version != kProtocol) refuse("another protocol");
    (void)pickle::load(rest);  // byte order and sizes: every machine that PyTorch runs on has ours
    const auto object = pickle::load(rest);
    TorchContents contents{.tensors = state_dict(object), .storages = {}};
    const auto keys = pickle::load(rest);
    const auto* const list = std::get_if<pickle::List>(&keys.root->is);
    if (list == nullptr) refuse("no list of storages");

    // The file tells how many values a storage has, the pickle of what type; also of those that
    // are no weights, as an optimizer's.
    std::map<std::string, ScalarType> types;
    for (const pickle::Value& value : object.values)
        if (const auto* const storage = std::get_if<StorageRef>(&value.is))
            types.emplace(storage->key, storage->type);
    for (const pickle::Ref entry : *list) {
        const auto* const key = std::get_if<std::string>(&entry->is);
        if (key == nullptr) refuse("a storage without a key");
        std::uint64_t count = 0;
        if (rest.size() < sizeof count) refuse("it ends before its storages do");
        std::memcpy(&count, rest.data(), sizeof count);
        rest = rest.subspan(sizeof count);
        const auto type = types.find(*key);
        // Of no tensor's: its size can't be told, so nothing behind it could be found.
        if (type == types.end()) refuse("a storage that no tensor is made of");
        if (count > rest.size() / bytes_of(type->second)) refuse("it ends before its storages do");
        const auto bytes = static_cast<std::size_t>(count) * bytes_of(type->second);
        contents.storages.emplace(*key, rest.first(bytes));
        rest = rest.subspan(bytes);
    }
    return contents;
}

}  // namespace syncnet::nn
