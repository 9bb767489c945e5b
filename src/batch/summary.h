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
    // Of the leading faces that one model measured.
    struct Measured {
        std::int64_t videos = 0;
        double confidence = 0, min_dist = 0;  // sums
        bool as_published = true;             // LSE-C and LSE-D
    };

    std::int64_t videos_ = 0, faces_ = 0;
    std::map<std::string, Measured> measured_;  // by model
    std::map<std::string, std::int64_t> decisions_, errors_;
};

}  // namespace syncnet::batch
