#include "face/mouth_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/mapped_file.h"
#include "face/blaze_face.h"

namespace syncnet::face {
namespace {

nn::Safetensors weights(const std::string& name) {
    return nn::Safetensors(MappedFile(SYNCNET_SOURCE_DIR "/" + name, 1U << 24U));
}

std::shared_ptr<const nn::Plan> head(const char* model = "lipsync",
                                     nn::Precision precision = nn::best_precision()) {
    return load_mouth_head(weights(std::string("models/") + model + ".safetensors"), precision);
}

// A portrait of real life and where its face is.
struct Portrait {
    int side = 0;
    std::vector<std::uint8_t> rgb;
    Detection face;

    Portrait() {
        const nn::Tensor pixels = weights("tests/golden/blaze_face_full.safetensors").at("pixels");
        side = pixels.dims[0];
        rgb.assign(pixels.values.begin(), pixels.values.end());
        BlazeFace detector(load_blaze_face(
            SYNCNET_BINARY_DIR "/models/face_detection_full_range.tflite", BlazeFaceRange::full));
        face = detector.detect(image()).at(0);
    }
    media::Image image() const { return media::Image::from_rgb(rgb, side, side); }

    // Paints the points (x, y), in face units from the mouth, that `inside` tells.
    void paint(std::uint8_t level, const std::function<bool(float x, float y)>& inside) {
        const LipPose pose = lip_pose(face);
        const float unit = std::hypot(pose.right.x, pose.right.y);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                if (inside((static_cast<float>(x) - pose.centre.x) / unit,
                           (static_cast<float>(y) - pose.centre.y) / unit))
                    std::fill_n(rgb.begin() + 3 * (y * side + x), 3, level);
    }
};

// Every frame shows the same.
Readability read(nn::Session& network, const media::Image& image, const Detection& face,
                 std::int64_t frames = 1, std::int64_t first_frame = 0) {
    Track track{.first_frame = first_frame};
    track.geometry.assign(static_cast<std::size_t>(frames), face);
    MouthReader reader(network);
    for (std::int64_t f = first_frame; f < track.end_frame(); ++f) reader.push(image, track, f);
    return reader.finish();
}

float look(nn::Session& network, const Portrait& portrait) {
    return read(network, portrait.image(), portrait.face).at(0);
}

// The golden values are PyTorch's, of the weights of models/lipsync.safetensors
// (training/mouth.py).
TEST(MouthHead, AgreesWithPyTorch) {
    const auto expected = weights("tests/golden/mouth_golden.safetensors");
    const auto crops = expected.at("crops").values;
    const auto logits = expected.at("logits").values;
    constexpr std::size_t kPixels = 64 * 64;
    ASSERT_EQ(crops.size(), logits.size() * kPixels);
    for (const auto precision : {nn::Precision::f32, nn::best_precision()}) {
        nn::Session network(head("lipsync", precision));
        for (std::size_t k = 0; k < logits.size(); ++k) {
            const std::vector<std::uint8_t> crop(crops.begin() + k * kPixels,
                                                 crops.begin() + (k + 1) * kPixels);
            mouth_input(crop, network.input().first(2 * kPixels));
            network.run();
            EXPECT_NEAR(network.output("out")[0], logits[k],
                        precision == nn::Precision::f32 ? 2e-3 : 0.2)
                << k;
        }
    }
}

TEST(MouthHead, OlderEditionsHaveNone) {
    EXPECT_EQ(
        load_mouth_head(weights("tests/golden/lipsync_golden.safetensors"), nn::Precision::f32),
        nullptr);
    EXPECT_EQ(Readability{}.at(7), 1.0F) << "then every mouth counts as readable";
}

class Models : public testing::TestWithParam<const char*> {};

TEST_P(Models, TellAFreeMouthFromACoveredOne) {
    nn::Session network(head(GetParam()));
    EXPECT_GT(look(network, {}), kReadable);

    Portrait box;
    box.paint(205, [](float x, float y) { return std::abs(x) < 0.6F && std::abs(y) < 0.35F; });
    EXPECT_LT(look(network, box), kReadable) << "a grey box";
    Portrait microphone;
    microphone.paint(25, [](float x, float y) { return std::hypot(x, y - 0.1F) < 0.4F; });
    EXPECT_LT(look(network, microphone), kReadable) << "a dark disc";
    Portrait mask;
    mask.paint(170, [](float x, float y) { return std::abs(x) < 0.8F && y > -0.4F && y < 0.6F; });
    EXPECT_LT(look(network, mask), kReadable) << "a mask from nose to chin";

    Portrait beside;
    beside.paint(60, [](float x, float y) { return x > 0.55F && y > 0.3F; });
    EXPECT_GT(look(network, beside), kReadable) << "something below the cheek";
}

TEST_P(Models, TellWhatIsNoMouth) {
    nn::Session network(head(GetParam()));
    const Portrait portrait;
    Detection eyes = portrait.face;
    const float down = portrait.face.mouth.y - portrait.face.left_eye.y;
    for (Point* point : {&eyes.left_eye, &eyes.right_eye, &eyes.nose, &eyes.mouth})
        point->y -= down;
    EXPECT_LT(read(network, portrait.image(), eyes).at(0), kReadable) << "eyes";

    const std::vector<std::uint8_t> wall(portrait.rgb.size(), 120);
    EXPECT_LT(
        read(network, media::Image::from_rgb(wall, portrait.side, portrait.side), portrait.face)
            .at(0),
        kReadable)
        << "a wall";
}

INSTANTIATE_TEST_SUITE_P(Bundled, Models, testing::Values("lipsync", "lipsync-grid"),
                         [](const auto& model) {
                             return std::string(model.param) == "lipsync" ? "default_" : "grid";
                         });

// The head of lipsync-grid, which knows one face, is not sure of this.
TEST(MouthReader, UpsideDownIsNoMouth) {
    nn::Session network(head());
    Portrait overturned;
    std::ranges::reverse(overturned.rgb);  // blue for red does not matter
    const auto side = static_cast<float>(overturned.side);
    const Point before = overturned.face.mouth;
    const Point mouth{side - before.x, side - before.y};
    for (Point* point : {&overturned.face.left_eye, &overturned.face.right_eye,
                         &overturned.face.nose, &overturned.face.mouth}) {
        point->x += mouth.x - before.x;
        point->y += mouth.y - before.y;
    }
    EXPECT_LT(look(network, overturned), kReadable) << "upside down";
}

TEST(MouthReader, LooksEveryFiveFrames) {
    nn::Session network(head());
    const Portrait portrait;
    const media::Image image = portrait.image();
    EXPECT_TRUE(MouthReader(network).finish().probability.empty());
    for (const std::int64_t frames : {1, 5, 6, 20, 21, 104}) {
        const Readability seen = read(network, image, portrait.face, frames, 30);
        EXPECT_EQ(seen.first_frame, 30);
        ASSERT_EQ(std::ssize(seen.probability), (frames + 4) / 5);
        for (const float p : seen.probability) EXPECT_NEAR(p, seen.probability[0], 1e-5);
    }
    const Readability two{.first_frame = 30, .probability = {0.25F, 0.75F}};
    EXPECT_EQ(two.at(0), 0.25F);
    EXPECT_EQ(two.at(32), 0.25F);
    EXPECT_EQ(two.at(33), 0.75F);
    EXPECT_EQ(two.at(99), 0.75F);
}

TEST(MouthReader, FacesThatShareTheNetworkDoNotMix) {
    nn::Session network(head());
    Portrait covered;
    covered.paint(205, [](float x, float y) { return std::abs(x) < 0.6F && std::abs(y) < 0.35F; });
    const Portrait free;
    const media::Image images[] = {free.image(), covered.image()};
    Track track;
    track.geometry.assign(31, free.face);
    MouthReader readers[] = {MouthReader(network), MouthReader(network)};
    for (std::int64_t f = 0; f < 31; ++f)
        for (std::size_t k : {0, 1}) readers[k].push(images[k], track, f);
    for (const float p : readers[0].finish().probability) EXPECT_GT(p, kReadable);
    for (const float p : readers[1].finish().probability) EXPECT_LT(p, kReadable);
}

Detection upright(float x, float y, float unit) {
    return {.right_eye = {x - unit / 2, y - kEyesToMouth * unit},
            .left_eye = {x + unit / 2, y - kEyesToMouth * unit},
            .nose = {x, y - 0.4F * unit},
            .mouth = {x, y}};
}

float geometry(const Detection& face) {
    return readable_geometry(face, lip_pose(face), 640, 480);
}

TEST(ReadableGeometry, AFaceInTheImageIsReadable) {
    EXPECT_EQ(geometry(upright(320, 240, 60)), 1.0F);
    EXPECT_EQ(geometry(upright(320, 240, 15)), 1.0F);
    EXPECT_EQ(geometry(upright(320, 465, 60)), 1.0F) << "the lips are whole";
}

TEST(ReadableGeometry, LipsBeyondTheEdgeAreNot) {
    EXPECT_LT(geometry(upright(320, 478, 60)), 0.2F);
    EXPECT_EQ(geometry(upright(-10, 240, 60)), 0.0F);
    EXPECT_EQ(geometry(upright(700, 240, 60)), 0.0F);
}

TEST(ReadableGeometry, NorAreTooFewPixels) {
    EXPECT_EQ(geometry(upright(320, 240, 5)), 0.0F);
}

TEST(ReadableGeometry, NorIsAProfile) {
    Detection face = upright(320, 240, 60);
    face.right_eye.x += 10;  // half turned
    face.nose.x += 15;
    EXPECT_EQ(geometry(face), 1.0F);
    face.right_eye.x = face.left_eye.x - 8;
    face.nose.x = face.left_eye.x + 25;
    EXPECT_EQ(geometry(face), 0.0F);
}

}  // namespace
}  // namespace syncnet::face
