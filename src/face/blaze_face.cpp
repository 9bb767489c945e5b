#include "face/blaze_face.h"

#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "base/error.h"
#include "base/mapped_file.h"
#include "media/rgb_scaler.h"
#include "nn/weights/tflite.h"

namespace syncnet::face {
namespace {

constexpr std::size_t kMaxModelBytes = 64U << 20U;
constexpr std::size_t kRegressors = 16;  // box centre and size, then six key points
constexpr int kMaxFaces = 16;            // per image; the best ones
constexpr float kRefineMargin = 2.0F;    // side of the second look, in sides of the face

struct Layout {
    int side;
    const char* scores;
    const char* boxes;
    // One row of anchors per output layer: cells per side, anchors per cell.
    std::array<std::pair<int, int>, 2> grids;
};

constexpr Layout kFull{
    192, "reshaped_classifier_face_4", "reshaped_regressor_face_4", {{{48, 1}, {0, 0}}}};
constexpr Layout kShort{128, "classificators", "regressors", {{{16, 2}, {8, 6}}}};

const Layout& layout_of(BlazeFaceRange range) {
    return range == BlazeFaceRange::full ? kFull : kShort;
}

std::vector<Point> anchors(const Layout& layout) {
    std::vector<Point> centres;
    for (const auto& [cells, per_cell] : layout.grids)
        for (int y = 0; y < cells; ++y)
            for (int x = 0; x < cells; ++x)
                for (int a = 0; a < per_cell; ++a) {
                    const float step = static_cast<float>(layout.side) / static_cast<float>(cells);
                    centres.push_back({(static_cast<float>(x) + 0.5F) * step,
                                       (static_cast<float>(y) + 0.5F) * step});
                }
    return centres;
}

float sigmoid(float x) {
    return 1.0F / (1.0F + std::exp(-x));
}

// Every box that overlaps the best one is the same face: their mean, weighted by score, is steadier
// than any of them.
std::vector<Detection> merge_overlapping(std::vector<Detection> found, float overlap) {
    std::ranges::sort(found, std::greater{}, &Detection::score);
    std::vector<Detection> faces;
    while (!found.empty() && faces.size() < kMaxFaces) {
        const Detection best = found.front();
        Detection sum;
        float weight = 0;
        const auto add = [&](float& into, float value, float w) { into += value * w; };
        const auto add_point = [&](Point& into, const Point& p, float w) {
            add(into.x, p.x, w);
            add(into.y, p.y, w);
        };
        std::erase_if(found, [&](const Detection& d) {
            if (intersection_over_union(best.box, d.box) < overlap) return false;
            add(sum.box.left, d.box.left, d.score);
            add(sum.box.top, d.box.top, d.score);
            add(sum.box.right, d.box.right, d.score);
            add(sum.box.bottom, d.box.bottom, d.score);
            add_point(sum.right_eye, d.right_eye, d.score);
            add_point(sum.left_eye, d.left_eye, d.score);
            add_point(sum.nose, d.nose, d.score);
            add_point(sum.mouth, d.mouth, d.score);
            weight += d.score;
            return true;
        });
        if (weight <= 0) break;  // a degenerate box that does not even overlap itself
        for (float* v : {&sum.box.left, &sum.box.top, &sum.box.right, &sum.box.bottom,
                         &sum.right_eye.x, &sum.right_eye.y, &sum.left_eye.x, &sum.left_eye.y,
                         &sum.nose.x, &sum.nose.y, &sum.mouth.x, &sum.mouth.y})
            *v /= weight;
        sum.score = best.score;
        faces.push_back(sum);
    }
    return faces;
}

}  // namespace

BlazeFaceModel load_blaze_face(const std::filesystem::path& tflite, BlazeFaceRange range) {
    const MappedFile file(tflite, kMaxModelBytes);
    nn::Graph graph = nn::read_tflite(file.bytes());
    const Layout& layout = layout_of(range);
    const auto count = anchors(layout).size();
    const auto values = [&](const char* name) {
        return graph.node(graph.output_node(name)).shape.size();
    };
    if (graph.node(0).shape != nn::Shape{1, layout.side, layout.side, 3} ||
        values(layout.scores) != count || values(layout.boxes) != count * kRegressors)
        throw Error(ErrorCode::bad_model, tflite.filename().string() + " is not this detector");
    return {range, std::make_shared<const nn::Plan>(std::move(graph), nn::PlanOptions{})};
}

struct BlazeFace::Impl {
    Impl(const BlazeFaceModel& model, const BlazeFaceOptions& wanted)
        : layout(layout_of(model.range)),
          options(wanted),
          session(model.plan),
          centres(anchors(layout)),
          letterbox(static_cast<std::size_t>(layout.side * layout.side * 3)) {}

    std::vector<Detection> detect_in(const media::Image& image, const media::Rect& from);
    // Faces this small are looked at from near.
    bool is_small(const Detection& face, const media::Image& image) const;
    // The face, from near; nothing where it is not there.
    std::optional<Detection> look_near(const media::Image& image, const Box& face);

    const Layout& layout;
    BlazeFaceOptions options;
    nn::Session session;
    std::vector<Point> centres;
    std::vector<std::uint8_t> letterbox;  // RGB
    media::RgbScaler whole, near;         // each keeps its tables for its own size
};

// The rectangle `from` is letterboxed to the network's square.
std::vector<Detection> BlazeFace::Impl::detect_in(const media::Image& image,
                                                  const media::Rect& from) {
    const int side = layout.side;
    const float scale =
        static_cast<float>(side) / static_cast<float>(std::max(from.width, from.height));
    const auto scaled = [&](int length) {
        return std::clamp(static_cast<int>(std::lround(static_cast<float>(length) * scale)), 1,
                          side);
    };
    const int width = scaled(from.width);
    const int height = scaled(from.height);
    const int left = (side - width) / 2;
    const int top = (side - height) / 2;
    std::ranges::fill(letterbox, std::uint8_t{0});
    const bool all = from.width == image.width() && from.height == image.height();
    (all ? whole : near)
        .convert(image, from,
                 {.pixels = std::span(letterbox).subspan(
                      static_cast<std::size_t>((top * side + left) * 3)),
                  .width = width,
                  .height = height,
                  .stride = side * 3});
    std::ranges::transform(letterbox, session.input().begin(), [](std::uint8_t v) {
        return static_cast<float>(v) * (2.0F / 255.0F) - 1.0F;
    });
    session.run();

    const auto scores = session.output(layout.scores);
    const auto boxes = session.output(layout.boxes);
    const float x_scale = static_cast<float>(from.width) / static_cast<float>(width);
    const float y_scale = static_cast<float>(from.height) / static_cast<float>(height);
    std::vector<Detection> found;
    const float min_logit = std::log(options.min_score / (1.0F - options.min_score));
    for (std::size_t i = 0; i < centres.size(); ++i) {
        if (!(scores[i] >= min_logit)) continue;
        const auto r = boxes.subspan(i * kRegressors, kRegressors);
        const auto point = [&](float x, float y) {
            return Point{static_cast<float>(from.x) +
                             (centres[i].x + x - static_cast<float>(left)) * x_scale,
                         static_cast<float>(from.y) +
                             (centres[i].y + y - static_cast<float>(top)) * y_scale};
        };
        const Point corner = point(r[0] - r[2] / 2, r[1] - r[3] / 2);
        const Point opposite = point(r[0] + r[2] / 2, r[1] + r[3] / 2);
        found.push_back({.box = {corner.x, corner.y, opposite.x, opposite.y},
                         .right_eye = point(r[4], r[5]),
                         .left_eye = point(r[6], r[7]),
                         .nose = point(r[8], r[9]),
                         .mouth = point(r[10], r[11]),
                         .score = sigmoid(scores[i])});
    }
    return merge_overlapping(std::move(found), options.overlap);
}

bool BlazeFace::Impl::is_small(const Detection& face, const media::Image& image) const {
    const auto longest = static_cast<float>(std::max(image.width(), image.height()));
    return std::max(face.box.width(), face.box.height()) < options.refine_below * longest;
}

std::optional<Detection> BlazeFace::Impl::look_near(const media::Image& image, const Box& face) {
    const float side = std::max(face.width(), face.height()) * kRefineMargin;
    const float x = (face.left + face.right) / 2;
    const float y = (face.top + face.bottom) / 2;
    const int left = std::clamp(static_cast<int>(x - side / 2), 0, image.width() - 1);
    const int top = std::clamp(static_cast<int>(y - side / 2), 0, image.height() - 1);
    const int right = std::clamp(static_cast<int>(x + side / 2), left + 1, image.width());
    const int bottom = std::clamp(static_cast<int>(y + side / 2), top + 1, image.height());
    const auto again = detect_in(image, {left, top, right - left, bottom - top});
    const auto same = std::ranges::max_element(
        again, {}, [&](const Detection& d) { return intersection_over_union(d.box, face); });
    if (same == again.end() || intersection_over_union(same->box, face) < options.overlap)
        return std::nullopt;
    return *same;
}

BlazeFace::BlazeFace(const BlazeFaceModel& model, const BlazeFaceOptions& options)
    : impl_(std::make_unique<Impl>(model, options)) {}
BlazeFace::~BlazeFace() = default;

std::vector<Detection> BlazeFace::detect(const media::Image& image) {
    auto faces = impl_->detect_in(image, {0, 0, image.width(), image.height()});
    for (Detection& face : faces) {
        if (!impl_->is_small(face, image)) continue;
        if (auto near = impl_->look_near(image, face.box)) {
            near->score = std::max(face.score, near->score);
            face = *near;
        }
    }
    return faces;
}

std::optional<std::vector<Detection>> BlazeFace::follow(const media::Image& image,
                                                        std::span<const Detection> before) {
    std::vector<Detection> faces;
    for (const Detection& face : before) {
        // A large one is found in the whole image, by as many looks.
        if (!impl_->is_small(face, image)) return std::nullopt;
        const auto found = impl_->look_near(image, face.box);
        const auto is_same = [&](const Detection& other) {
            return intersection_over_union(found->box, other.box) >= impl_->options.overlap;
        };
        if (!found || std::ranges::any_of(faces, is_same)) return std::nullopt;
        faces.push_back(*found);
    }
    return faces;
}

}  // namespace syncnet::face
