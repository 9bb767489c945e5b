// What this processor computes with.
#include <algorithm>
#include <array>
#include <oneapi/dnnl/dnnl.hpp>

#include "nn/plan.h"

namespace syncnet::nn {
namespace {

bool has_amx() {
    return dnnl::get_effective_cpu_isa() == dnnl::cpu_isa::avx512_core_amx;
}

constexpr std::array<std::pair<Precision, std::string_view>, 3> kPrecisions{
    {{Precision::f32, "f32"}, {Precision::bf16x3, "bf16x3"}, {Precision::bf16, "bf16"}}};

}  // namespace

bool can_compute(Precision precision) {
    const auto isa = dnnl::get_effective_cpu_isa();
    if (precision == Precision::f32)
        return isa != dnnl::cpu_isa::sse41 && isa != dnnl::cpu_isa::avx &&
               __builtin_cpu_supports("avx2") != 0;
    return has_amx() || isa == dnnl::cpu_isa::avx512_core_bf16;
}

Precision best_precision() {
    return can_compute(Precision::bf16) ? Precision::bf16 : Precision::f32;
}

Precision best_exact_precision() {
    return has_amx() ? Precision::bf16x3 : Precision::f32;
}

std::string_view to_string(Precision precision) {
    return std::ranges::find(kPrecisions, precision, [](const auto& p) { return p.first; })->second;
}

std::optional<Precision> parse_precision(std::string_view name) {
    for (const auto& [precision, known] : kPrecisions)
        if (known == name) return precision;
    return std::nullopt;
}

}  // namespace syncnet::nn
