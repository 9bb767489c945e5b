#include "api/model_folder.h"

#include <dlfcn.h>

#include <cstdlib>

#include "pipeline/models.h"

namespace syncnet::api {
namespace fs = std::filesystem;

namespace {

fs::path library_folder() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&model_folder), &info) == 0) return {};
    std::error_code failed;
    const fs::path library = fs::canonical(info.dli_fname, failed);
    return failed ? fs::path() : library.parent_path();
}

}  // namespace

fs::path model_folder() {
    const char* const set = std::getenv("SYNCNET_MODELS");
    if (const fs::path library = library_folder();
        (set == nullptr || *set == '\0') && !library.empty()) {
        std::error_code failed;
        for (const fs::path& candidate : {library / "models", library / SYNCNET_INSTALLED_MODELS})
            if (fs::is_directory(candidate, failed)) return candidate;
    }
    return pipeline::default_model_dir();
}

}  // namespace syncnet::api
