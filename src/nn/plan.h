// A graph made ready for this processor by oneDNN: primitives chosen, weights laid out, the memory
// of activations planned. A Plan is immutable and shared; a Session is one thread's scratch memory.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "nn/graph.h"

namespace syncnet::nn {

enum class Precision { f32, bf16 };

// bf16 where the processor has instructions for it (AVX-512 BF16 or AMX), else f32.
Precision best_precision();
std::string_view to_string(Precision precision);

class Plan {
  public:
    // Throws bad_model where oneDNN has no way to compute a layer.
    Plan(Graph graph, Precision precision);
    ~Plan();
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    Precision precision() const;
    const Shape& input_shape() const;

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

    std::span<float> input();                                    // NHWC, to be filled
    void run();                                                  // reads input(), fills outputs
    std::span<const float> output(std::string_view name) const;  // NHWC, until the next run()

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::nn
