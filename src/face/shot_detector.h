// Hard cuts: where one image has little to do with the one before.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/image.h"

namespace syncnet::face {

class ShotDetector {
  public:
    // Feed every frame in order. True if this one begins a new shot (never for the first).
    bool is_cut(const media::Image& image);

  private:
    static constexpr int kColumns = 32, kRows = 18;  // a thumbnail is enough to tell scenes apart
    using Thumbnail = std::array<std::uint8_t, kColumns * kRows>;

    static Thumbnail thumbnail(const media::LumaView& luma);

    std::optional<Thumbnail> previous_;
    double usual_change_ = 0;  // mean change of the last images, in grey levels
};

}  // namespace syncnet::face
