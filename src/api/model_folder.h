// The models that came with the library.
#pragma once

#include <filesystem>

namespace syncnet::api {

// SYNCNET_MODELS if set, else beside the library, where it was installed, or beside the program.
// Throws bad_model where there is none.
std::filesystem::path model_folder();

}  // namespace syncnet::api
