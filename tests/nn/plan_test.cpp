#include "nn/plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "base/mapped_file.h"
#include "nn/reference_executor.h"
#include "nn/weights/tflite.h"

namespace syncnet::nn {
namespace {

std::vector<float> random_values(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& v : values) v = normal(engine);
    return values;
}

Tensor random_tensor(std::vector<int> dims, unsigned seed) {
    std::size_t count = 1;
    for (const int d : dims) count *= static_cast<std::size_t>(d);
    return {std::move(dims), random_values(count, seed)};
}

void expect_close(std::span<const float> a, std::span<const float> b, float relative,
                  const std::string& what) {
    ASSERT_EQ(a.size(), b.size()) << what;
    float largest = 1e-6F;
    for (const float v : b) largest = std::max(largest, std::abs(v));
    float worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
    EXPECT_LE(worst, relative * largest) << what;
}

// Runs the graph both ways, every value of it.
void expect_same_as_reference(Graph graph, unsigned seed) {
    for (std::size_t i = 0; i < graph.nodes().size(); ++i)
        graph.output("node" + std::to_string(i), static_cast<NodeId>(i));
    const auto input = random_values(graph.node(0).shape.size(), seed);
    const auto expected = reference_run(graph, input);
    Session session(std::make_shared<const Plan>(graph, PlanOptions{}));
    std::ranges::copy(input, session.input().begin());
    session.run();
    for (std::size_t i = 0; i < expected.size(); ++i)
        expect_close(session.output("node" + std::to_string(i)), expected[i], 1e-4F,
                     "node " + std::to_string(i) + " " + graph.nodes()[i].name);
}

Graph every_operation() {
    Graph g;
    const NodeId in = g.input({2, 11, 9, 3});
    const NodeId a = g.relu(
        g.conv(in, random_tensor({8, 3, 3, 3}, 1), random_tensor({8}, 2),
               {.stride_h = 2, .padding = same_padding(g.node(in).shape, 3, 3, 2, 1)}, "conv"));
    const NodeId b = g.conv(a, random_tensor({8, 1, 3, 3}, 3), random_tensor({8}, 4),
                            {.padding = {1, 1, 1, 1}, .groups = 8}, "depthwise");
    const NodeId sum = g.relu(g.add(a, b));
    const NodeId pooled = g.max_pool(sum, 2, 2, 2, 2, same_padding(g.node(sum).shape, 2, 2, 2, 2));
    const NodeId padded = g.pad_channels(pooled, 13);
    const NodeId large = g.resize_bilinear(padded, 7, 12);
    const NodeId flat = g.reshape(large, {1, 1, 2 * 7 * 12, 13});
    g.output("out", g.concat_width({flat, flat}));
    return g;
}

TEST(Plan, AgreesWithPlainLoopsOnEveryOperation) {
    expect_same_as_reference(every_operation(), 7);
}

// Blocks with a way round them: one that can be added to in its place, one that is read again
// later, one that is what the convolution itself reads, and one behind a reshape.
Graph residual_blocks() {
    Graph g;
    const auto conv = [&g](NodeId in, int from, int to, unsigned seed) {
        return g.conv(in, random_tensor({to, from, 1, 1}, seed), random_tensor({to}, seed + 1), {},
                      "conv");
    };
    const NodeId a = g.relu(conv(g.input({1, 6, 5, 3}), 3, 16, 1));
    const NodeId b = g.relu(g.add(conv(g.relu(conv(a, 16, 4, 3)), 4, 16, 5), a));
    const NodeId c = g.add(b, conv(g.relu(conv(b, 16, 4, 7)), 4, 16, 9));
    const NodeId d = g.relu(g.add(conv(g.relu(conv(c, 16, 4, 11)), 4, 16, 13), c));
    const NodeId e = g.add(conv(d, 16, 16, 15), d);
    const NodeId f = g.relu(g.add(g.add(e, conv(e, 16, 16, 17)), c));
    const NodeId flat = g.reshape(f, {1, 5, 6, 16});
    const NodeId h = g.add(conv(g.relu(conv(flat, 16, 4, 19)), 4, 16, 21), flat);
    g.output("again", g.add(g.reshape(h, {1, 6, 5, 16}), f));
    return g;
}

TEST(Plan, FusingChangesNothing) {
    for (const Graph& graph : {every_operation(), residual_blocks()}) {
        SCOPED_TRACE(graph.outputs().front().first);
        const auto input = random_values(graph.node(0).shape.size(), 8);
        const auto expected = reference_run(graph, input).back();
        for (const auto precision : {Precision::f32, Precision::bf16}) {
            if (precision == Precision::bf16 && best_precision() != precision) continue;
            Session session(
                std::make_shared<const Plan>(graph, PlanOptions{.precision = precision}));
            for (int run = 0; run < 2; ++run) {  // what it adds to is made each time
                std::ranges::copy(input, session.input().begin());
                session.run();
            }
            expect_close(session.output(graph.outputs().front().first), expected,
                         precision == Precision::f32 ? 1e-4F : 3e-2F,
                         std::string(to_string(precision)));
        }
    }
}

TEST(Graph, AddsWhereNobodyReadsTheOtherValueAnyMore) {
    Graph g = residual_blocks();
    const auto additions = [&g] { return std::ranges::count(g.nodes(), Op::add, &Node::op); };
    EXPECT_EQ(additions(), 8);
    g.fuse_relu();
    g.fuse_add();
    // Left: to what is read again, to what the convolution itself reads (two), to a sum, behind a
    // reshape (two).
    EXPECT_EQ(additions(), 6);
}

// What SyncNet and S3FD need beside: time, few channels, dilation, rows of unit length.
Graph published_operations(const Shape& input) {
    Graph g;
    const NodeId in = g.input(input);
    const NodeId volume =
        g.relu(g.conv(in, random_tensor({16, 3, 5, 7, 7}, 1), random_tensor({16}, 2),
                      {.stride_h = 2, .stride_w = 2}, "volume"));
    const NodeId wide = g.conv(volume, random_tensor({32, 16, 1, 3, 3}, 3), random_tensor({32}, 4),
                               {.padding = {3, 3, 3, 3}, .dilation = 3}, "dilated");
    const NodeId unit = g.l2_normalize(wide);
    g.output("unit", unit);
    const NodeId last = g.conv(unit, random_tensor({8, 32, 3, 3}, 5), random_tensor({8}, 6),
                               {.padding = {1, 1, 1, 1}}, "last");
    g.output("out", g.max_pool(last, 2, 2, 2, 2, {0, 0, 1, 1}));
    return g;
}

std::vector<float> whole_numbers(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::vector<float> values(count);
    for (float& v : values) v = static_cast<float>(static_cast<int>(engine() % 380) - 124);
    return values;
}

class EveryPrecision : public testing::TestWithParam<Precision> {
  protected:
    // Of the largest value.
    static float tolerance() {
        return GetParam() == Precision::f32      ? 1e-5F
               : GetParam() == Precision::bf16x3 ? 1e-4F
                                                 : 3e-2F;
    }
    void SetUp() override {
        if (GetParam() != Precision::f32 && best_precision() == Precision::f32)
            GTEST_SKIP() << "this processor has no bf16";
    }
};

TEST_P(EveryPrecision, AgreesWithPlainLoopsOnThePublishedNetworksOperations) {
    const Shape size{7, 23, 21, 3};
    for (const bool whole : {false, true})
        for (const int threads : {1, 2}) {
            const Graph graph = published_operations(size);
            const auto input =
                whole ? whole_numbers(size.size(), 5) : random_values(size.size(), 5);
            const auto expected = reference_run(graph, input);
            Session session(std::make_shared<const Plan>(
                graph,
                PlanOptions{
                    .precision = GetParam(), .threads = threads, .whole_number_input = whole}));
            std::ranges::copy(input, session.input().begin());
            session.run();
            for (const char* const name : {"unit", "out"})
                expect_close(session.output(name),
                             expected[static_cast<std::size_t>(graph.output_node(name))],
                             tolerance(), name);
        }
}

TEST_P(EveryPrecision, AnotherSizeOfInputIsTheSameNetwork) {
    const Plan small(published_operations({5, 19, 19, 3}), PlanOptions{.precision = GetParam()});
    const Shape size{6, 40, 33, 3};
    const Graph large = published_operations(size);
    const auto input = random_values(size.size(), 5);
    const auto expected = reference_run(large, input);
    Session session(std::make_shared<const Plan>(small, size));
    std::ranges::copy(input, session.input().begin());
    session.run();
    expect_close(session.output("out"),
                 expected[static_cast<std::size_t>(large.output_node("out"))], tolerance(), "out");
}

INSTANTIATE_TEST_SUITE_P(Plan, EveryPrecision,
                         testing::Values(Precision::f32, Precision::bf16x3, Precision::bf16),
                         [](const auto& precision) {
                             return std::string(to_string(precision.param));
                         });

TEST(Plan, GivesTheSameAnswerEachTime) {
    const Graph graph = every_operation();
    Session session(std::make_shared<const Plan>(graph, PlanOptions{}));
    std::vector<std::vector<float>> answers;
    for (int i = 0; i < 2; ++i) {
        std::ranges::copy(random_values(graph.node(0).shape.size(), 9), session.input().begin());
        session.run();
        const auto out = session.output("out");
        answers.emplace_back(out.begin(), out.end());
    }
    EXPECT_EQ(answers[0], answers[1]);
}

TEST(Plan, RefusesShapesThatDoNotFit) {
    Graph g;
    const NodeId in = g.input({1, 8, 8, 4});
    EXPECT_THROW(g.conv(in, random_tensor({8, 3, 3, 3}, 1), random_tensor({8}, 2), {}, "c"), Error);
    EXPECT_THROW(g.reshape(in, {1, 1, 1, 5}), Error);
    EXPECT_THROW((void)g.output_node("absent"), Error);
}

class BlazeFaceWeights : public testing::TestWithParam<const char*> {};

TEST_P(BlazeFaceWeights, EveryLayerAgreesWithPlainLoops) {
    const MappedFile file(std::string(SYNCNET_BINARY_DIR "/models/") + GetParam(), 1U << 24U);
    expect_same_as_reference(read_tflite(file.bytes()), 11);
}

TEST_P(BlazeFaceWeights, DamagedFilesAreRefusedAndNeverCrash) {
    const MappedFile file(std::string(SYNCNET_BINARY_DIR "/models/") + GetParam(), 1U << 24U);
    const std::vector<std::byte> good(file.bytes().begin(), file.bytes().end());
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{7}, good.size() / 2, good.size() - 1})
        EXPECT_THROW((void)read_tflite(std::span(good).first(size)), Error) << size;
    std::mt19937 engine(3);
    for (int i = 0; i < 200; ++i) {
        auto bad = good;
        for (int k = 0; k < 20; ++k)  // tables and offsets lie at both ends
            bad[engine() % 4000 + (engine() % 2) * (bad.size() - 4000)] = std::byte(engine() % 256);
        try {
            (void)read_tflite(bad);
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::bad_model);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Files, BlazeFaceWeights,
                         testing::Values("face_detection_full_range.tflite",
                                         "face_detection_short_range.tflite"));

}  // namespace
}  // namespace syncnet::nn
