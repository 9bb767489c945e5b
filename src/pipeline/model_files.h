// The files that models are loaded from, by their contents: so that two processes, or an answer and
// the model that it came from, can tell whether they mean the same.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/models.h"

namespace syncnet::pipeline {

class ModelFiles {
  public:
    // Reads those that load_models would read with these options, as far as they are there.
    explicit ModelFiles(const ModelOptions& options);

    // SHA-256 of all their names and contents, in hexadecimal.
    const std::string& digest() const { return digest_; }
    // Whether none was written to, exchanged, added or taken away since.
    bool unchanged() const;

    static std::vector<std::filesystem::path> named_by(const ModelOptions& options);

  private:
    std::vector<std::filesystem::path> paths_;
    std::string seen_;  // what the file system says of them
    std::string digest_;
};

}  // namespace syncnet::pipeline
