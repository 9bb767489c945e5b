// Another detector's faces with boxes as S3FD draws them. S3FD learnt from WIDER FACE, whose boxes
// hold forehead, chin and cheeks; the published SyncNet knows only crops made from such boxes.
#pragma once

#include <memory>

#include "face/detection.h"

namespace syncnet::face {

// From the key points, by the proportions of a face (Farkas, "Anthropometry of the Head and Face",
// 1994): with the pupils' line and the mouth one unit apart, the chin lies 0.72 below the mouth,
// the forehead ends 0.95 above the eyes, and the cheeks are 2.05 apart.
Box wider_box(const Detection& face);

class WiderBoxes final : public Detector {
  public:
    explicit WiderBoxes(std::unique_ptr<Detector> detector) : detector_(std::move(detector)) {}
    std::vector<Detection> detect(const media::Image& image) override;

  private:
    std::unique_ptr<Detector> detector_;
};

}  // namespace syncnet::face
