// Where the time of one clip goes: each stage alone, then the whole, on one clip in memory.
// Usage: stages CLIP [Google Benchmark's flags]
#include <benchmark/benchmark.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "pipeline/analyzer.h"

namespace {

using namespace syncnet;

std::vector<char> read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

media::Reader open(const std::vector<char>& clip) {
    return {media::Source::from_bytes(std::as_bytes(std::span(clip))), {}};
}

media::Image first_image(const std::vector<char>& clip) {
    auto reader = open(clip);
    while (auto item = reader.next())
        if (auto* frame = std::get_if<media::Frame>(&*item); frame != nullptr && frame->image)
            return *frame->image;
    throw Error(ErrorCode::no_video_stream, "the clip has no image");
}

void decode(benchmark::State& state, const std::vector<char>& clip) {
    for (auto _ : state) {
        auto reader = open(clip);
        while (auto item = reader.next()) benchmark::DoNotOptimize(item);
    }
}

void detect(benchmark::State& state, const std::vector<char>& clip,
            const face::BlazeFaceModel& model, float refine_below) {
    const auto image = first_image(clip);
    face::BlazeFace detector(model, {.refine_below = refine_below});
    for (auto _ : state) benchmark::DoNotOptimize(detector.detect(image));
}

void crop(benchmark::State& state, const std::vector<char>& clip,
          const face::BlazeFaceModel& model) {
    const auto image = first_image(clip);
    const auto faces = face::BlazeFace(model).detect(image);
    if (faces.empty()) return state.SkipWithError("no face");
    std::vector<std::uint8_t> pixels(face::kLipCropSide * face::kLipCropSide);
    for (auto _ : state) {
        face::lip_crop(image, face::lip_pose(faces[0]), face::kLipCropSide, pixels);
        benchmark::DoNotOptimize(pixels.data());
    }
}

// Embeddings of 100 frames, that is of 4 s.
void lips(benchmark::State& state, nn::Precision precision) {
    const auto model =
        sync::load_lip_sync(pipeline::default_model_dir() / "lipsync.safetensors", precision);
    sync::LipNetworks networks(model);
    const std::vector<std::uint8_t> pixels(face::kLipCropSide * face::kLipCropSide, 90);
    for (auto _ : state) {
        sync::LipEmbedder embedder(networks, 0);
        for (int i = 0; i < 100; ++i) embedder.push(pixels);
        benchmark::DoNotOptimize(embedder.finish());
    }
}

void audio(benchmark::State& state, nn::Precision precision) {
    const auto model =
        sync::load_lip_sync(pipeline::default_model_dir() / "lipsync.safetensors", precision);
    sync::AudioEmbedder embedder(model);
    const std::vector<float> samples(4 * media::kSampleRate, 0.1F);
    for (auto _ : state) {
        audio::LogMel mel;
        mel.push(samples);
        benchmark::DoNotOptimize(embedder.embed(mel.frames()));
    }
}

void analyze(benchmark::State& state, const std::vector<char>& clip,
             const std::shared_ptr<const pipeline::Models>& models) {
    const pipeline::Analyzer analyzer(models, {});
    for (auto _ : state)
        benchmark::DoNotOptimize(
            analyzer.analyze(media::Source::from_bytes(std::as_bytes(std::span(clip)))));
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (argc != 2) {
        std::cerr << "usage: stages CLIP\n";
        return 2;
    }
    const auto clip = read_file(argv[1]);
    const auto models = pipeline::load_models({.folder = pipeline::default_model_dir()});
    const auto near = face::BlazeFaceOptions{};
    const auto add = [](const char* name, auto run) {
        benchmark::RegisterBenchmark(name, run)->Unit(benchmark::kMillisecond)->UseRealTime();
    };
    add("decode", [&](auto& s) { decode(s, clip); });
    add("detect, one look", [&](auto& s) { detect(s, clip, models->blaze_face, 0); });
    add("detect, with the second look", [&](auto& s) { detect(s, clip, models->blaze_face, 1); });
    add("detect, as configured",
        [&](auto& s) { detect(s, clip, models->blaze_face, near.refine_below); });
    add("crop", [&](auto& s) { crop(s, clip, models->blaze_face); });
    add("lips of 4 s, f32", [](auto& s) { lips(s, nn::Precision::f32); });
    add("lips of 4 s, best precision", [](auto& s) { lips(s, nn::best_precision()); });
    add("audio of 4 s, f32", [](auto& s) { audio(s, nn::Precision::f32); });
    add("audio of 4 s, best precision", [](auto& s) { audio(s, nn::best_precision()); });
    add("the whole analysis", [&](auto& s) { analyze(s, clip, models); });
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
