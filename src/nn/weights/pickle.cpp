#include "nn/weights/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "nn/weights/pickle_values.h"

namespace syncnet::nn {
namespace pickle {
namespace {

// Instructions by the names that pickletools gives them.
enum Instruction : std::uint8_t {
    kMark = '(',
    kStop = '.',
    kPop = '0',
    kPopMark = '1',
    kBinInt = 'J',
    kBinInt1 = 'K',
    kBinInt2 = 'M',
    kNone = 'N',
    kBinPersId = 'Q',
    kReduce = 'R',
    kBinString = 'T',
    kShortBinString = 'U',
    kBinUnicode = 'X',
    kEmptyList = ']',
    kAppend = 'a',
    kBuild = 'b',
    kGlobal = 'c',
    kAppends = 'e',
    kBinGet = 'h',
    kLongBinGet = 'j',
    kBinPut = 'q',
    kLongBinPut = 'r',
    kSetItem = 's',
    kTuple = 't',
    kEmptyTuple = ')',
    kSetItems = 'u',
    kEmptyDict = '}',
    kBinFloat = 'G',
    kProto = 0x80,
    kTuple1 = 0x85,
    kTuple2 = 0x86,
    kTuple3 = 0x87,
    kNewTrue = 0x88,
    kNewFalse = 0x89,
    kLong1 = 0x8a,
};

class Machine {
  public:
    explicit Machine(std::span<const std::byte>& bytes) : bytes_(bytes) {}

    Document run() {
        for (std::size_t done = 0; done < kMaxInstructions; ++done) {
            const auto instruction = number<std::uint8_t>();
            if (instruction == kStop) {
                if (stack_.size() != 1 || !marks_.empty()) refuse("ends with things left over");
                document_.root = pop();
                return std::move(document_);
            }
            step(instruction);
            if (stack_.size() > kMaxStack) refuse("needs too deep a stack");
        }
        refuse("is too long a program");
    }

  private:
    void step(std::uint8_t instruction);
    void reduce();

    std::span<const std::byte> take(std::size_t count) {
        if (count > bytes_.size()) refuse("is cut short");
        const auto taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }
    template <typename T>
    T number() {
        T value{};
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::string text(std::size_t length) {
        if (length > kMaxText) refuse("has a string of " + std::to_string(length) + " bytes");
        const auto taken = take(length);
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }
    std::string line() {
        const auto head = bytes_.first(std::min(bytes_.size(), kMaxText));
        const auto end = std::ranges::find(head, std::byte{'\n'});
        if (end == head.end()) refuse("has a line without an end");
        std::string result = text(static_cast<std::size_t>(end - head.begin()));
        (void)take(1);
        return result;
    }

    template <typename T>
    void push(T value) {
        stack_.push_back(&document_.values.emplace_back(Value{std::move(value)}));
    }
    Ref pop() {
        if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
            refuse("takes from an empty stack");
        const Ref top = stack_.back();
        stack_.pop_back();
        return top;
    }
    template <typename T>
    T& top() {
        if (stack_.empty()) refuse("takes from an empty stack");
        if (T* const value = std::get_if<T>(&stack_.back()->is)) return *value;
        refuse("does what can't be done with such a value");
    }
    List pop_to_mark() {
        if (marks_.empty()) refuse("misses a mark");
        const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        marks_.pop_back();
        List values(from, stack_.end());
        stack_.erase(from, stack_.end());
        return values;
    }
    void remember(std::size_t index) {
        if (stack_.empty()) refuse("remembers nothing");
        if (index >= kMaxMemo) refuse("remembers too much");
        memo_[index] = stack_.back();
    }
    void recall(std::size_t index) {
        const auto found = memo_.find(index);
        if (found == memo_.end()) refuse("recalls what it never remembered");
        stack_.push_back(found->second);
    }
    void push_tuple(std::size_t count) {
        List values(count);
        for (std::size_t i = count; i-- > 0;) values[i] = pop();
        push(std::move(values));
    }
    void push_long(std::size_t length) {
        // Little-endian two's complement. Longer ones stand for themselves: PyTorch's magic number.
        if (length > kMaxText) refuse("has an absurd number");
        const auto taken = take(length);
        if (length > sizeof(std::int64_t)) {
            push(std::string(reinterpret_cast<const char*>(taken.data()), taken.size()));
            return;
        }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < length; ++i)
            value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
        const bool negative =
            length > 0 && length < 8 && (std::to_integer<unsigned>(taken.back()) & 0x80U) != 0;
        if (negative) value |= ~std::uint64_t{0} << (8 * length);
        push(std::bit_cast<std::int64_t>(value));
    }
    void set_item(Dict& dict, Ref key, Ref value) {
        // A list that is remembered could be made into a dict again and again.
        if (++pairs_ > kMaxPairs) refuse("has too many keys");
        dict.emplace_back(key, value);
    }

    std::span<const std::byte>& bytes_;
    Document document_;
    List stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::size_t, Ref> memo_;
    std::size_t pairs_ = 0;
};

void Machine::reduce() {
    const Ref arguments = pop();
    const Ref callee = pop();
    const auto* const global = std::get_if<Global>(&callee->is);
    const auto* const list = std::get_if<List>(&arguments->is);
    if (global == nullptr || list == nullptr) refuse("calls what is no function");
    switch (global->name) {
        case Name::ordered_dict: {
            Dict dict;
            if (list->size() > 1) refuse("makes a dict of too much");
            if (list->size() == 1) {
                const auto* const items = std::get_if<List>(&list->front()->is);
                if (items == nullptr) refuse("makes a dict of something else than pairs");
                for (const Ref item : *items) {
                    const auto* const pair = std::get_if<List>(&item->is);
                    if (pair == nullptr || pair->size() != 2)
                        refuse("makes a dict of something else than pairs");
                    set_item(dict, (*pair)[0], (*pair)[1]);
                }
            }
            push(std::move(dict));
            break;
        }
        case Name::rebuild_tensor:
        case Name::rebuild_tensor_v2:
            push(tensor(*list));
            break;
        case Name::rebuild_parameter:  // (tensor, ...)
            if (list->empty() || !std::holds_alternative<TensorRef>(list->front()->is))
                refuse("makes a parameter without a tensor");
            stack_.push_back(list->front());
            break;
        case Name::storage_type:
            refuse("calls a type");
    }
}

void Machine::step(std::uint8_t instruction) {
    switch (instruction) {
        case kProto:
            if (number<std::uint8_t>() > 2) refuse("is of a protocol above 2");
            break;
        case kMark:
            marks_.push_back(stack_.size());
            if (marks_.size() > kMaxStack) refuse("needs too deep a stack");
            break;
        case kPop:
            (void)pop();
            break;
        case kPopMark:
            (void)pop_to_mark();
            break;
        case kNone:
            push(None{});
            break;
        case kNewTrue:
            push(true);
            break;
        case kNewFalse:
            push(false);
            break;
        case kBinInt:
            push(std::int64_t{number<std::int32_t>()});
            break;
        case kBinInt1:
            push(std::int64_t{number<std::uint8_t>()});
            break;
        case kBinInt2:
            push(std::int64_t{number<std::uint16_t>()});
            break;
        case kLong1:
            push_long(number<std::uint8_t>());
            break;
        case kBinFloat: {
            const auto bits = __builtin_bswap64(number<std::uint64_t>());
            push(std::bit_cast<double>(bits));
            break;
        }
        case kBinString:
        case kBinUnicode:
            push(text(number<std::uint32_t>()));
            break;
        case kShortBinString:
            push(text(number<std::uint8_t>()));
            break;
        case kGlobal: {
            const std::string module = line();
            push(find_global(module, line()));
            break;
        }
        case kBinPersId:
            push(storage(*pop()));
            break;
        case kReduce:
            reduce();
            break;
        case kBuild:  // attributes of an OrderedDict (_metadata): of no interest
            (void)pop();
            (void)top<Dict>();
            break;
        case kEmptyList:
        case kEmptyTuple:
            push(List{});
            break;
        case kEmptyDict:
            push(Dict{});
            break;
        case kTuple:
            push(pop_to_mark());
            break;
        case kTuple1:
            push_tuple(1);
            break;
        case kTuple2:
            push_tuple(2);
            break;
        case kTuple3:
            push_tuple(3);
            break;
        case kAppend: {
            const Ref item = pop();
            top<List>().push_back(item);
            break;
        }
        case kAppends: {
            const List items = pop_to_mark();
            List& list = top<List>();
            list.insert(list.end(), items.begin(), items.end());
            break;
        }
        case kSetItem: {
            const Ref value = pop();
            const Ref key = pop();
            set_item(top<Dict>(), key, value);
            break;
        }
        case kSetItems: {
            const List items = pop_to_mark();
            Dict& dict = top<Dict>();
            if (items.size() % 2 != 0) refuse("has a key without a value");
            for (std::size_t i = 0; i < items.size(); i += 2)
                set_item(dict, items[i], items[i + 1]);
            break;
        }
        case kBinPut:
            remember(number<std::uint8_t>());
            break;
        case kLongBinPut:
            remember(number<std::uint32_t>());
            break;
        case kBinGet:
            recall(number<std::uint8_t>());
            break;
        case kLongBinGet:
            recall(number<std::uint32_t>());
            break;
        default:
            refuse("has the instruction " + std::to_string(instruction) +
                   ", which no weights need; nothing was run");
    }
}

}  // namespace

Document load(std::span<const std::byte>& bytes) {
    // What lies behind the pickle is not its business, but no pickle is longer than this.
    auto head = bytes.first(std::min(bytes.size(), kMaxBytes));
    const std::size_t before = head.size();
    Document object = Machine(head).run();
    bytes = bytes.subspan(before - head.size());
    return object;
}

}  // namespace pickle

}  // namespace syncnet::nn
