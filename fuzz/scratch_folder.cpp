#include "fuzz/scratch_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace syncnet::fuzz {
namespace {

namespace fs = std::filesystem;

class Folder {
  public:
    Folder() {
        const fs::path memory = "/dev/shm";
        const fs::path parent =
            ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
        std::string name = (parent / "syncnet-fuzz-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path path;
};

}  // namespace

const fs::path& scratch_folder() {
    static const Folder folder;
    return folder.path;
}

fs::path put(std::string_view name, std::span<const std::byte> bytes) {
    fs::path path = scratch_folder() / name;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) std::abort();
    return path;
}

}  // namespace syncnet::fuzz
