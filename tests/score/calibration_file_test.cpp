// What `syncnet calibrate` writes can be read again, and nothing else.
#include "score/calibration_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"

namespace syncnet::score {
namespace {

class CalibrationFileTest : public testing::Test {
  protected:
    CalibrationFileTest() { std::ofstream(path) << to_text(file); }
    ~CalibrationFileTest() override { std::filesystem::remove(path); }

    void expect_refused(const std::string& text) const {
        std::ofstream(path) << text;
        EXPECT_THROW(load_calibration_file(path), Error) << text.substr(0, 400);
    }

    const CalibrationFile file{.calibration = {.intercept = 1.5,
                                               .confidence_weight = 0.1,
                                               .min_dist_weight = -0.2,
                                               .evidence_half = 30,
                                               .offset_width = 5,
                                               .offset_power = 6,
                                               .scale = {.gain = 30, .shift = -20},
                                               .min_speech_seconds = 0.7,
                                               .min_face_seconds = 1.2,
                                               .mismatch_fit = 0.1,
                                               .mismatch_seconds = 2,
                                               .pairs = PairStatistics{8, 0.05}},
                               .thresholds = {.allow = 0.83, .next = 0.61, .max_offset_frames = 3},
                               .model = "lipsync",
                               .model_version = "7"};
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("calibration_file_test." + std::to_string(::getpid()) + ".json");
};

TEST_F(CalibrationFileTest, ReadsWhatItWrote) {
    const CalibrationFile read = load_calibration_file(path);
    EXPECT_EQ(to_text(read), to_text(file));
    EXPECT_EQ(read.calibration.offset_power, 6);
    EXPECT_EQ(read.calibration.evidence_half, 30);
    ASSERT_TRUE(read.calibration.pairs);
    EXPECT_EQ(read.calibration.pairs->nats, 0.05);
    EXPECT_EQ(read.thresholds.allow, 0.83);
    EXPECT_EQ(read.thresholds.max_offset_frames, 3);
    EXPECT_EQ(read.model, "lipsync");
    EXPECT_EQ(read.model_version, "7");
}

TEST_F(CalibrationFileTest, RefusesWhatIsNone) {
    expect_refused("");
    expect_refused("{}");
    expect_refused(std::string(kMaxCalibrationBytes, ' ') + to_text(file));
    CalibrationFile wrong = file;
    wrong.thresholds = {.allow = 0.5, .next = 0.6};
    expect_refused(to_text(wrong));
    wrong = file;
    wrong.calibration.offset_width = 0;
    expect_refused(to_text(wrong));
    std::filesystem::remove(path);
    EXPECT_THROW(load_calibration_file(path), Error);
}

}  // namespace
}  // namespace syncnet::score
