#include "sync/syncnet_v2.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/mapped_file.h"
#include "nn/weights/safetensors.h"
#include "reference/made_up.h"
#include "sync/sync_curve.h"

namespace syncnet::sync {
namespace {

constexpr int kFrames = 40;
constexpr std::int64_t kCounted = kFrames - 5;  // as the reference counts

// tests/reference/make_golden.py wrote it, with PyTorch.
const nn::Safetensors& golden() {
    static const nn::Safetensors tensors(
        MappedFile(SYNCNET_SOURCE_DIR "/tests/golden/syncnet_v2.safetensors", 1U << 24U));
    return tensors;
}

made_up::Weights weights() {
    std::map<std::string, nn::Tensor> statistics;
    for (const nn::TensorSpec& spec : syncnet_v2_tensors())
        if (golden().dims(spec.name) != nullptr)
            statistics.emplace(spec.name, golden().at(spec.name));
    return made_up::Weights(syncnet_v2_tensors(), std::move(statistics));
}

struct Outcome {
    SyncNetV2Lips::Result lips;
    Embeddings audio;
    DistanceMatrix distances;
    SyncResult result;
};

Outcome run(nn::Precision precision) {
    const SyncNetV2 model = load_syncnet_v2(weights(), precision, 2);
    nn::Session network(model.lips);
    SyncNetV2Lips lips(network, 0);
    for (int i = 0; i < kFrames; ++i) lips.push(made_up::crop(i));
    audio::Mfcc mfcc;
    std::vector<float> audio;
    for (const std::int16_t s : made_up::audio(kFrames * 640))
        audio.push_back(static_cast<float>(s) / 32768.0F);
    mfcc.push(audio);
    mfcc.finish();
    Outcome o{.lips = lips.finish(), .audio = SyncNetV2Audio(model).embed(mfcc.frames())};
    o.distances = published_distances(o.lips.embeddings, o.audio, kCounted);
    o.result = *read_curve(published_curve(o.distances));
    return o;
}

// Of the largest expected value.
double worst_error(std::span<const float> got, const nn::Tensor& expected) {
    double largest = 0;
    double worst = 0;
    EXPECT_GE(got.size(), expected.values.size());
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(expected.values[i])));
        worst = std::max(worst, std::abs(static_cast<double>(got[i]) - expected.values[i]));
    }
    return worst / largest;
}

class SyncNetV2Precision : public testing::TestWithParam<nn::Precision> {
  protected:
    void SetUp() override {
        if (GetParam() != nn::Precision::f32 && nn::best_precision() == nn::Precision::f32)
            GTEST_SKIP() << "this processor has no bf16";
    }
    static bool exact() { return GetParam() != nn::Precision::bf16; }
};

TEST_P(SyncNetV2Precision, AgreesWithPyTorch) {
    const Outcome o = run(GetParam());
    EXPECT_EQ(o.lips.embeddings.count(), kFrames - 4);
    const double tolerance = exact() ? 1e-3 : 3e-2;
    EXPECT_LT(worst_error(o.lips.features, golden().at("features")), tolerance);
    EXPECT_LT(worst_error(o.lips.embeddings.values, golden().at("lips")), tolerance);
    EXPECT_LT(worst_error(o.audio.values, golden().at("sound")), tolerance);

    std::vector<float> distances;
    for (const auto& row : o.distances) distances.insert(distances.end(), row.begin(), row.end());
    EXPECT_LT(worst_error(distances, golden().at("distances")), tolerance);

    const auto& expected = golden().at("result").values;
    EXPECT_EQ(o.result.offset_frames, static_cast<int>(expected[0]));
    EXPECT_NEAR(o.result.confidence, expected[1], exact() ? 0.005 : 0.01 * expected[1]);
    EXPECT_NEAR(o.result.min_dist, expected[2], exact() ? 0.005 : 0.01 * expected[2]);
    if (exact()) {
        const auto framewise = framewise_confidence(o.distances, o.result);
        ASSERT_EQ(framewise.size(), golden().at("framewise").values.size());
        for (std::size_t i = 0; i < framewise.size(); ++i)
            EXPECT_NEAR(framewise[i], golden().at("framewise").values[i], 0.005) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(All, SyncNetV2Precision,
                         testing::Values(nn::Precision::f32, nn::Precision::bf16x3,
                                         nn::Precision::bf16),
                         [](const auto& precision) {
                             return std::string(nn::to_string(precision.param));
                         });

TEST(SyncNetV2, TwoFacesDoNotDisturbEachOther) {
    const SyncNetV2 model = load_syncnet_v2(weights(), nn::best_precision());
    nn::Session network(model.lips);
    const auto alone = [&](int first) {
        SyncNetV2Lips face(network, first);
        for (int i = 0; i < 15; ++i) face.push(made_up::crop(first + i));
        return face.finish();
    };
    const auto a = alone(0);
    const auto b = alone(100);
    SyncNetV2Lips face_a(network, 0);
    SyncNetV2Lips face_b(network, 100);
    for (int i = 0; i < 15; ++i) {
        face_a.push(made_up::crop(i));
        face_b.push(made_up::crop(100 + i));
    }
    EXPECT_EQ(face_b.finish().embeddings.values, b.embeddings.values);
    EXPECT_EQ(face_a.finish().embeddings.values, a.embeddings.values);
}

TEST(SyncNetV2, TooFewCropsHaveNoEmbedding) {
    const SyncNetV2 model = load_syncnet_v2(weights(), nn::best_precision());
    nn::Session network(model.lips);
    SyncNetV2Lips face(network, 0);
    for (int i = 0; i < 4; ++i) face.push(made_up::crop(i));
    EXPECT_EQ(face.finish().embeddings.count(), 0);
    EXPECT_EQ(SyncNetV2Audio(model).embed(std::vector<audio::MfccFrame>(19)).count(), 0);
}

TEST(SyncNetV2, NamesWhatIsWrongWithItsWeights) {
    auto specs = syncnet_v2_tensors();
    std::erase_if(specs, [](const nn::TensorSpec& s) { return s.name == "netfcaud.3.bias"; });
    try {
        (void)load_syncnet_v2(made_up::Weights(specs), nn::Precision::f32);
        FAIL() << "took weights without netfcaud.3.bias";
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::bad_model);
        EXPECT_NE(std::string(e.what()).find("netfcaud.3.bias"), std::string::npos) << e.what();
    }
}

}  // namespace
}  // namespace syncnet::sync
