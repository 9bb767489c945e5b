// The page: the files of web/ as they were built, read once.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace syncnet::service {

struct PageFile {
    std::string_view type;  // as in Content-Type
    std::string bytes;
    std::string gzipped;  // the same, where the build has made it; else empty
};

class Page {
  public:
    static constexpr std::size_t kMaxBytes = 32U << 20U;  // of all files
    static constexpr std::size_t kMaxFiles = 500;

    Page() = default;  // none
    // index.html and what lies in its folders. A folder that isn't there is a page without files.
    // Throws invalid_setting: it is too large, or can't be read.
    explicit Page(const std::filesystem::path& folder);

    // "index.html", "assets/main.js"; null where there is none.
    const PageFile* find(std::string_view name) const;
    bool empty() const { return files_.empty(); }

  private:
    std::map<std::string, PageFile, std::less<>> files_;
};

// `page` beside the program, else where it is installed; empty where there is none.
std::filesystem::path default_page_folder();

}  // namespace syncnet::service
