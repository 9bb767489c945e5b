#include "batch/selection.h"

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "base/folder.h"

namespace syncnet::batch {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& place, const std::error_code& why) {
    throw Error(
        why == std::errc::no_space_on_device ? ErrorCode::storage_full : ErrorCode::cannot_write,
        place.string() + ": " + why.message());
}

}  // namespace

fs::path place_of_copy(const fs::path& video, const fs::path& below) {
    fs::path place = video.lexically_normal();
    if (!below.empty()) {
        const fs::path inside = place.lexically_relative(below.lexically_normal());
        if (!inside.empty() && *inside.begin() != "..") place = inside;
    }
    fs::path safe;
    for (const fs::path& part : place.relative_path())
        if (part != "..") safe /= part;
    return safe;
}

Selection::Selection(const SelectionOptions& options) : options_(options) {
    if (!options_.where.empty()) where_.emplace(options_.where);
    if (!options_.copy_to.empty()) make_folder(options_.copy_to);
    if (options_.list.empty()) return;
    std::error_code none;
    if (options_.if_there == NewFile::IfThere::refuse && fs::exists(options_.list, none))
        throw Error(ErrorCode::cannot_write,
                    options_.list.string() + " is there already; take it away, or name another");
    file_.emplace(options_.list, options_.if_there);
    list_.open(file_->path());
}

bool Selection::matches(std::span<const Row> video) {
    const auto leading = std::ranges::find_if(video, &Row::leading);
    if (leading == video.end()) return false;
    return where_ ? where_->matches(*leading) : !leading->error;
}

void Selection::take(const std::string& video) {
    ++taken_;
    if (file_ && !(list_ << video << '\n'))
        throw Error(ErrorCode::cannot_write, options_.list.string() + " can't be written");
    if (!options_.copy_to.empty()) copy(video);
}

void Selection::copy(const fs::path& video) {
    const fs::path place = options_.copy_to / place_of_copy(video, options_.below);
    std::error_code failed, none;
    if (!fs::is_regular_file(video, none)) {
        ++gone_;
        return;
    }
    if (fs::is_regular_file(place, none) &&
        fs::file_size(place, none) == fs::file_size(video, none))
        return;
    make_folder(place.parent_path());
    NewFile copy(place, NewFile::IfThere::replace);
    fs::copy_file(video, copy.path(), fs::copy_options::overwrite_existing, failed);
    if (failed) fail(place, failed);
    copy.put_in_place();
}

void Selection::finish() {
    if (!file_) return;
    list_.close();
    if (!list_) throw Error(ErrorCode::cannot_write, options_.list.string() + " can't be written");
    file_->put_in_place();
}

}  // namespace syncnet::batch
