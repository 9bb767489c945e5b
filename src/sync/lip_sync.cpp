#include "sync/lip_sync.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/mapped_file.h"
#include "face/lip_crop.h"
#include "nn/weights/safetensors.h"

namespace syncnet::sync {
namespace {

using nn::Graph;
using nn::NodeId;

constexpr std::size_t kMaxModelBytes = 64U << 20U;
constexpr const char* kFormat = "lipsync/1";

constexpr int kSide = face::kLipCropSide;
constexpr std::size_t kPixels = static_cast<std::size_t>(kSide) * kSide;
constexpr std::size_t kWindow = 5;       // crops of one window, its channels
constexpr std::size_t kFeatures = 256;   // of one window
constexpr std::size_t kBatch = 16;       // windows, and embeddings, of one run
constexpr std::size_t kTimeReach = 6;    // features that one embedding sees beside its own
constexpr std::int64_t kLipReach = 5;    // crops on either side of the embedding's frame
constexpr float kDeviationFloor = 4.0F;  // grey levels: flat pictures are not blown up

constexpr std::int64_t kSoundBatch = 32;  // embeddings of one run
constexpr std::int64_t kSoundField = 35;  // mel frames that one embedding sees
constexpr std::int64_t kMelPerFrame = 4;
constexpr std::int64_t kFirstSoundFrame = 4;
constexpr std::int64_t kSoundInput = kSoundField + (kSoundBatch - 1) * kMelPerFrame;

class Builder {
  public:
    Builder(const nn::Safetensors& weights, const nn::Shape& input) : weights_(weights) {
        last_ = graph_.input(input);
    }
    Builder& conv(const std::string& name, int stride_h, int stride_w, int pad_h, int pad_w) {
        linear(name, stride_h, stride_w, pad_h, pad_w);
        last_ = graph_.relu(last_);
        return *this;
    }
    Builder& residual(const std::string& name) {
        const NodeId before = last_;
        conv(name, 1, 1, 1, 1);
        last_ = graph_.add(before, last_);
        return *this;
    }
    Builder& linear(const std::string& name, int stride_h = 1, int stride_w = 1, int pad_h = 0,
                    int pad_w = 0) {
        last_ = graph_.conv(
            last_, weights_.at(name + ".weight"), weights_.at(name + ".bias"),
            {.stride_h = stride_h, .stride_w = stride_w, .padding = {pad_h, pad_w, pad_h, pad_w}},
            name);
        return *this;
    }
    std::shared_ptr<const nn::Plan> plan(const nn::Shape& expected, nn::Precision precision) {
        if (graph_.node(last_).shape != expected)
            throw Error(ErrorCode::bad_model, "the network's output is " +
                                                  nn::to_string(graph_.node(last_).shape) +
                                                  " and should be " + nn::to_string(expected));
        graph_.output("out", last_);
        return std::make_shared<const nn::Plan>(std::move(graph_),
                                                nn::PlanOptions{.precision = precision});
    }

  private:
    const nn::Safetensors& weights_;
    Graph graph_;
    NodeId last_ = 0;
};

std::shared_ptr<const nn::Plan> sound_plan(const nn::Safetensors& weights, const std::string& name,
                                           int channels, int outputs, nn::Precision precision) {
    return Builder(weights, {1, audio::kMelBands, static_cast<int>(kSoundInput), channels})
        .conv(name + ".conv1", 2, 1, 2, 0)
        .conv(name + ".conv2", 2, 2, 1, 0)
        .conv(name + ".conv3", 2, 2, 1, 0)
        .conv(name + ".conv4", 1, 1, 0, 0)
        .conv(name + ".time1", 1, 1, 0, 0)
        .conv(name + ".time2", 1, 1, 0, 0)
        .linear(name + ".out")
        .plan({1, 1, static_cast<int>(kSoundBatch), outputs}, precision);
}

// Appends `count` rows, each divided by its length.
void append_unit_rows(std::span<const float> rows, std::size_t count, std::vector<float>& to) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto row = rows.subspan(i * kLipSyncEmbedding, kLipSyncEmbedding);
        float squares = 0;
        for (const float v : row) squares += v * v;
        const float scale = 1.0F / std::max(std::sqrt(squares), 1e-12F);
        for (const float v : row) to.push_back(v * scale);
    }
}

}  // namespace

LipSyncModel load_lip_sync(const std::filesystem::path& path, nn::Precision precision) {
    const nn::Safetensors weights(MappedFile(path, kMaxModelBytes));
    const auto& about = weights.metadata();
    const auto entry = [&](const std::string& key) {
        const auto found = about.find(key);
        return found == about.end() ? std::string() : found->second;
    };
    if (entry("format") != kFormat)
        throw Error(ErrorCode::bad_model,
                    path.filename().string() + " is not a LipSync model (" + kFormat + ")");
    constexpr int kTimeInput = static_cast<int>(kBatch + kTimeReach);
    return {
        .name = path.stem().string(),
        .version = entry("version"),
        .lip_windows =
            Builder(weights, {static_cast<int>(kBatch), kSide, kSide, static_cast<int>(kWindow)})
                .conv("lip.stem", 2, 2, 2, 2)
                .conv("lip.conv1", 2, 2, 1, 1)
                .residual("lip.conv2")
                .conv("lip.conv3", 2, 2, 1, 1)
                .residual("lip.conv4")
                .conv("lip.conv5", 2, 2, 1, 1)
                .conv("lip.conv6", 1, 1, 0, 0)
                .plan({static_cast<int>(kBatch), 1, 1, static_cast<int>(kFeatures)}, precision),
        .lip_time = Builder(weights, {1, 1, kTimeInput, static_cast<int>(kFeatures)})
                        .conv("lip.time1", 1, 1, 0, 0)
                        .conv("lip.time2", 1, 1, 0, 0)
                        .linear("lip.out")
                        .plan({1, 1, static_cast<int>(kBatch), static_cast<int>(kLipSyncEmbedding)},
                              precision),
        .sound = sound_plan(weights, "sound", 1, static_cast<int>(kLipSyncEmbedding), precision),
        .speech = sound_plan(weights, "speech", 2, 1, precision)};
}

LipNetworks::LipNetworks(const LipSyncModel& model)
    : windows(model.lip_windows), time(model.lip_time) {}

LipEmbedder::LipEmbedder(LipNetworks& networks, std::int64_t first_frame)
    : networks_(&networks), windows_(kBatch * kPixels * kWindow) {
    embeddings_.first_frame = first_frame + kLipReach;
    embeddings_.dimensions = kLipSyncEmbedding;
}

void LipEmbedder::push(std::span<const std::uint8_t> pixels) {
    // The oldest crop's memory is used again.
    Crop crop;
    if (crops_.size() == kWindow) {
        crop = std::move(crops_.front());
        crops_.erase(crops_.begin());
    }
    crop.pixels.assign(pixels.begin(), pixels.end());
    crop.sum = crop.squares = 0;
    for (const float v : crop.pixels) {
        crop.sum += v;
        crop.squares += v * v;
    }
    crops_.push_back(std::move(crop));
    if (crops_.size() < kWindow) return;

    double sum = 0;
    double squares = 0;
    for (const Crop& c : crops_) {
        sum += c.sum;
        squares += c.squares;
    }
    constexpr double kValues = kWindow * kPixels;
    const double mean = sum / kValues;
    const double variance = std::max(0.0, squares / kValues - mean * mean);
    const auto shift = static_cast<float>(mean);
    const float gain = 1.0F / (static_cast<float>(std::sqrt(variance)) + kDeviationFloor);
    float* to = windows_.data() + waiting_windows_ * kPixels * kWindow;
    for (std::size_t channel = 0; channel < kWindow; ++channel)
        for (std::size_t i = 0; i < kPixels; ++i)
            to[i * kWindow + channel] = (crops_[channel].pixels[i] - shift) * gain;
    if (++waiting_windows_ == kBatch) run_windows();
}

void LipEmbedder::run_windows() {
    std::ranges::copy(windows_, networks_->windows.input().begin());
    networks_->windows.run();
    const auto out = networks_->windows.output("out").first(waiting_windows_ * kFeatures);
    features_.insert(features_.end(), out.begin(), out.end());
    waiting_windows_ = 0;
    while (features_.size() >= (kBatch + kTimeReach) * kFeatures) run_time(kBatch);
}

void LipEmbedder::run_time(std::size_t count) {
    const auto input = networks_->time.input();
    std::ranges::copy(std::span(features_).first(std::min(features_.size(), input.size())),
                      input.begin());
    networks_->time.run();
    append_unit_rows(networks_->time.output("out"), count, embeddings_.values);
    features_.erase(features_.begin(),
                    features_.begin() + static_cast<std::ptrdiff_t>(count * kFeatures));
}

Embeddings LipEmbedder::finish() {
    if (waiting_windows_ > 0) run_windows();
    const std::size_t rest = features_.size() / kFeatures;
    if (rest > kTimeReach) run_time(rest - kTimeReach);
    return std::move(embeddings_);
}

namespace {

// How many embeddings this much sound has.
std::int64_t sound_frames(std::span<const audio::MelFrame> log_mel) {
    const auto frames = static_cast<std::int64_t>(log_mel.size());
    return frames < kSoundField ? 0 : (frames - kSoundField) / kMelPerFrame + 1;
}

// Runs a network over the whole sound, batch after batch: fill(t, band, mel frame) puts one value
// of the input in place, take(rows) reads what came out.
template <typename Fill, typename Take>
void run_over(nn::Session& network, std::span<const audio::MelFrame> log_mel, const Fill& fill,
              const Take& take, const std::function<void()>& between) {
    const std::int64_t count = sound_frames(log_mel);
    for (std::int64_t done = 0; done < count; done += kSoundBatch) {
        if (between) between();
        // Beyond the end whatever was there before is left: those embeddings are not read.
        const std::int64_t first = done * kMelPerFrame;
        const std::int64_t width =
            std::min(kSoundInput, static_cast<std::int64_t>(log_mel.size()) - first);
        for (std::int64_t t = 0; t < width; ++t)
            for (std::size_t band = 0; band < audio::kMelBands; ++band)
                fill(band * kSoundInput + static_cast<std::size_t>(t),
                     static_cast<std::size_t>(first + t), band);
        network.run();
        take(static_cast<std::size_t>(std::min(kSoundBatch, count - done)));
    }
}

}  // namespace

SoundEmbedder::SoundEmbedder(const LipSyncModel& model) : network_(model.sound) {}

Embeddings SoundEmbedder::embed(std::span<const audio::MelFrame> log_mel,
                                const std::function<void()>& between) {
    Embeddings result{
        .first_frame = kFirstSoundFrame, .dimensions = kLipSyncEmbedding, .values = {}};
    const auto mel = audio::normalise(log_mel);
    run_over(
        network_, log_mel,
        [&, in = network_.input()](std::size_t to, std::size_t from, std::size_t band) {
            in[to] = mel[from][band];
        },
        [&](std::size_t rows) { append_unit_rows(network_.output("out"), rows, result.values); },
        between);
    return result;
}

SpeechDetector::SpeechDetector(const LipSyncModel& model) : network_(model.speech) {}

Speech SpeechDetector::detect(std::span<const audio::MelFrame> log_mel,
                              const std::function<void()>& between) {
    Speech result{.first_frame = kFirstSoundFrame, .probability = {}};
    const auto mel = audio::normalise(log_mel);
    run_over(
        network_, log_mel,
        [&, in = network_.input()](std::size_t to, std::size_t from, std::size_t band) {
            in[2 * to] = mel[from][band];
            in[2 * to + 1] = (log_mel[from][band] + 6.0F) * 0.1F;
        },
        [&](std::size_t rows) {
            for (const float logit : network_.output("out").first(rows))
                result.probability.push_back(1.0F / (1.0F + std::exp(-logit)));
        },
        between);
    return result;
}

}  // namespace syncnet::sync
