// The Fourier transform of FFmpeg, owned.
#pragma once

#include <array>
#include <complex>

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/tx.h>
}

#include "base/error.h"

namespace syncnet::audio {

// 512 points, forward: fill `time`, run(), read `frequency`. Not thread-safe.
template <typename Real>
class Fourier {
  public:
    static constexpr int kSize = 512;
    static constexpr int kBins = kSize / 2 + 1;  // of a real signal

    Fourier() {
        Real scale = 1;
        constexpr AVTXType kType =
            sizeof(Real) == sizeof(float) ? AV_TX_FLOAT_FFT : AV_TX_DOUBLE_FFT;
        if (av_tx_init(&context_, &function_, kType, 0, kSize, &scale, 0) < 0)
            throw Error(ErrorCode::internal, "no Fourier transform of 512 points");
    }
    ~Fourier() { av_tx_uninit(&context_); }
    Fourier(const Fourier&) = delete;
    Fourier& operator=(const Fourier&) = delete;

    void run() { function_(context_, frequency.data(), time.data(), sizeof(std::complex<Real>)); }

    alignas(64) std::array<std::complex<Real>, kSize> time{};
    alignas(64) std::array<std::complex<Real>, kSize> frequency{};

  private:
    AVTXContext* context_ = nullptr;
    av_tx_fn function_ = nullptr;
};

}  // namespace syncnet::audio
