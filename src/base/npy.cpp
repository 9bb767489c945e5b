#include "base/npy.h"

#include <fstream>
#include <string>
#include <string_view>

#include "base/error.h"

namespace syncnet {
namespace {

template <typename T>
void write(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
           std::span<const T> values, std::string_view type) {
    std::string header =
        "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (";
    for (const std::size_t dim : shape) header += std::to_string(dim) + ",";
    header += "), }";
    // Magic, version and length take 10 bytes; the data must begin at a multiple of 64.
    while ((header.size() + 11) % 64 != 0) header += ' ';
    header += '\n';
    const auto length = static_cast<std::uint16_t>(header.size());

    std::ofstream file(path, std::ios::binary);
    file.write("\x93NUMPY\x01\x00", 8);
    file.write(reinterpret_cast<const char*>(&length), sizeof length);
    file.write(header.data(), static_cast<std::streamsize>(header.size()));
    file.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size_bytes()));
    file.flush();
    if (!file) throw Error(ErrorCode::cannot_write, "can't write " + path.string());
}

}  // namespace

void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const std::uint8_t> values) {
    write(path, shape, values, "|u1");
}
void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const std::int16_t> values) {
    write(path, shape, values, "<i2");
}
void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const float> values) {
    write(path, shape, values, "<f4");
}

}  // namespace syncnet
