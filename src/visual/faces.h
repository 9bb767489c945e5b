// The boxes around the faces, and what is known of each at this moment.
#pragma once

#include "pipeline/analyzer.h"
#include "visual/canvas.h"

namespace syncnet::visual {

// `shown`: where the image of that frame lies. The reading was made to draw, the analysis with a
// timeline.
void draw_faces(Canvas& canvas, const Rect& shown, const pipeline::Reading& reading,
                const pipeline::Analysis& analysis, std::int64_t frame);

}  // namespace syncnet::visual
