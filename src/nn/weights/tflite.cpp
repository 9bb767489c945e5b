#include "nn/weights/tflite.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "nn/weights/flatbuffer.h"
#include "nn/weights/half.h"

namespace syncnet::nn {
namespace {

// Values of the schema's enums.
enum class Operator : int {
    add = 0,
    concatenation = 2,
    conv_2d = 3,
    depthwise_conv_2d = 4,
    dequantize = 6,
    max_pool_2d = 17,
    relu = 19,
    reshape = 22,
    resize_bilinear = 23,
    pad = 34,
};
enum class TensorType : std::int8_t { float32 = 0, float16 = 1, int32 = 2 };
constexpr std::int8_t kPaddingSame = 0;
constexpr std::int8_t kActivationRelu = 1;
constexpr std::string_view kIdentifier = "TFL3";

// A table may be referred to any number of times; these keep a small file from becoming a large
// model.
constexpr std::size_t kMaxTensors = 4096;
constexpr std::size_t kMaxOperators = 4096;
constexpr std::size_t kMaxName = 1024;  // bytes
constexpr std::size_t kMaxDimensions = 8;
constexpr std::size_t kMaxInputs = 64;             // of one operator
constexpr std::size_t kMaxActivation = 1U << 28U;  // values of one tensor

// Field numbers of the tables, in the order of the schema.
namespace field {
constexpr int model_operators = 1, model_subgraphs = 2, model_buffers = 4;
constexpr int code_deprecated = 0, code_builtin = 3;
constexpr int subgraph_tensors = 0, subgraph_inputs = 1, subgraph_outputs = 2,
              subgraph_operators = 3;
constexpr int tensor_shape = 0, tensor_type = 1, tensor_buffer = 2, tensor_name = 3;
constexpr int buffer_data = 0;
constexpr int operator_code = 0, operator_inputs = 1, operator_outputs = 2, operator_options = 4;
}  // namespace field

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::bad_model, "not a usable TFLite model: " + why);
}

struct FileTensor {
    std::string name;
    std::vector<std::int32_t> dims;
    TensorType type = TensorType::float32;
    std::span<const std::byte> data;
};

template <typename T>
std::vector<T> as_values(std::span<const std::byte> data) {
    std::vector<T> values(data.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), data.data(), values.size() * sizeof(T));
    return values;
}

class Importer {
  public:
    explicit Importer(std::span<const std::byte> file) : buffer_(file), file_bytes_(file.size()) {}
    Graph run();

  private:
    void read_tables();
    void apply(const FlatTable& op);
    void apply_conv(const FlatTable& op, bool depthwise);
    Tensor weights(int tensor);
    std::vector<std::int32_t> integers(int tensor) const;
    Shape shape(int tensor) const;
    NodeId value(int tensor) const;
    const FileTensor& tensor(int index) const;
    static int at(const std::vector<std::int32_t>& list, std::size_t i);

    FlatBuffer buffer_;
    std::vector<FileTensor> tensors_;
    std::vector<Operator> codes_;
    std::map<int, int> dequantized_;  // tensor -> the constant that it stands for
    std::map<int, NodeId> values_;    // tensor -> node
    std::size_t weight_values_ = 0;   // of all operators so far
    std::size_t file_bytes_;
    Graph graph_;
};

int Importer::at(const std::vector<std::int32_t>& list, std::size_t i) {
    if (i >= list.size()) refuse("an operator has too few inputs or outputs");
    return list[i];
}

const FileTensor& Importer::tensor(int index) const {
    if (index < 0 || static_cast<std::size_t>(index) >= tensors_.size()) refuse("unknown tensor");
    return tensors_[static_cast<std::size_t>(index)];
}

Shape Importer::shape(int index) const {
    const auto& dims = tensor(index).dims;
    const auto ok = [](std::int32_t d) { return d > 0 && d <= 1 << 16; };
    if (dims.size() < 3 || dims.size() > 4 || !std::ranges::all_of(dims, ok))
        refuse("the shape of " + tensor(index).name);
    // [1, N, K] is a row of N values with K channels.
    const Shape result = dims.size() == 3 ? Shape{dims[0], 1, dims[1], dims[2]}
                                          : Shape{dims[0], dims[1], dims[2], dims[3]};
    std::size_t size = 1;
    for (const std::int32_t d : dims) {
        size *= static_cast<std::size_t>(d);
        if (size > kMaxActivation) refuse("the size of " + tensor(index).name);
    }
    return result;
}

NodeId Importer::value(int index) const {
    const auto found = values_.find(index);
    if (found == values_.end()) refuse("an operator reads " + tensor(index).name + " too early");
    return found->second;
}

Tensor Importer::weights(int index) {
    const auto constant = dequantized_.find(index);
    const FileTensor& from = tensor(constant == dequantized_.end() ? index : constant->second);
    Tensor result{.dims = {from.dims.begin(), from.dims.end()}, .values = {}};
    if (from.type == TensorType::float16) {
        result.values.resize(from.data.size() / 2);
        for (std::size_t i = 0; i < result.values.size(); ++i) {
            std::uint16_t half = 0;
            std::memcpy(&half, from.data.data() + 2 * i, 2);
            result.values[i] = half_to_float(half);
        }
    } else if (from.type == TensorType::float32) {
        result.values = as_values<float>(from.data);
    } else {
        refuse(from.name + " is neither float32 nor float16");
    }
    std::size_t count = 1;
    for (const int dim : result.dims) {
        if (dim <= 0 || dim > 1 << 16) refuse("the shape of " + from.name);
        count *= static_cast<std::size_t>(dim);
        if (count > from.data.size()) refuse(from.name + " is larger than its data");
    }
    weight_values_ += count;
    if (weight_values_ > file_bytes_) refuse("its operators share weights");
    if (count != result.values.size()) refuse(from.name + " has not as many values as its shape");
    if (!std::ranges::all_of(result.values, [](float v) { return std::isfinite(v); }))
        refuse(from.name + " holds a value that is not finite");
    return result;
}

std::vector<std::int32_t> Importer::integers(int index) const {
    const FileTensor& from = tensor(index);
    if (from.type != TensorType::int32) refuse(from.name + " is not int32");
    return as_values<std::int32_t>(from.data);
}

// [O, H, W, I] (and [1, H, W, C] where each channel has its own kernel) to [O, I/groups, H, W].
Tensor kernel_oihw(const Tensor& from, bool depthwise) {
    if (from.dims.size() != 4) refuse("a kernel that has not four dimensions");
    const int h = from.dims[1];
    const int w = from.dims[2];
    const int out = depthwise ? from.dims[3] : from.dims[0];
    const int in = depthwise ? 1 : from.dims[3];
    Tensor to{.dims = {out, in, h, w}, .values = {}};
    to.values.reserve(from.values.size());
    const auto source = [&](int o, int y, int x, int i) {
        const int index = depthwise ? (y * w + x) * out + o : ((o * h + y) * w + x) * in + i;
        return from.values[static_cast<std::size_t>(index)];
    };
    for (int o = 0; o < out; ++o)
        for (int i = 0; i < in; ++i)
            for (int y = 0; y < h; ++y)
                for (int x = 0; x < w; ++x) to.values.push_back(source(o, y, x, i));
    return to;
}

void Importer::apply_conv(const FlatTable& op, bool depthwise) {
    const auto inputs = op.scalars<std::int32_t>(field::operator_inputs);
    const auto options = op.table(field::operator_options);
    if (!options) refuse("a convolution without options");
    // Conv2DOptions: padding, stride_w, stride_h, activation. DepthwiseConv2DOptions has the
    // depth multiplier before the activation.
    const auto stride_w = options->scalar<std::int32_t>(1, 1);
    const auto stride_h = options->scalar<std::int32_t>(2, 1);
    const auto activation = options->scalar<std::int8_t>(depthwise ? 4 : 3, 0);
    if (stride_w < 1 || stride_h < 1 || stride_w > 16 || stride_h > 16) refuse("a stride");
    if (activation != 0 && activation != kActivationRelu) refuse("an activation that is not RELU");

    const NodeId in = value(at(inputs, 0));
    Tensor kernel = kernel_oihw(weights(at(inputs, 1)), depthwise);
    const Shape from = graph_.node(in).shape;
    const Padding padding =
        options->scalar<std::int8_t>(0, kPaddingSame) == kPaddingSame
            ? same_padding(from, kernel.dims[2], kernel.dims[3], stride_h, stride_w)
            : Padding{};
    const int result = at(op.scalars<std::int32_t>(field::operator_outputs), 0);
    NodeId node = graph_.conv(in, std::move(kernel), weights(at(inputs, 2)),
                              {.stride_h = stride_h,
                               .stride_w = stride_w,
                               .padding = padding,
                               .groups = depthwise ? from.c : 1},
                              tensor(result).name);
    if (activation == kActivationRelu) node = graph_.relu(node);
    values_[result] = node;
}

void Importer::apply(const FlatTable& op) {
    const auto code = op.scalar<std::uint32_t>(field::operator_code, 0);
    if (code >= codes_.size()) refuse("an operator without a code");
    const auto inputs = op.scalars<std::int32_t>(field::operator_inputs);
    if (inputs.size() > kMaxInputs) refuse("an operator has too many inputs");
    const int result = at(op.scalars<std::int32_t>(field::operator_outputs), 0);
    const auto in = [&](std::size_t i) { return value(at(inputs, i)); };

    switch (codes_[code]) {
        case Operator::dequantize:
            dequantized_[result] = at(inputs, 0);
            return;
        case Operator::conv_2d:
            return apply_conv(op, false);
        case Operator::depthwise_conv_2d:
            return apply_conv(op, true);
        case Operator::add:
            values_[result] = graph_.add(in(0), in(1));
            return;
        case Operator::relu:
            values_[result] = graph_.relu(in(0));
            return;
        case Operator::max_pool_2d: {
            // Pool2DOptions: padding, stride_w, stride_h, filter_width, filter_height.
            const auto options = op.table(field::operator_options);
            if (!options) refuse("a pooling without options");
            const auto option = [&](int f) { return options->scalar<std::int32_t>(f, 1); };
            for (int f = 1; f <= 4; ++f)
                if (option(f) < 1 || option(f) > 64) refuse("a pooling's size");
            const Shape from = graph_.node(in(0)).shape;
            const Padding padding =
                options->scalar<std::int8_t>(0, kPaddingSame) == kPaddingSame
                    ? same_padding(from, option(4), option(3), option(2), option(1))
                    : Padding{};
            values_[result] =
                graph_.max_pool(in(0), option(4), option(3), option(2), option(1), padding);
            return;
        }
        case Operator::pad: {
            const auto amounts = integers(at(inputs, 1));
            for (std::size_t i = 0; i < amounts.size(); ++i)
                if (i != 7 && amounts[i] != 0) refuse("a padding of anything but channels");
            values_[result] = graph_.pad_channels(in(0), shape(result).c);
            return;
        }
        case Operator::resize_bilinear: {
            // ResizeBilinearOptions: two retired fields, align_corners, half_pixel_centers.
            const auto options = op.table(field::operator_options);
            if (!options || options->scalar<std::int8_t>(2, 0) != 0 ||
                options->scalar<std::int8_t>(3, 0) == 0)
                refuse("a resize that does not use half-pixel centres");
            const Shape to = shape(result);
            values_[result] = graph_.resize_bilinear(in(0), to.h, to.w);
            return;
        }
        case Operator::reshape:
            values_[result] = graph_.reshape(in(0), shape(result));
            return;
        case Operator::concatenation: {
            std::vector<NodeId> parts;
            for (std::size_t i = 0; i < inputs.size(); ++i) parts.push_back(in(i));
            values_[result] = graph_.concat_width(parts);
            return;
        }
    }
    refuse("the operator " + std::to_string(static_cast<int>(codes_[code])) + " is not supported");
}

void Importer::read_tables() {
    const auto identifier = buffer_.range(4, kIdentifier.size());
    if (std::memcmp(identifier.data(), kIdentifier.data(), kIdentifier.size()) != 0)
        refuse("it does not begin with TFL3");
    const FlatTable model(buffer_, buffer_.follow(0));
    for (const FlatTable& code : model.tables(field::model_operators)) {
        // Newer writers use the second field; the first holds small codes for older readers.
        const std::int32_t old{code.scalar<std::int8_t>(field::code_deprecated, 0)};
        codes_.push_back(static_cast<Operator>(
            std::max(old, code.scalar<std::int32_t>(field::code_builtin, 0))));
    }
    const auto graphs = model.tables(field::model_subgraphs);
    if (graphs.size() != 1) refuse("it has not one graph");
    const auto buffers = model.tables(field::model_buffers);
    const auto tensors = graphs[0].tables(field::subgraph_tensors);
    if (tensors.size() > kMaxTensors) refuse("it has too many tensors");
    for (const FlatTable& t : tensors) {
        const auto buffer = t.scalar<std::uint32_t>(field::tensor_buffer, 0);
        if (buffer >= buffers.size()) refuse("a tensor without a buffer");
        if (t.bytes(field::tensor_name).size() > kMaxName) refuse("a tensor's name is too long");
        auto dims = t.scalars<std::int32_t>(field::tensor_shape);
        if (dims.size() > kMaxDimensions) refuse("a tensor has too many dimensions");
        tensors_.push_back(
            {.name = t.string(field::tensor_name),
             .dims = std::move(dims),
             .type = static_cast<TensorType>(t.scalar<std::int8_t>(field::tensor_type, 0)),
             .data = buffers[buffer].bytes(field::buffer_data)});
    }
}

Graph Importer::run() {
    read_tables();
    const FlatTable model(buffer_, buffer_.follow(0));
    const FlatTable network = model.tables(field::model_subgraphs)[0];
    const int in = at(network.scalars<std::int32_t>(field::subgraph_inputs), 0);
    values_[in] = graph_.input(shape(in));
    const auto operators = network.tables(field::subgraph_operators);
    if (operators.size() > kMaxOperators) refuse("it has too many operators");
    for (const FlatTable& op : operators) apply(op);
    for (const std::int32_t out : network.scalars<std::int32_t>(field::subgraph_outputs))
        graph_.output(tensor(out).name, value(out));
    return std::move(graph_);
}

}  // namespace

Graph read_tflite(std::span<const std::byte> file) {
    return Importer(file).run();
}

}  // namespace syncnet::nn
