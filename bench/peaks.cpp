// What one core of this machine can do at most: a bare oneDNN matrix product in each precision, and
// a copy of memory. Prints a line "name value" each: GFLOP/s (of int8: operations), GB/s.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <iostream>
#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using dnnl::memory;

constexpr memory::dim kSide = 1024;
constexpr int kRuns = 20;
constexpr std::size_t kCopied = 256 << 20;  // no cache holds it

double least_seconds(int runs, const std::function<void()>& work) {
    work();
    double best = 1e9;
    for (int i = 0; i < runs; ++i) {
        const auto start = Clock::now();
        work();
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

double product(memory::data_type left, memory::data_type right, memory::data_type result) {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(engine);
    const memory::dims shape{kSide, kSide};
    const auto laid_out = [&](memory::data_type type) {
        return memory::desc(shape, type, memory::format_tag::any);
    };
    const dnnl::matmul::primitive_desc chosen(
        dnnl::matmul::desc(laid_out(left), laid_out(right), laid_out(result)), engine);
    const dnnl::matmul multiply(chosen);
    memory a(chosen.src_desc(), engine), b(chosen.weights_desc(), engine);
    memory c(chosen.dst_desc(), engine);
    std::memset(a.get_data_handle(), 0, chosen.src_desc().get_size());
    std::memset(b.get_data_handle(), 0, chosen.weights_desc().get_size());
    const double seconds = least_seconds(kRuns, [&] {
        multiply.execute(stream, {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}});
        stream.wait();
    });
    return 2e-9 * kSide * kSide * kSide / seconds;
}

}  // namespace

int main() {
    using enum memory::data_type;
    std::cout << "f32 " << product(f32, f32, f32) << '\n';
    // Where there are no instructions for it, oneDNN computes it all the same, slowly.
    std::cout << "bf16 " << product(bf16, bf16, f32) << '\n';
    std::cout << "int8 " << product(u8, s8, s32) << '\n';
    std::vector<char> from(kCopied, 1), to(kCopied);
    std::cout << "copy "
              << 2e-9 * kCopied /
                     least_seconds(5, [&] { std::memcpy(to.data(), from.data(), kCopied); })
              << '\n';
    return 0;
}
