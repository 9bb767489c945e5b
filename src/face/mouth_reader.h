// Whether a mouth can be read: there is one, upright, sharp and large enough, in the image, and
// nothing is in front of it. What its lips do is not asked here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "face/lip_crop.h"
#include "nn/plan.h"
#include "nn/weights/safetensors.h"

namespace syncnet::face {

inline constexpr int kReadabilityStep = 5;  // frames from one look at the mouth to the next
// A mouth that has less can't be read: of validation people's frames 3 in 1000 (training/mouth.py).
inline constexpr float kReadable = 0.3F;

// One value for each kReadabilityStep frames of a track, beginning with its first frame.
struct Readability {
    std::int64_t first_frame = 0;
    // 0..1, that the mouth can be read; [k] was looked at in frame first_frame + 5 k. Empty: nobody
    // looked, and every mouth counts as readable.
    std::vector<float> probability;

    // Of the look that is nearest to `frame`.
    float at(std::int64_t frame) const;
};

// The layers of training/mouth.py. Null where the file has none, as the files of older models.
// Throws bad_model where they do not fit.
std::shared_ptr<const nn::Plan> load_mouth_head(const nn::Safetensors& weights,
                                                nn::Precision precision);

// What the network is given of a crop: `crop` has 64 x 64 grey levels, `input` two values for each.
void mouth_input(std::span<const std::uint8_t> crop, std::span<float> input);

// How far a crop can show a mouth, 0..1, by where the face's points lie: less where much of the
// lips is outside of the image of width x height pixels, where they have too few pixels, and
// where the face is seen from the side.
float readable_geometry(const Detection& face, const LipPose& pose, int width, int height);

// Looks at one face. The network's scratch memory is borrowed, so that many faces share it; it must
// outlive the reader. Not thread-safe.
class MouthReader {
  public:
    explicit MouthReader(nn::Session& network) : network_(&network) {}

    // Every frame of the track, one after the other. The track's geometry is known for
    // kLipCropReach frames behind `frame`, or to its end.
    void push(const media::Image& image, const Track& track, std::int64_t frame);

    // As finish(), but more may be pushed.
    Readability so_far();
    // No more frames. The reader is of no further use.
    Readability finish();

  private:
    void run();

    nn::Session* network_;
    std::vector<float> waiting_;  // inputs of the network until a batch is full
    Readability result_;          // of what waits, what the geometry says
    std::int64_t frames_ = 0;
};

}  // namespace syncnet::face
