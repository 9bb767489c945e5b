#include "sync/lip_sync.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/mapped_file.h"
#include "face/lip_crop.h"
#include "face/mouth_reader.h"
#include "nn/network_builder.h"
#include "nn/weights/safetensors.h"

namespace syncnet::sync {
namespace {

constexpr std::size_t kMaxModelBytes = 64U << 20U;
constexpr std::string_view kFormat = "lipsync/2";
constexpr std::string_view kAnyVersion = kFormat.substr(0, kFormat.find('/') + 1);

constexpr int kSide = face::kLipCropSide;
constexpr std::size_t kPixels = static_cast<std::size_t>(kSide) * kSide;
constexpr std::size_t kWindow = 5;          // crops of one window, its channels
constexpr std::size_t kBatch = 16;          // windows of one run
constexpr std::int64_t kFirstLipFrame = 2;  // of the first window: its middle
constexpr float kDeviationFloor = 4.0F;     // grey levels: flat images are not blown up

constexpr std::int64_t kAudioBatch = 32;  // video frames of one run
constexpr std::int64_t kMelPerFrame = 4;
constexpr std::int64_t kAudioField = 11;  // mel frames that the features of one video frame see
constexpr std::int64_t kFirstAudioFrame = 1;
constexpr std::int64_t kSpeechField = 35;
constexpr std::int64_t kFirstSpeechFrame = 4;

// Batch, height and width of a run over mel frames.
nn::Shape mel_shape(std::int64_t field, int channels) {
    return {1, audio::kMelBands, static_cast<int>(field + (kAudioBatch - 1) * kMelPerFrame),
            channels};
}

// Mel frames -> one column a video frame.
nn::NetworkBuilder audio_trunk(const nn::Safetensors& weights, const std::string& name,
                               const nn::Shape& input) {
    nn::NetworkBuilder network(weights, input);
    network.conv(name + ".conv1", {.stride_h = 2, .padding = {.top = 2, .bottom = 2}})
        .conv(name + ".conv2", {.stride_h = 2, .stride_w = 2, .padding = {.top = 1, .bottom = 1}})
        .conv(name + ".conv3", {.stride_h = 2, .stride_w = 2, .padding = {.top = 1, .bottom = 1}})
        .conv(name + ".conv4");
    return network;
}

}  // namespace

bool is_lip_sync(const nn::Weights& weights) {
    const auto* const file = dynamic_cast<const nn::Safetensors*>(&weights);
    if (file == nullptr) return false;
    const auto format = file->metadata().find("format");
    return format != file->metadata().end() && format->second.starts_with(kAnyVersion);
}

LipSyncModel load_lip_sync(const std::filesystem::path& path, nn::Precision precision) {
    const nn::Safetensors weights(MappedFile(path, kMaxModelBytes));
    const auto& about = weights.metadata();
    const auto entry = [&](const std::string& key) {
        const auto found = about.find(key);
        return found == about.end() ? std::string() : found->second;
    };
    if (entry("format") != kFormat)
        throw Error(ErrorCode::bad_model, path.filename().string() + " is not a LipSync model (" +
                                              std::string(kFormat) + ")");
    // The upper layers are a small part of the work and would lose most by fewer bits.
    const nn::Precision upper =
        precision == nn::Precision::bf16 ? nn::best_exact_precision() : precision;
    constexpr nn::ConvParams kSame{.padding = {1, 1, 1, 1}};
    constexpr nn::ConvParams kHalf{.stride_h = 2, .stride_w = 2, .padding = {1, 1, 1, 1}};
    constexpr int kColumns = static_cast<int>(kAudioBatch);
    nn::NetworkBuilder windows(weights,
                               {static_cast<int>(kBatch), kSide, kSide, static_cast<int>(kWindow)});
    windows.conv("lip.stem", {.stride_h = 2, .stride_w = 2, .padding = {2, 2, 2, 2}})
        .conv("lip.conv1", kHalf)
        .residual("lip.conv2", kSame)
        .conv("lip.conv3", kHalf)
        .residual("lip.conv4", kSame)
        .conv("lip.conv5", kHalf)
        .conv("lip.conv6");
    return {.name = path.stem().string(),
            .version = entry("version"),
            .lip_windows = windows.plan(
                {static_cast<int>(kBatch), 1, 1, static_cast<int>(kContextFeatures)}, precision),
            .lip_context = load_context(weights, "lip.context", upper),
            .audio = audio_trunk(weights, "sound", mel_shape(kAudioField, 1))
                         .plan({1, 1, kColumns, static_cast<int>(kContextFeatures)}, precision),
            .audio_context = load_context(weights, "sound.context", upper),
            .speech = audio_trunk(weights, "speech", mel_shape(kSpeechField, 2))
                          .conv("speech.time1")
                          .conv("speech.time2")
                          .linear("speech.out")
                          .plan({1, 1, kColumns, 1}, precision),
            .mouth = face::load_mouth_head(weights, precision)};
}

LipNetworks::LipNetworks(const LipSyncModel& model)
    : windows(model.lip_windows), context(model.lip_context) {}

LipEmbedder::LipEmbedder(LipNetworks& networks, std::int64_t first_frame)
    : networks_(&networks),
      windows_(kBatch * kPixels * kWindow),
      context_(networks.context, first_frame + kFirstLipFrame) {}

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
    context_.push(networks_->windows.output("out").first(waiting_windows_ * kContextFeatures));
    waiting_windows_ = 0;
}

Embeddings LipEmbedder::so_far() {
    if (waiting_windows_ > 0) run_windows();
    return ContextEmbedder(context_).finish();
}

Embeddings LipEmbedder::finish() {
    if (waiting_windows_ > 0) run_windows();
    return context_.finish();
}

namespace {

// Runs a network that sees `field` mel frames at a time over the whole audio, batch after batch:
// fill(to, mel frame, band) puts one value of the input in place, take(columns) reads what came
// out.
template <typename Fill, typename Take>
void run_over(nn::Session& network, std::int64_t field, std::span<const audio::MelFrame> log_mel,
              const Fill& fill, const Take& take, const std::function<void()>& between) {
    const auto frames = static_cast<std::int64_t>(log_mel.size());
    const std::int64_t count = frames < field ? 0 : (frames - field) / kMelPerFrame + 1;
    const std::int64_t input = field + (kAudioBatch - 1) * kMelPerFrame;
    for (std::int64_t done = 0; done < count; done += kAudioBatch) {
        if (between) between();
        // Beyond the end whatever was there before is left: those embeddings are not read.
        const std::int64_t first = done * kMelPerFrame;
        const std::int64_t width = std::min(input, frames - first);
        for (std::int64_t t = 0; t < width; ++t)
            for (std::size_t band = 0; band < audio::kMelBands; ++band)
                fill(band * static_cast<std::size_t>(input) + static_cast<std::size_t>(t),
                     static_cast<std::size_t>(first + t), band);
        network.run();
        take(static_cast<std::size_t>(std::min(kAudioBatch, count - done)));
    }
}

}  // namespace

AudioEmbedder::AudioEmbedder(const LipSyncModel& model)
    : features_(model.audio), context_(model.audio_context) {}

Embeddings AudioEmbedder::embed(std::span<const audio::MelFrame> log_mel,
                                const std::function<void()>& between) {
    ContextEmbedder embedder(context_, kFirstAudioFrame);
    const auto mel = audio::normalise(log_mel);
    run_over(
        features_, kAudioField, log_mel,
        [&, in = features_.input()](std::size_t to, std::size_t from, std::size_t band) {
            in[to] = mel[from][band];
        },
        [&](std::size_t columns) {
            embedder.push(features_.output("out").first(columns * kContextFeatures));
        },
        between);
    return embedder.finish();
}

SpeechDetector::SpeechDetector(std::shared_ptr<const nn::Plan> speech)
    : network_(std::move(speech)) {}

Speech SpeechDetector::detect(std::span<const audio::MelFrame> log_mel,
                              const std::function<void()>& between) {
    Speech result{.first_frame = kFirstSpeechFrame, .probability = {}};
    const auto mel = audio::normalise(log_mel);
    run_over(
        network_, kSpeechField, log_mel,
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
