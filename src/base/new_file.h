// A file that is there as a whole or not at all: written beside its place under another name, and
// renamed when it is done.
#pragma once

#include <filesystem>

namespace syncnet {

class NewFile {
  public:
    enum class IfThere { refuse, replace };

    // Throws cannot_write, also where it is there already or is something else than a file.
    NewFile(const std::filesystem::path& place, IfThere if_there);
    ~NewFile();  // of no trace, unless it was put into its place
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    // Where to write: there, empty, with the ending of the place.
    const std::filesystem::path& path() const { return path_; }

    // Throws cannot_write, also where somebody else put a file there meanwhile.
    void put_in_place();

  private:
    std::filesystem::path place_, path_;
    IfThere if_there_;
    bool in_place_ = false;
};

}  // namespace syncnet
