// Whether a mouth moves at all: a photograph, a frozen image or a mask doesn't.
#pragma once

#include <vector>

#include "sync/embeddings.h"

namespace syncnet::sync {

// Of each row: how far the embedding moves from one frame to the next, 0..2, as a mean over 5
// frames. Of LipSync's embeddings talking mouths have 0.19 and more (0.57 is usual), silent ones
// 0.13 and more, photographs 0.02 and less (docs/evaluation.md).
std::vector<float> lip_motion(const Embeddings& lips);

inline constexpr float kStillMouth = 0.08F;  // less is no motion

}  // namespace syncnet::sync
