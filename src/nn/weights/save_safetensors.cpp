#include "nn/weights/save_safetensors.h"

#include <cstdint>
#include <fstream>

#include "base/error.h"
#include "base/json.h"

namespace syncnet::nn {

void save_safetensors(const Weights& weights, const std::map<std::string, std::string>& metadata,
                      const std::filesystem::path& path) {
    nlohmann::json header{{"__metadata__", metadata}};
    std::size_t position = 0;
    const auto names = weights.names();
    for (const std::string& name : names) {
        const auto& dims = *weights.dims(name);
        std::size_t bytes = sizeof(float);
        for (const int d : dims) bytes *= static_cast<std::size_t>(d);
        header[name] = {
            {"dtype", "F32"}, {"shape", dims}, {"data_offsets", {position, position + bytes}}};
        position += bytes;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data is aligned where it is mapped

    const std::filesystem::path partial = path.string() + ".partial";
    try {
        std::ofstream file(partial, std::ios::binary);
        const std::uint64_t length = text.size();
        file.write(reinterpret_cast<const char*>(&length), sizeof length);
        file.write(text.data(), static_cast<std::streamsize>(text.size()));
        for (const std::string& name : names) {
            const Tensor tensor = weights.at(name);
            file.write(reinterpret_cast<const char*>(tensor.values.data()),
                       static_cast<std::streamsize>(tensor.values.size() * sizeof(float)));
        }
        file.close();
        if (!file) throw Error(ErrorCode::cannot_write, "can't write " + path.filename().string());
        std::filesystem::rename(partial, path);
    } catch (const std::filesystem::filesystem_error& e) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        throw Error(ErrorCode::cannot_write, e.code().message());
    } catch (const Error&) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        throw;
    }
}

}  // namespace syncnet::nn
