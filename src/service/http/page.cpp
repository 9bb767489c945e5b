#include "service/http/page.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "base/error.h"

namespace syncnet::service {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kGzipped = ".gz";

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes{
    {{".html", "text/html; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".json", "application/json"},
     {".webmanifest", "application/manifest+json"},
     {".svg", "image/svg+xml"},
     {".png", "image/png"},
     {".ico", "image/x-icon"},
     {".webm", "video/webm"},
     {".mp4", "video/mp4"}}};

std::string_view type_of(const fs::path& file) {
    const std::string ending = file.extension().string();
    const auto known =
        std::ranges::find(kTypes, std::string_view(ending), &decltype(kTypes)::value_type::first);
    return known == kTypes.end() ? std::string_view() : known->second;
}

std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) throw Error(ErrorCode::invalid_setting, "PAGE: can't read " + file.string());
    return bytes;
}

}  // namespace

Page::Page(const fs::path& folder) {
    std::error_code failed;
    std::size_t bytes = 0, files = 0;
    for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        if (!at->is_regular_file()) continue;
        const std::string_view type = type_of(at->path());
        if (type.empty()) continue;  // the gzipped ones come with theirs
        PageFile file{.type = type, .bytes = read(at->path())};
        const fs::path gzipped = at->path().string() + std::string(kGzipped);
        if (fs::is_regular_file(gzipped)) file.gzipped = read(gzipped);
        bytes += file.bytes.size() + file.gzipped.size();
        if (bytes > kMaxBytes || ++files > kMaxFiles)
            throw Error(ErrorCode::invalid_setting,
                        "PAGE: there is more in " + folder.string() + " than a page has");
        files_.emplace(at->path().lexically_relative(folder).generic_string(), std::move(file));
    }
    if (!files_.contains("index.html")) files_.clear();
}

const PageFile* Page::find(std::string_view name) const {
    const auto found = files_.find(name);
    return found == files_.end() ? nullptr : &found->second;
}

fs::path default_page_folder() {
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (const auto& candidate : {program / "page", program.parent_path() / "share/syncnet/page"})
        if (fs::is_directory(candidate, failed)) return candidate;
    return {};
}

}  // namespace syncnet::service
