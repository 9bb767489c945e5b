#include "media/media_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace syncnet::media::testing {
namespace {

class TempDirectory {
  public:
    TempDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "media-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;
    ~TempDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

const std::filesystem::path& directory() {
    static const TempDirectory instance;
    return instance.path();
}

}  // namespace

std::filesystem::path make(const std::string& name, const std::string& arguments) {
    const auto path = directory() / name;
    if (std::filesystem::exists(path)) return path;
    const std::string command =
        "ffmpeg -v error -nostdin -y " + arguments + " " + path.string() + " 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
}

std::filesystem::path write(const std::string& name, const std::vector<std::byte>& bytes) {
    const auto path = directory() / name;
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
}

std::vector<std::byte> bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::byte> bytes;
    std::transform(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(),
                   std::back_inserter(bytes), [](char c) { return static_cast<std::byte>(c); });
    return bytes;
}

std::string brightness_clock(const std::string& fps, double seconds) {
    return " -f lavfi -i \"nullsrc=s=64x48:r=" + fps + ":d=" + std::to_string(seconds) +
           ",format=yuv420p,geq=lum='20+200*T':cb=128:cr=128\" ";
}

std::string flash(double at, double seconds) {
    return " -f lavfi -i \"color=black:s=160x120:r=25:d=" + std::to_string(seconds) +
           ",format=yuv420p,drawbox=c=white:t=fill:enable='gte(t," + std::to_string(at - 0.001) +
           ")'\" ";
}

std::string click(double at, double seconds, int rate) {
    const auto first = std::lround(at * rate);
    return " -f lavfi -i \"aevalsrc='if(between(n," + std::to_string(first) + "," +
           std::to_string(first + rate / 12'000) + "),0.9,0)':s=" + std::to_string(rate) +
           ":d=" + std::to_string(seconds) + "\" ";
}

std::vector<int> Everything::lumas() const {
    std::vector<int> result;
    for (const auto& image : images) {
        if (!image) {
            result.push_back(-1);
            continue;
        }
        const LumaView luma = image->luma();
        result.push_back(luma.data[luma.height / 2 * luma.stride + luma.width / 2]);
    }
    return result;
}

double Everything::click_ms() const {
    const auto loudest = std::ranges::max_element(
        samples, [](float a, float b) { return std::abs(a) < std::abs(b); });
    return static_cast<double>(loudest - samples.begin()) / 16.0;
}

double Everything::flash_ms() const {
    const auto all = lumas();
    const auto first = std::ranges::find_if(all, [](int luma) { return luma > 120; });
    return static_cast<double>(first - all.begin()) * 40.0;
}

Everything read_all(const std::filesystem::path& path, const Limits& limits,
                    const Options& options) {
    Reader reader(Source::from_path(path), limits, options);
    Everything all;
    all.info = reader.info();
    while (const auto item = reader.next()) {
        if (const auto* frame = std::get_if<Frame>(&*item)) {
            EXPECT_EQ(frame->index, static_cast<std::int64_t>(all.images.size()));
            all.images.push_back(frame->image);
        } else {
            const auto& piece = std::get<Samples>(*item);
            EXPECT_EQ(piece.first, static_cast<std::int64_t>(all.samples.size()));
            EXPECT_FALSE(piece.mono.empty());
            all.samples.insert(all.samples.end(), piece.mono.begin(), piece.mono.end());
        }
    }
    all.damage = reader.damage();
    return all;
}

ErrorCode failure(const std::filesystem::path& path, const Limits& limits) {
    try {
        read_all(path, limits);
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << path.filename() << " was read without an error";
    return ErrorCode::internal;
}

}  // namespace syncnet::media::testing
