// What stands under the image: the decision, the audio with who speaks, the offset over time, and
// the clip's sync curve.
#pragma once

#include "pipeline/analyzer.h"
#include "visual/canvas.h"

namespace syncnet::visual {

// Pixels that the strip of an image of that width takes; even.
int strip_height(int width);

class Strip {
  public:
    // Both are kept by address. The reading was made to draw, the analysis with a timeline.
    Strip(const Rect& place, const pipeline::Reading& reading, const pipeline::Analysis& analysis);

    void draw(Canvas& canvas, std::int64_t frame) const;

  private:
    struct View {                 // the part of the clip that is on show
        double from = 0, to = 1;  // frames
        Rect panel;
        double x(double frame) const {
            return panel.x + (frame - from) / (to - from) * panel.width;
        }
    };

    View view_at(const Rect& panel, std::int64_t frame) const;
    void draw_headline(Canvas& canvas) const;
    void draw_wave(Canvas& canvas, const View& view, std::int64_t frame) const;
    void draw_speakers(Canvas& canvas, const View& view) const;
    void draw_offsets(Canvas& canvas, const View& view) const;
    void draw_seconds(Canvas& canvas, const View& view) const;
    void draw_curve(Canvas& canvas) const;
    int px(double units) const;  // of a strip whose letters have dots of one pixel

    const pipeline::Reading* reading_;
    const pipeline::Analysis* analysis_;
    double scale_;
    float loudest_;
    Rect place_, wave_, speakers_, offsets_, seconds_, curve_;
};

}  // namespace syncnet::visual
