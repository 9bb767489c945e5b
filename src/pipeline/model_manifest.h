// The models that this program knows: what they are, whose, and how to tell the right file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nn/weights/weights.h"

namespace syncnet::pipeline {

struct ManifestEntry {
    std::string name, role, file, sha256, licence, source;
    std::uintmax_t bytes = 0;
    bool bundled = false;
};

// models/manifest.json. Throws bad_model.
std::vector<ManifestEntry> load_manifest(const std::filesystem::path& file);

// Every tensor that the model must have; empty for those that are not read as tensors.
std::vector<nn::TensorSpec> tensors_of(std::string_view model);

enum class FileState {
    absent,
    published,  // bit for bit
    usable,     // another file, but of this model: all tensors are there and finite
    unusable
};
std::string_view to_string(FileState state);

struct FileReport {
    FileState state = FileState::absent;
    std::vector<std::string> problems;  // one line each
};

// Reads the whole file.
FileReport check_file(const ManifestEntry& entry, const std::filesystem::path& file);

}  // namespace syncnet::pipeline
