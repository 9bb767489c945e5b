// A folder for the files of one test, gone with it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace syncnet::evaluate::testing {

class ScratchFolder : public ::testing::Test {
  protected:
    ScratchFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "evaluate-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~ScratchFolder() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    std::filesystem::path write(const std::string& name, const std::string& text) const {
        const auto path = folder_ / name;
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    static std::string text_of(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::filesystem::path folder_;
};

}  // namespace syncnet::evaluate::testing
