// A graph made ready for this processor by oneDNN: primitives chosen, weights laid out, the memory
// of activations planned. A Plan is immutable and shared; a Session is one thread's scratch memory.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "nn/graph.h"

namespace syncnet::nn {

enum class Precision {
    f32,
    // Convolutions as sums of three products of bf16 numbers, high x high + high x low + low x
    // high, added up in f32: a relative error near 2^-16 at a third of bf16's speed. Where there
    // are AMX tiles that is far faster than f32 itself.
    bf16x3,
    bf16
};

// Whether this processor has the instructions: f32 takes AVX2, the others AVX-512 BF16 or AMX.
bool can_compute(Precision precision);
// bf16 where the processor has instructions for it (AVX-512 BF16 or AMX), else f32.
Precision best_precision();
// bf16x3 where it is faster than f32 (AMX), else f32.
Precision best_exact_precision();
std::string_view to_string(Precision precision);
std::optional<Precision> parse_precision(std::string_view name);

struct PlanOptions {
    Precision precision = Precision::f32;
    int threads = 1;  // of OpenMP, for every run
    // The input holds whole numbers up to 256 (pixels), which bf16 holds exactly: bf16x3 saves the
    // product with their low part.
    bool whole_number_input = false;
};

class Plan {
  public:
    // Throws bad_model where oneDNN has no way to compute a layer.
    Plan(Graph graph, const PlanOptions& options);
    // The same network over an input of another size; weights are shared, not copied, where the
    // layout that suits both is the same. Throws bad_model as Graph::resized does.
    Plan(const Plan& same_network, const Shape& input);
    ~Plan();
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    Precision precision() const;
    const Shape& input_shape() const;
    const Shape& output_shape(std::string_view name) const;  // throws bad_model

  private:
    friend class Session;
    struct Impl;
    std::unique_ptr<const Impl> impl_;
};

// Not thread-safe; make one per thread. Nothing is allocated after construction.
class Session {
  public:
    explicit Session(std::shared_ptr<const Plan> plan);
    ~Session();
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;

    std::span<float> input();  // NHWC, to be filled before each run
    void run();                // fills outputs, may use up input()
    std::span<const float> output(std::string_view name) const;  // NHWC, until the next run()
    const Plan& plan() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::nn
