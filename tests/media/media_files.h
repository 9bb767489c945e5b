// Videos made on the spot with the ffmpeg program, and what a Reader sees in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "media/reader.h"

namespace syncnet::media::testing {

// Runs `ffmpeg <arguments> <name>` in a temporary directory of this process; fails the test if that
// fails. The same name is made only once.
std::filesystem::path make(const std::string& name, const std::string& arguments);

// A file with these bytes.
std::filesystem::path write(const std::string& name, const std::vector<std::byte>& bytes);
std::vector<std::byte> bytes_of(const std::filesystem::path& path);

// Input arguments: images whose luma tells their time t, 20 + 200 t (t < 1 s).
std::string brightness_clock(const std::string& fps, double seconds = 1);
// Black images that turn white at `at`, and silence with one click at `at`.
std::string flash(double at, double seconds);
std::string click(double at, double seconds, int rate = 48'000);

struct Everything {
    Info info;
    Damage damage;
    std::vector<std::optional<Image>> images;
    std::vector<float> samples;

    // The centre's luma, -1 where there is no image.
    std::vector<int> lumas() const;
    // The time of the loudest sample, in ms, and of the first bright image.
    double click_ms() const;
    double flash_ms() const;
};

// Also checks that indices and samples are contiguous.
Everything read_all(const std::filesystem::path& path, const Limits& limits = {},
                    const Options& options = {});

// The code with which reading the file fails.
ErrorCode failure(const std::filesystem::path& path, const Limits& limits = {});

}  // namespace syncnet::media::testing
