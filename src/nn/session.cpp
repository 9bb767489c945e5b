#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "nn/plan_impl.h"
#include "nn/thread_count.h"

namespace syncnet::nn {

using dnnl::memory;

struct Session::Impl {
    explicit Impl(std::shared_ptr<const Plan> shared);

    struct Bound {
        const Step* step;
        std::unordered_map<int, memory> arguments;  // of a PrimitiveStep
    };

    std::byte* address(ValueId id) {
        return arena.data() + plan->impl_->layout.offsets[static_cast<std::size_t>(id)];
    }

    std::shared_ptr<const Plan> plan;
    AlignedBytes arena;
    AlignedBytes scratchpad;
    // Where the caller writes: the input's place in the arena or, where that is bf16, beside it.
    std::span<float> input;
    std::vector<float> wide_input;
    struct Cast {  // from there into the arena
        Cast(const memory& its_from, const memory& its_to)
            : from(its_from), to(its_to), reorder(from, to) {}
        memory from, to;
        dnnl::reorder reorder;
    };
    std::optional<Cast> cast;
    std::vector<Bound> bound;
    dnnl::stream stream{engine()};
};

Session::Impl::Impl(std::shared_ptr<const Plan> shared)
    : plan(std::move(shared)),
      arena(plan->impl_->layout.bytes),
      scratchpad(plan->impl_->scratchpad_bytes) {
    const Plan::Impl& p = *plan->impl_;
    const std::size_t values = plan->input_shape().size();
    if (p.value(0).type == memory::data_type::f32) {
        input = {reinterpret_cast<float*>(address(0)), values};
        std::ranges::fill(input, 0.0F);
    } else {
        wide_input.resize(values);
        input = wide_input;
        const Value wide{.shape = plan->input_shape(), .type = memory::data_type::f32};
        cast.emplace(memory(wide.desc(), engine(), input.data()),
                     memory(p.value(0).desc(), engine(), address(0)));
    }
    for (const Step& step : p.steps) {
        Bound b{.step = &step, .arguments = {}};
        if (const auto* primitive = std::get_if<PrimitiveStep>(&step)) {
            for (const auto& [key, a] : primitive->arguments) {
                switch (a.where) {
                    case Argument::Where::constant:
                        b.arguments.emplace(key, a.constant);
                        break;
                    case Argument::Where::scratchpad:
                        b.arguments.emplace(key, memory(a.desc, engine(), scratchpad.data()));
                        break;
                    case Argument::Where::value:
                        b.arguments.emplace(key, memory(a.desc, engine(), address(a.value)));
                        break;
                }
            }
        }
        bound.push_back(std::move(b));
    }
}

Session::Session(std::shared_ptr<const Plan> plan)
    : impl_(std::make_unique<Impl>(std::move(plan))) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

std::span<float> Session::input() {
    return impl_->input;
}

void Session::run() {
    const ThreadCount here(impl_->plan->impl_->options.threads);
    if (auto& cast = impl_->cast) cast->reorder.execute(impl_->stream, cast->from, cast->to);
    for (const Impl::Bound& b : impl_->bound) {
        if (const auto* const primitive = std::get_if<PrimitiveStep>(b.step)) {
            primitive->primitive.execute(impl_->stream, b.arguments);
        } else {
            const auto& move = std::get<Move>(*b.step);
            std::visit(
                [&](const auto& step) {
                    step.run(impl_->address(move.from), impl_->address(move.to));
                },
                move.step);
        }
    }
    impl_->stream.wait();
}

const Plan& Session::plan() const {
    return *impl_->plan;
}

std::span<const float> Session::output(std::string_view name) const {
    const Plan::Impl& p = *impl_->plan->impl_;
    const auto& outputs = p.graph.outputs();
    const auto found = std::ranges::find(outputs, name, [](const auto& o) { return o.first; });
    if (found == outputs.end())
        throw Error(ErrorCode::bad_model, "the network has no output " + std::string(name));
    const ValueId id = p.output_values[static_cast<std::size_t>(found - outputs.begin())];
    return {reinterpret_cast<const float*>(impl_->address(id)),
            p.values[static_cast<std::size_t>(id)].shape.size()};
}

}  // namespace syncnet::nn
