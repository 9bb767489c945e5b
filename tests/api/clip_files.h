// A clip of a talking face, and the same as raw frames and samples.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace syncnet::api_test {

inline constexpr int kWidth = 320, kHeight = 240, kSampleRate = 48'000;
inline constexpr std::size_t kFrameBytes = std::size_t{3} * kWidth * kHeight;

// Gone with the object.
class Clip {
  public:
    Clip();
    ~Clip();
    Clip(const Clip&) = delete;
    Clip& operator=(const Clip&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path file() const { return folder_ / "clip.mp4"; }
    std::vector<char> bytes() const;
    std::vector<std::uint8_t> frames() const;  // packed RGB, 25 a second
    std::vector<float> samples() const;        // mono, kSampleRate

  private:
    std::filesystem::path folder_;
};

}  // namespace syncnet::api_test
