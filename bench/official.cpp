// The published networks with made-up weights: what bench/official.py sets against PyTorch.
// Prints lines "name precision value".
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "face/s3fd.h"
#include "reference/made_up.h"
#include "sync/syncnet_v2.h"

namespace {

using namespace syncnet;
using Clock = std::chrono::steady_clock;

constexpr int kThreads = 2;
constexpr int kRuns = 12;

double least_seconds(const std::function<void()>& work) {
    work();
    double best = 1e9;
    for (int i = 0; i < kRuns; ++i) {
        const auto start = Clock::now();
        work();
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

void measure(nn::Precision precision) {
    const auto print = [&](const char* name, double value) {
        std::cout << name << ' ' << nn::to_string(precision) << ' ' << value << std::endl;
    };
    const auto syncnet =
        sync::load_syncnet_v2(made_up::Weights(sync::syncnet_v2_tensors()), precision, kThreads);
    nn::Session lips(syncnet.lips);
    const std::vector<std::uint8_t> crop = made_up::crop(1);
    constexpr int kWindows = 32;
    print("lip_windows_per_s", kWindows / least_seconds([&] {
                                   sync::SyncNetV2Lips face(lips, 0);
                                   for (int i = 0; i < kWindows + 4; ++i) face.push(crop);
                                   (void)face.finish();
                               }));
    sync::SyncNetV2Audio audio(syncnet);
    const std::vector<audio::MfccFrame> mfcc(20 + 4 * 95);
    print("audio_windows_per_s", 96 / least_seconds([&] { (void)audio.embed(mfcc); }));

    face::S3fd detector(
        face::load_s3fd(made_up::Weights(face::s3fd_tensors()), precision, kThreads));
    const std::vector<std::uint8_t> rgb(160 * 120 * 3, 90);
    print("s3fd_ms",
          1e3 * least_seconds([&] { (void)detector.detect_rgb(rgb, 160, 120, 640, 480); }));
}

}  // namespace

int main() {
    measure(nn::Precision::f32);
    if (nn::best_exact_precision() != nn::Precision::f32) measure(nn::Precision::bf16x3);
    if (nn::best_precision() != nn::Precision::f32) measure(nn::Precision::bf16);
    return 0;
}
