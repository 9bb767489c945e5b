// A condition on rows, such as "score >= 0.9 and abs(offset) <= 2".
#pragma once

#include <memory>
#include <string>

#include "batch/row.h"

namespace syncnet::batch {

class Where {
  public:
    // Any expression of SQLite's on the columns; `offset` is offset_frames, too. Throws
    // invalid_setting, which says what is wrong with it and which columns there are.
    explicit Where(const std::string& condition);
    ~Where();

    // What compares with something that is not known is not true. Throws invalid_setting where the
    // condition can't be computed.
    bool matches(const Row& row);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::batch
