#include "sync/context_embedder.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "nn/network_builder.h"

namespace syncnet::sync {
namespace {

constexpr std::size_t kBatch = 64;         // embeddings of one run
constexpr std::size_t kReach = 12;         // features that an embedding sees on either side
constexpr std::array kDilations{2, 3, 4};  // of time3, time4, time5
// What those three see on either side. They are padded with zeros here, so as many columns at
// either end of a run mean nothing.
constexpr std::size_t kPaddedReach = 9;
constexpr std::size_t kWidth = kBatch + 2 * kReach;
constexpr std::size_t kColumns = kBatch + 2 * kPaddedReach;
constexpr std::size_t kOutputs = kLipSyncEmbedding + 1;

}  // namespace

std::shared_ptr<const nn::Plan> load_context(const nn::Safetensors& weights,
                                             const std::string& name, nn::Precision precision) {
    nn::NetworkBuilder network(
        weights, {1, 1, static_cast<int>(kWidth), static_cast<int>(kContextFeatures)});
    network.conv(name + ".time1").conv(name + ".time2");
    for (std::size_t k = 0; k < kDilations.size(); ++k)
        network.residual(name + ".time" + std::to_string(k + 3),
                         {.padding = {.left = kDilations[k], .right = kDilations[k]},
                          .dilation = kDilations[k]});
    return network.linear(name + ".out")
        .plan({1, 1, static_cast<int>(kColumns), static_cast<int>(kOutputs)}, precision);
}

ContextEmbedder::ContextEmbedder(nn::Session& network, std::int64_t first_frame)
    : network_(&network) {
    embeddings_.first_frame = first_frame;
    embeddings_.dimensions = kLipSyncEmbedding;
}

void ContextEmbedder::push(std::span<const float> features) {
    if (features.empty()) return;
    if (features_.empty() && embeddings_.count() == 0)
        for (std::size_t k = 0; k < kReach; ++k)
            features_.insert(features_.end(), features.begin(),
                             features.begin() + kContextFeatures);
    features_.insert(features_.end(), features.begin(), features.end());
    std::size_t done = 0;
    while (features_.size() / kContextFeatures >= done + kWidth) {
        run(done);
        done += kBatch;
    }
    features_.erase(features_.begin(),
                    features_.begin() + static_cast<std::ptrdiff_t>(done * kContextFeatures));
}

// The embeddings of the frames in the middle of up to kWidth features from `first` on.
void ContextEmbedder::run(std::size_t first) {
    const auto waiting = std::span(features_).subspan(first * kContextFeatures);
    const auto input = network_->input();
    const std::size_t values = std::min(waiting.size(), input.size());
    std::ranges::copy(waiting.first(values), input.begin());
    network_->run();
    const auto out = network_->output("out");
    const std::size_t count = values / kContextFeatures - 2 * kReach;
    for (std::size_t k = 0; k < count; ++k) {
        const auto column = out.subspan((k + kPaddedReach) * kOutputs, kOutputs);
        const auto row = column.first(kLipSyncEmbedding);
        float squares = 0;
        for (const float v : row) squares += v * v;
        const float scale = 1.0F / std::max(std::sqrt(squares), 1e-12F);
        for (const float v : row) embeddings_.values.push_back(v * scale);
        embeddings_.reliability.push_back(1.0F / (1.0F + std::exp(-column.back())));
    }
}

Embeddings ContextEmbedder::finish() {
    if (!features_.empty()) {
        const std::vector<float> last(features_.end() - kContextFeatures, features_.end());
        for (std::size_t k = 0; k < kReach; ++k) push(last);
        if (features_.size() / kContextFeatures > 2 * kReach) run(0);
    }
    return std::move(embeddings_);
}

}  // namespace syncnet::sync
