// Images and audio to an mp4 that plays everywhere: H.264 at 25 frames a second, and AAC.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace syncnet::media {

struct WriterOptions {
    int width = 0, height = 0;  // both even
    bool audio = true;
};

// Memory does not depend on the length, as long as video and audio come side by side.
class Writer {
  public:
    // Throws no_encoder, cannot_write, storage_full.
    Writer(const std::filesystem::path& path, const WriterOptions& options);
    Writer(Writer&&) noexcept;
    Writer& operator=(Writer&&) noexcept;
    ~Writer();

    // The next image: packed 8-bit R, G, B, 3 * width * height. Throws invalid_request (another
    // size), cannot_write, storage_full.
    void write_image(std::span<const std::uint8_t> rgb);
    // The next samples, mono, kSampleRate a second.
    void write_audio(std::span<const float> mono);
    // Without it the file is not whole.
    void finish();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::media
