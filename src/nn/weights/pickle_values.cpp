#include "nn/weights/pickle_values.h"

#include <array>
#include <string_view>

#include "base/error.h"

namespace syncnet::nn {
namespace pickle {
namespace {

struct KnownScalar {
    std::string_view storage;
    ScalarType type;
};
constexpr std::array<KnownScalar, 11> kStorages{{{"DoubleStorage", ScalarType::f64},
                                                 {"FloatStorage", ScalarType::f32},
                                                 {"HalfStorage", ScalarType::f16},
                                                 {"BFloat16Storage", ScalarType::bf16},
                                                 {"LongStorage", ScalarType::i64},
                                                 {"IntStorage", ScalarType::i32},
                                                 {"ShortStorage", ScalarType::i16},
                                                 {"CharStorage", ScalarType::i8},
                                                 {"ByteStorage", ScalarType::u8},
                                                 {"BoolStorage", ScalarType::boolean},
                                                 {"UntypedStorage", ScalarType::u8}}};

std::int64_t whole(const Value& value) {
    if (const auto* const n = std::get_if<std::int64_t>(&value.is)) return *n;
    refuse("has something else where a number belongs");
}

std::vector<std::int64_t> whole_list(const Value& value) {
    const auto* const list = std::get_if<List>(&value.is);
    if (list == nullptr || list->size() > kMaxDimensions) refuse("has a tensor of an odd shape");
    std::vector<std::int64_t> numbers;
    for (const Ref v : *list) numbers.push_back(whole(*v));
    return numbers;
}

}  // namespace

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::bad_model, "the weights' pickle " + what);
}

Global find_global(const std::string& module, const std::string& name) {
    if (module == "collections" && name == "OrderedDict") return {Name::ordered_dict};
    if (module == "torch._utils") {
        if (name == "_rebuild_tensor") return {Name::rebuild_tensor};
        if (name == "_rebuild_tensor_v2") return {Name::rebuild_tensor_v2};
        if (name == "_rebuild_parameter") return {Name::rebuild_parameter};
    }
    if (module == "torch" || module == "torch.cuda")
        for (const KnownScalar& known : kStorages)
            if (known.storage == name) return {Name::storage_type, known.type};
    refuse("asks for " + module + "." + name + ", which no weights need; nothing was run");
}

const std::string& string(const Value& value) {
    if (const auto* const s = std::get_if<std::string>(&value.is)) return *s;
    refuse("has something else where a string belongs");
}

StorageRef storage(const Value& id) {
    const auto* const parts = std::get_if<List>(&id.is);
    if (parts == nullptr || parts->size() < 5 || parts->size() > 6 ||
        string(*(*parts)[0]) != "storage")
        refuse("has a persistent id that is no storage");
    const auto* const type = std::get_if<Global>(&(*parts)[1]->is);
    if (type == nullptr || type->name != Name::storage_type) refuse("has a storage without a type");
    StorageRef ref{.type = type->type, .key = string(*(*parts)[2]), .count = whole(*(*parts)[4])};
    if (ref.key.size() > kMaxKey) refuse("has a storage with an absurd key");
    if (parts->size() == 6)
        if (const auto* const view = std::get_if<List>(&(*parts)[5]->is)) {
            if (view->size() != 3) refuse("has a storage with an odd view");
            ref.offset = whole(*(*view)[1]);
            ref.count = whole(*(*view)[2]);
        }
    if (ref.count < 0 || ref.offset < 0) refuse("has a storage of less than nothing");
    return ref;
}

TensorRef tensor(const List& arguments) {
    if (arguments.size() < 4) refuse("makes a tensor of too little");
    const auto* const ref = std::get_if<StorageRef>(&arguments[0]->is);
    if (ref == nullptr) refuse("makes a tensor without a storage");
    return {.storage = *ref,
            .offset = whole(*arguments[1]),
            .sizes = whole_list(*arguments[2]),
            .strides = whole_list(*arguments[3])};
}

}  // namespace pickle

std::size_t bytes_of(ScalarType type) {
    switch (type) {
        case ScalarType::f64:
        case ScalarType::i64:
            return 8;
        case ScalarType::f32:
        case ScalarType::i32:
            return 4;
        case ScalarType::f16:
        case ScalarType::bf16:
        case ScalarType::i16:
            return 2;
        case ScalarType::i8:
        case ScalarType::u8:
        case ScalarType::boolean:
            return 1;
    }
    return 1;
}

std::map<std::string, TensorRef> state_dict(const pickle::Document& object) {
    const auto* dict = std::get_if<pickle::Dict>(&object.root->is);
    if (dict == nullptr) throw Error(ErrorCode::bad_model, "the file holds no state dict");
    for (const auto& [key, value] : *dict) {
        const auto* const name = std::get_if<std::string>(&key->is);
        if (name == nullptr || *name != "state_dict") continue;
        if (const auto* const inner = std::get_if<pickle::Dict>(&value->is)) dict = inner;
        break;
    }
    std::map<std::string, TensorRef> tensors;
    for (const auto& [key, value] : *dict)
        if (const auto* const name = std::get_if<std::string>(&key->is))
            if (const auto* const tensor = std::get_if<TensorRef>(&value->is))
                tensors.insert_or_assign(*name, *tensor);  // the last one counts, as in Python
    return tensors;
}

}  // namespace syncnet::nn
