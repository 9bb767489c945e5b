#include "sync/syncnet_v2.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/error.h"
#include "nn/batch_norm.h"

namespace syncnet::sync {
namespace {

constexpr int kLipBatch = 8;  // windows of one run
constexpr int kWindow = 5;    // crops of one window
constexpr int kAudioBatch = 32;
constexpr int kAudioWindow = 20;  // MFCC frames of one embedding
constexpr std::int64_t kMfccPerFrame = 4;

struct Pool {
    int kernel = 1, stride_h = 1, stride_w = 1, padding = 0;
};

// A convolution with its batch normalisation and ReLU, and the pooling after it.
struct Layer {
    int index;  // in PyTorch's Sequential; the batch normalisation has the next
    std::vector<int> kernel;
    int stride = 1, padding = 0;
    Pool pool = {};
};

struct Tower {
    const char* layers;
    const char* head;
    std::vector<Layer> table;
};

const Tower& lip_tower() {
    static const Tower tower{
        "netcnnlip",
        "netfclip",
        {{.index = 0, .kernel = {96, 3, 5, 7, 7}, .stride = 2, .pool = {3, 2, 2, 0}},
         {.index = 4,
          .kernel = {256, 96, 1, 5, 5},
          .stride = 2,
          .padding = 1,
          .pool = {3, 2, 2, 1}},
         {.index = 8, .kernel = {256, 256, 1, 3, 3}, .padding = 1},
         {.index = 11, .kernel = {256, 256, 1, 3, 3}, .padding = 1},
         {.index = 14, .kernel = {256, 256, 1, 3, 3}, .padding = 1, .pool = {3, 2, 2, 0}},
         {.index = 18, .kernel = {512, 256, 1, 6, 6}}}};
    return tower;
}

const Tower& audio_tower() {
    static const Tower tower{
        "netcnnaud",
        "netfcaud",
        {{.index = 0, .kernel = {64, 1, 3, 3}, .padding = 1},
         {.index = 4, .kernel = {192, 64, 3, 3}, .padding = 1, .pool = {3, 1, 2, 0}},
         {.index = 8, .kernel = {384, 192, 3, 3}, .padding = 1},
         {.index = 11, .kernel = {256, 384, 3, 3}, .padding = 1},
         {.index = 14, .kernel = {256, 256, 3, 3}, .padding = 1, .pool = {3, 2, 2, 0}},
         {.index = 18, .kernel = {512, 256, 5, 4}}}};
    return tower;
}

constexpr int kFeature = static_cast<int>(kSyncNetV2Feature);
constexpr int kEmbedding = static_cast<int>(kSyncNetV2Embedding);

std::string layer_name(const char* part, int index) {
    return std::string(part) + "." + std::to_string(index);
}

void add_specs(const Tower& tower, std::vector<nn::TensorSpec>& specs) {
    const auto add = [&](const std::string& name, const std::vector<int>& kernel) {
        specs.push_back({name + ".weight", kernel});
        specs.push_back({name + ".bias", {kernel[0]}});
    };
    const auto add_norm = [&](const std::string& name, int channels) {
        for (const char* const part : {".weight", ".bias", ".running_mean", ".running_var"})
            specs.push_back({name + part, {channels}});
    };
    for (const Layer& layer : tower.table) {
        add(layer_name(tower.layers, layer.index), layer.kernel);
        add_norm(layer_name(tower.layers, layer.index + 1), layer.kernel[0]);
    }
    add(layer_name(tower.head, 0), {kFeature, kFeature});
    add_norm(layer_name(tower.head, 1), kFeature);
    add(layer_name(tower.head, 3), {kEmbedding, kFeature});
}

// A fully connected layer is a convolution of one pixel.
nn::Tensor as_kernel(nn::Tensor matrix) {
    matrix.dims.resize(4, 1);
    return matrix;
}

std::shared_ptr<const nn::Plan> plan(const Tower& tower, const nn::Weights& weights,
                                     const nn::Shape& input, const nn::PlanOptions& options) {
    nn::Graph graph;
    nn::NodeId last = graph.input(input);
    for (const Layer& layer : tower.table) {
        const std::string name = layer_name(tower.layers, layer.index);
        auto [kernel, bias] =
            nn::fold_batch_norm(weights, name, layer_name(tower.layers, layer.index + 1));
        last = graph.relu(
            graph.conv(last, std::move(kernel), std::move(bias),
                       {.stride_h = layer.stride,
                        .stride_w = layer.stride,
                        .padding = {layer.padding, layer.padding, layer.padding, layer.padding}},
                       name));
        if (const Pool& p = layer.pool; p.kernel > 1)
            last = graph.max_pool(last, p.kernel, p.kernel, p.stride_h, p.stride_w,
                                  {p.padding, p.padding, p.padding, p.padding});
    }
    graph.output("features", last);
    auto [kernel, bias] =
        nn::fold_batch_norm(weights, layer_name(tower.head, 0), layer_name(tower.head, 1));
    last = graph.relu(graph.conv(last, as_kernel(std::move(kernel)), std::move(bias), {},
                                 layer_name(tower.head, 0)));
    const std::string out = layer_name(tower.head, 3);
    last = graph.conv(last, as_kernel(weights.at(out + ".weight")), weights.at(out + ".bias"), {},
                      out);
    graph.output("embeddings", last);
    return std::make_shared<const nn::Plan>(std::move(graph), options);
}

void append(std::span<const float> rows, std::size_t count, std::vector<float>& to) {
    to.insert(to.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

std::vector<nn::TensorSpec> syncnet_v2_tensors() {
    std::vector<nn::TensorSpec> specs;
    add_specs(lip_tower(), specs);
    add_specs(audio_tower(), specs);
    return specs;
}

SyncNetV2 load_syncnet_v2(const nn::Weights& weights, nn::Precision precision, int threads) {
    const auto specs = syncnet_v2_tensors();
    if (const auto wrong = nn::compare(weights, specs); !wrong.empty())
        throw Error(ErrorCode::bad_model, "not the weights of SyncNet: " + wrong.front());
    return {.lips = plan(lip_tower(), weights,
                         {kLipBatch + kWindow - 1, face::kFaceCropSide, face::kFaceCropSide, 3},
                         {.precision = precision, .threads = threads, .whole_number_input = true}),
            .audio = plan(audio_tower(), weights,
                          {kAudioBatch, audio::kMfccCoefficients, kAudioWindow, 1},
                          {.precision = precision, .threads = threads})};
}

SyncNetV2Lips::SyncNetV2Lips(nn::Session& network, std::int64_t first_frame) : network_(&network) {
    result_.embeddings = {
        .first_frame = first_frame, .dimensions = kSyncNetV2Embedding, .values = {}};
}

void SyncNetV2Lips::push(std::span<const std::uint8_t> crop) {
    crops_.insert(crops_.end(), crop.begin(), crop.end());
    if (crops_.size() == (kLipBatch + kWindow - 1) * face::kFaceCropBytes) run(kLipBatch);
}

void SyncNetV2Lips::run(std::size_t windows) {
    // Behind the last crop of a short run lies what was there before; its windows are not read.
    std::ranges::copy(crops_, network_->input().begin());
    network_->run();
    append(network_->output("embeddings"), windows * kSyncNetV2Embedding,
           result_.embeddings.values);
    append(network_->output("features"), windows * kSyncNetV2Feature, result_.features);
    crops_.erase(crops_.begin(),
                 crops_.begin() + static_cast<std::ptrdiff_t>(windows * face::kFaceCropBytes));
}

SyncNetV2Lips::Result SyncNetV2Lips::finish() {
    if (const std::size_t rest = crops_.size() / face::kFaceCropBytes; rest >= kWindow)
        run(rest - (kWindow - 1));
    return std::move(result_);
}

SyncNetV2Audio::SyncNetV2Audio(const SyncNetV2& model) : network_(model.audio) {}

Embeddings SyncNetV2Audio::embed(std::span<const audio::MfccFrame> mfcc,
                                 const std::function<void()>& between) {
    Embeddings result{.first_frame = 0, .dimensions = kSyncNetV2Embedding, .values = {}};
    const auto frames = static_cast<std::int64_t>(mfcc.size());
    const std::int64_t count =
        frames < kAudioWindow ? 0 : (frames - kAudioWindow) / kMfccPerFrame + 1;
    for (std::int64_t first = 0; first < count; first += kAudioBatch) {
        if (between) between();
        const std::int64_t batch = std::min<std::int64_t>(kAudioBatch, count - first);
        auto to = network_.input().begin();
        for (std::int64_t i = first; i < first + batch; ++i)
            for (std::size_t c = 0; c < audio::kMfccCoefficients; ++c)
                for (std::int64_t t = 0; t < kAudioWindow; ++t)
                    *to++ = mfcc[static_cast<std::size_t>(i * kMfccPerFrame + t)][c];
        network_.run();
        append(network_.output("embeddings"), static_cast<std::size_t>(batch) * kSyncNetV2Embedding,
               result.values);
    }
    return result;
}

}  // namespace syncnet::sync
