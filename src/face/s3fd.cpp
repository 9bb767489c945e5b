#include "face/s3fd.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>

#include "base/error.h"
#include "face/resize.h"
#include "media/rgb_scaler.h"

namespace syncnet::face {
namespace {

constexpr std::array<float, 3> kMean{123, 117, 104};  // of R, G, B
constexpr int kUsualWidth = 160;                      // 640 x 480 at a quarter
constexpr int kUsualHeight = 120;
// Below this the deepest layers have nothing left to see.
constexpr int kMinSide = 32;

// The reference's two rounds of suppression: the network's own, then that of the image.
constexpr float kLikely = 0.05F;
constexpr float kFirstOverlap = 0.3F;
constexpr std::size_t kMostConsidered = 5000;
constexpr std::size_t kMostKept = 750;

constexpr float kCentreVariance = 0.1F;
constexpr float kSizeVariance = 0.2F;

struct Group {
    int channels, layers;
};
constexpr std::array<Group, 5> kVgg{{{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}};
constexpr std::size_t kRoundsUp = 2;  // the group whose pooling keeps an odd last row

struct Head {
    const char* norm;  // nullptr: none
    int channels;
    int background;    // channels of "no face"; the largest counts
    float cell, side;  // pixels: grid step, side of the prior box
};
constexpr std::array<Head, 6> kHeads{{{"L2Norm3_3", 256, 3, 4, 16},
                                      {"L2Norm4_3", 512, 1, 8, 32},
                                      {"L2Norm5_3", 512, 1, 16, 64},
                                      {nullptr, 1024, 1, 32, 128},
                                      {nullptr, 512, 1, 64, 256},
                                      {nullptr, 256, 1, 128, 512}}};

struct Extra {
    int channels, kernel, stride, padding;
};
constexpr std::array<Extra, 4> kExtras{
    {{256, 1, 1, 0}, {512, 3, 2, 1}, {128, 1, 1, 0}, {256, 3, 2, 1}}};

std::string numbered(const char* list, std::size_t index) {
    return std::string(list) + "." + std::to_string(index);
}

// Walks over the network once. `Maker` has conv(from, name, out, in, kernel, steps), pool(from,
// rounds_up) and head(from, index), and knows what a value is.
template <typename Maker, typename Value>
void build(Maker& maker, Value last) {
    std::size_t index = 0;  // in PyTorch's list of layers, where ReLUs and poolings count
    int channels = 3;
    std::size_t head = 0;
    const auto conv = [&](int out, int kernel, const nn::ConvParams& steps) {
        last = maker.conv(last, numbered("vgg", index), out, channels, kernel, steps);
        channels = out;
        index += 2;
    };
    for (std::size_t g = 0; g < kVgg.size(); ++g) {
        for (int i = 0; i < kVgg[g].layers; ++i)
            conv(kVgg[g].channels, 3, {.padding = {1, 1, 1, 1}});
        if (g >= 2) maker.head(last, head++);
        last = maker.pool(last, g == kRoundsUp);
        ++index;
    }
    conv(1024, 3, {.padding = {6, 6, 6, 6}, .dilation = 6});
    conv(1024, 1, {});
    maker.head(last, head++);
    for (std::size_t i = 0; i < kExtras.size(); ++i) {
        const Extra& e = kExtras[i];
        last = maker.conv(last, numbered("extras", i), e.channels, channels, e.kernel,
                          {.stride_h = e.stride,
                           .stride_w = e.stride,
                           .padding = {e.padding, e.padding, e.padding, e.padding}});
        channels = e.channels;
        if (i % 2 == 1) maker.head(last, head++);
    }
}

struct SpecMaker {
    std::vector<nn::TensorSpec> specs;

    void layer(const std::string& name, int out, int in, int kernel) {
        specs.push_back({name + ".weight", {out, in, kernel, kernel}});
        specs.push_back({name + ".bias", {out}});
    }
    int conv(int, const std::string& name, int out, int in, int kernel, const nn::ConvParams&) {
        layer(name, out, in, kernel);
        return 0;
    }
    int pool(int, bool) { return 0; }
    void head(int, std::size_t index) {
        const Head& h = kHeads[index];
        if (h.norm != nullptr) specs.push_back({std::string(h.norm) + ".weight", {h.channels}});
        layer(numbered("loc", index), 4, h.channels, 3);
        layer(numbered("conf", index), h.background + 1, h.channels, 3);
    }
};

struct GraphMaker {
    const nn::Weights& weights;
    nn::Graph& graph;

    nn::NodeId conv(nn::NodeId from, const std::string& name, int, int, int,
                    const nn::ConvParams& steps) {
        return graph.relu(graph.conv(from, weights.at(name + ".weight"), weights.at(name + ".bias"),
                                     steps, name));
    }
    nn::NodeId pool(nn::NodeId from, bool rounds_up) {
        const int more = rounds_up ? 1 : 0;
        return graph.max_pool(from, 2, 2, 2, 2, {.bottom = more, .right = more});
    }
    // One convolution for both questions, what there is and where; the norm's weights go into it.
    void head(nn::NodeId from, std::size_t index) {
        const Head& h = kHeads[index];
        nn::Tensor kernel = weights.at(numbered("conf", index) + ".weight");
        nn::Tensor bias = weights.at(numbered("conf", index) + ".bias");
        const nn::Tensor where = weights.at(numbered("loc", index) + ".weight");
        const nn::Tensor where_bias = weights.at(numbered("loc", index) + ".bias");
        kernel.dims[0] += where.dims[0];
        kernel.values.insert(kernel.values.end(), where.values.begin(), where.values.end());
        bias.dims[0] += where.dims[0];
        bias.values.insert(bias.values.end(), where_bias.values.begin(), where_bias.values.end());
        if (h.norm != nullptr) {
            const nn::Tensor scale = weights.at(std::string(h.norm) + ".weight");
            constexpr std::size_t kKernel = 9;
            for (std::size_t i = 0; i < kernel.values.size(); ++i)
                kernel.values[i] *= scale.values[i / kKernel % scale.values.size()];
            from = graph.l2_normalize(from);
        }
        const std::string name = numbered("head", index);
        graph.output(name, graph.conv(from, std::move(kernel), std::move(bias),
                                      {.padding = {1, 1, 1, 1}}, name));
    }
};

struct Candidate {
    Box box;
    float score;
};

// Greedy: the best stays, what overlaps it goes.
std::vector<Candidate> suppress(std::vector<Candidate> found, float overlap, std::size_t most) {
    std::ranges::stable_sort(found, std::greater{}, &Candidate::score);
    std::vector<Candidate> kept;
    for (const Candidate& c : found) {
        if (kept.size() == most) break;
        if (std::ranges::none_of(kept, [&](const Candidate& k) {
                return intersection_over_union(k.box, c.box) > overlap;
            }))
            kept.push_back(c);
    }
    return kept;
}

// Boxes in parts of the image's sides.
void decode(std::span<const float> values, const nn::Shape& grid, const Head& head,
            const nn::Shape& input, std::vector<Candidate>& to) {
    const auto width = static_cast<float>(input.w);
    const auto height = static_cast<float>(input.h);
    const auto background = static_cast<std::size_t>(head.background);
    std::size_t at = 0;
    for (int row = 0; row < grid.h; ++row)
        for (int column = 0; column < grid.w; ++column, at += static_cast<std::size_t>(grid.c)) {
            const auto cell = values.subspan(at, static_cast<std::size_t>(grid.c));
            const float nothing = std::ranges::max(cell.first(background));
            const float score = 1.0F / (1.0F + std::exp(nothing - cell[background]));
            if (!(score > kLikely)) continue;
            const auto loc = cell.subspan(background + 1);
            const float w = head.side / width;
            const float h = head.side / height;
            const float x = (static_cast<float>(column) + 0.5F) * head.cell / width +
                            loc[0] * kCentreVariance * w;
            const float y = (static_cast<float>(row) + 0.5F) * head.cell / height +
                            loc[1] * kCentreVariance * h;
            const float half_w = w * std::exp(loc[2] * kSizeVariance) / 2;
            const float half_h = h * std::exp(loc[3] * kSizeVariance) / 2;
            to.push_back({{x - half_w, y - half_h, x + half_w, y + half_h}, score});
        }
}

}  // namespace

std::vector<nn::TensorSpec> s3fd_tensors() {
    SpecMaker maker;
    build(maker, 0);
    return std::move(maker.specs);
}

S3fdModel load_s3fd(const nn::Weights& weights, nn::Precision precision, int threads) {
    const auto specs = s3fd_tensors();
    if (const auto wrong = nn::compare(weights, specs); !wrong.empty())
        throw Error(ErrorCode::bad_model, "not the weights of S3FD: " + wrong.front());
    nn::Graph graph;
    const nn::NodeId input = graph.input({1, kUsualHeight, kUsualWidth, 3});
    GraphMaker maker{weights, graph};
    build(maker, input);
    return {std::make_shared<const nn::Plan>(
        std::move(graph),
        nn::PlanOptions{.precision = precision, .threads = threads, .whole_number_input = true})};
}

struct S3fd::Impl {
    S3fdModel model;
    S3fdOptions options;
    std::optional<nn::Session> session;
    nn::Shape size;  // of the session's input
    media::RgbScaler scaler;
    std::vector<std::uint8_t> full, small;  // RGB

    nn::Session& session_for(int width, int height);
};

S3fd::S3fd(const S3fdModel& model, const S3fdOptions& options)
    : impl_(std::make_unique<Impl>(Impl{.model = model, .options = options})) {}
S3fd::~S3fd() = default;

nn::Session& S3fd::Impl::session_for(int width, int height) {
    const nn::Shape wanted{1, height, width, 3};
    if (!session || size != wanted) {
        session.emplace(wanted == model.plan->input_shape()
                            ? model.plan
                            : std::make_shared<const nn::Plan>(*model.plan, wanted));
        size = wanted;
    }
    return *session;
}

std::vector<Detection> S3fd::detect_rgb(std::span<const std::uint8_t> rgb, int width, int height,
                                        float to_width, float to_height) {
    nn::Session& session = impl_->session_for(width, height);
    const auto input = session.input();
    for (std::size_t i = 0; i < input.size(); ++i)
        input[i] = static_cast<float>(rgb[i]) - kMean[i % kMean.size()];
    session.run();

    std::vector<Candidate> found;
    for (std::size_t i = 0; i < kHeads.size(); ++i) {
        const std::string name = numbered("head", i);
        decode(session.output(name), session.plan().output_shape(name), kHeads[i], impl_->size,
               found);
    }
    if (found.size() > kMostConsidered) {
        std::ranges::stable_sort(found, std::greater{}, &Candidate::score);
        found.resize(kMostConsidered);
    }
    found = suppress(std::move(found), kFirstOverlap, kMostKept);
    std::erase_if(found,
                  [&](const Candidate& c) { return !(c.score > impl_->options.min_confidence); });
    for (Candidate& c : found)
        c.box = {c.box.left * to_width, c.box.top * to_height, c.box.right * to_width,
                 c.box.bottom * to_height};
    std::vector<Detection> faces;
    for (const Candidate& c : suppress(std::move(found), impl_->options.overlap, kMostKept)) {
        const Point centre{(c.box.left + c.box.right) / 2, (c.box.top + c.box.bottom) / 2};
        faces.push_back({.box = c.box,
                         .right_eye = centre,
                         .left_eye = centre,
                         .nose = centre,
                         .mouth = centre,
                         .score = c.score});
    }
    return faces;
}

std::vector<Detection> S3fd::detect(const media::Image& image) {
    Impl& impl = *impl_;
    const auto scaled = [&](int side) {
        return std::max(kMinSide, static_cast<int>(std::nearbyint(static_cast<float>(side) *
                                                                  impl.options.scale)));
    };
    const int width = scaled(image.width());
    const int height = scaled(image.height());
    impl.full.resize(static_cast<std::size_t>(image.width()) *
                     static_cast<std::size_t>(image.height()) * 3);
    impl.scaler.convert(image, {.pixels = impl.full,
                                .width = image.width(),
                                .height = image.height(),
                                .stride = image.width() * 3});
    impl.small.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    resize_bilinear({impl.full.data(), image.width(), image.height()}, impl.small, width, height);
    return detect_rgb(impl.small, width, height, static_cast<float>(image.width()),
                      static_cast<float>(image.height()));
}

}  // namespace syncnet::face
