#include "visual/visualiser.h"

#include <algorithm>

#include "base/error.h"
#include "media/writer.h"
#include "visual/canvas.h"
#include "visual/faces.h"
#include "visual/strip.h"

namespace syncnet::visual {
namespace {

namespace fs = std::filesystem;

constexpr int kDecoderThreads = 2;
constexpr int kLeastWidth = 320;  // of the strip, for its letters

int even(int value) {
    return value + value % 2;
}

// The image in the middle, the strip below.
struct Layout {
    explicit Layout(const pipeline::Reading& reading)
        : width(even(std::max(reading.width, kLeastWidth))),
          image{(width - reading.width) / 2, 0, reading.width, reading.height},
          strip{0, even(reading.height), width, strip_height(width)} {}
    int width;
    Rect image, strip;
    int height() const { return strip.y + strip.height; }
};

class Drawing {
  public:
    Drawing(const pipeline::Reading& reading, const pipeline::Analysis& analysis,
            const fs::path& out)
        : reading_(reading),
          analysis_(analysis),
          layout_(reading),
          strip_(layout_.strip, reading, analysis),
          canvas_(layout_.width, layout_.height()),
          writer_(
              out,
              {.width = layout_.width, .height = layout_.height(), .audio = reading.has_audio}) {}

    void draw(const media::Frame& frame) {
        canvas_.fill({0, 0, layout_.width, layout_.strip.y}, {});
        if (frame.image) scaler_.convert(*frame.image, canvas_.target(layout_.image));
        draw_faces(canvas_, layout_.image, reading_, analysis_, frame.index);
        strip_.draw(canvas_, frame.index);
        writer_.write_image(canvas_.rgb());
    }
    void hear(const media::Samples& samples) { writer_.write_audio(samples.mono); }
    void finish() { writer_.finish(); }

  private:
    const pipeline::Reading& reading_;
    const pipeline::Analysis& analysis_;
    Layout layout_;
    Strip strip_;
    Canvas canvas_;
    media::RgbScaler scaler_;
    media::Writer writer_;
};

}  // namespace

pipeline::Analysis visualise(const pipeline::Analyzer& analyzer, const fs::path& video,
                             const fs::path& out, const VisualiseOptions& options) {
    if (out.extension() != ".mp4")
        throw Error(ErrorCode::wrong_container, "name an output that ends in .mp4");
    std::error_code none;
    if (fs::equivalent(video, out, none))
        throw Error(ErrorCode::invalid_setting, "the output is the video itself");
    NewFile file(out, options.if_there);

    pipeline::Request request = options.request;
    request.timeline = options.timeline;
    request.to_draw = true;
    const pipeline::Reading reading = analyzer.read(media::Source::from_path(video), request);
    pipeline::Analysis analysis = analyzer.judge(reading, request);

    Drawing drawing(reading, analysis, file.path());
    media::Options heard{.threads = kDecoderThreads};
    pipeline::Mixer mixer({});
    if (reading.audio_search) {
        heard.audio_track = reading.audio_search->chosen.pick.track;
        mixer = pipeline::Mixer(reading.audio_search->chosen.pick.mix);
    }
    media::Reader reader(media::Source::from_path(video), options.limits, heard);
    while (const auto item = reader.next()) {
        check(request);
        if (const auto* frame = std::get_if<media::Frame>(&*item)) {
            drawing.draw(*frame);
            if (request.on_progress)
                request.on_progress(static_cast<double>(frame->index + 1) /
                                    static_cast<double>(reading.frames));
        } else {
            const auto& samples = std::get<media::Samples>(*item);
            drawing.hear({samples.first, mixer(samples)});
        }
    }
    drawing.finish();
    file.put_in_place();
    return analysis;
}

}  // namespace syncnet::visual
