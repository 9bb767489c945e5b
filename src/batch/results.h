// The table as it grows. What is in it survives whatever ends the batch, and a later one goes on
// from there.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <unordered_set>

#include "batch/row.h"

namespace syncnet::batch {

// Takes all rows of one video.
using TakeVideo = std::function<void(std::span<const Row>)>;

enum class IfThere {
    refuse,
    resume,  // go on with it, if it is there
};

// Not thread-safe.
class Results {
  public:
    Results() = default;
    virtual ~Results() = default;
    Results(const Results&) = delete;
    Results& operator=(const Results&) = delete;

    // The rows of one video, at once. Throws cannot_write, storage_full.
    virtual void write(std::span<const Row> video) = 0;

    // Whether the rows of this video were there at the start.
    bool has(const std::string& video) const { return found_.contains(row_name(video)); }
    std::size_t found() const { return found_.size(); }  // videos that were

  protected:
    void add_found(const std::string& row_name) { found_.insert(row_name); }

  private:
    std::unordered_set<std::string> found_;
};

}  // namespace syncnet::batch
