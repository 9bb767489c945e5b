// What a batch comes to, as papers and operators want it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "batch/row.h"

namespace syncnet::batch {

class Summary {
  public:
    // All rows of one video.
    void add(std::span<const Row> video);

    std::int64_t videos() const { return videos_; }
    // Lines for people, each ended.
    std::string text() const;

  private:
    std::int64_t videos_ = 0, faces_ = 0, measured_ = 0;
    double lse_c_ = 0, lse_d_ = 0;  // sums over the leading faces that were measured
    std::map<std::string, std::int64_t> decisions_, errors_;
};

}  // namespace syncnet::batch
