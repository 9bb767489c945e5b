#include "api/clip_files.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace syncnet::api_test {
namespace {

void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
}

std::vector<char> read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Clip::Clip() {
    std::string name = (std::filesystem::temp_directory_path() / "syncnet_api_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    run(SYNCNET_SOURCE_DIR "/scripts/make_sample " + file().string() +
        " --seconds 4 --size 320x240");
}

Clip::~Clip() {
    std::error_code failed;
    std::filesystem::remove_all(folder_, failed);
}

std::vector<char> Clip::bytes() const {
    return read(file());
}

std::vector<std::uint8_t> Clip::frames() const {
    const auto raw = folder_ / "frames.rgb";
    run("ffmpeg -nostdin -v error -y -i " + file().string() + " -f rawvideo -pix_fmt rgb24 " +
        raw.string());
    const std::vector<char> bytes = read(raw);
    return {bytes.begin(), bytes.end()};
}

std::vector<float> Clip::samples() const {
    const auto raw = folder_ / "samples.f32";
    run("ffmpeg -nostdin -v error -y -i " + file().string() + " -f f32le -ac 1 -ar " +
        std::to_string(kSampleRate) + " " + raw.string());
    const std::vector<char> bytes = read(raw);
    std::vector<float> samples(bytes.size() / sizeof(float));
    std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
    return samples;
}

}  // namespace syncnet::api_test
