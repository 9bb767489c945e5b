"""The sound front end: 16 kHz samples -> 40 log-mel bands, 100 frames a second. The C++ side computes the same.

  x       = int16 / 32768; no pre-emphasis, no dither
  frame t = x[160 t .. 160 t + 399]; frames = 1 + (N - 400) // 160, none if N < 400; no centring, no padding
  window  = periodic Hann: 0.5 - 0.5 cos(2 pi n / 400), n = 0..399
  power   = |FFT_512 of the windowed frame, zeros behind it|^2, bins 0..256 (31.25 Hz apart), not scaled
  bands   = 40 triangles. mel(f) = 2595 log10(1 + f / 700); 42 points p[0..41] evenly spaced in mel from 60 to
            7600 Hz; weight of band b at frequency f = max(0, min((f-p[b]) / (p[b+1]-p[b]), (p[b+2]-f) / (p[b+2]-p[b+1]))),
            everything in Hz, f the exact frequency of the bin; peaks of 1, no area normalisation
  log_mel = ln(band power + 1e-6)
  mel     = 0.5 * (log_mel[t] - mean of log_mel over frames t-100 .. t+100, those that exist), per band

Arrays are [40, frames] with the lowest band first. The speech head also takes raw = (log_mel + 6) * 0.1.
"""
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

SAMPLE_RATE = 16000
FRAME, HOP, FFT = 400, 160, 512
BANDS, LOWEST_HZ, HIGHEST_HZ = 40, 60.0, 7600.0
FLOOR = 1e-6
MEAN_REACH = 100        # mel frames to each side of the sliding mean
SCALE = 0.5


def mel_filters() -> np.ndarray:
    """Triangular filters, float64 [40, 257]."""
    def to_mel(hz: float) -> float:
        return 2595.0 * np.log10(1.0 + hz / 700.0)

    points = 700.0 * (10.0 ** (np.linspace(to_mel(LOWEST_HZ), to_mel(HIGHEST_HZ), BANDS + 2) / 2595.0) - 1.0)
    left, peak, right = points[:-2, None], points[1:-1, None], points[2:, None]
    hz = np.arange(FFT // 2 + 1) * (SAMPLE_RATE / FFT)
    return np.maximum(0.0, np.minimum((hz - left) / (peak - left), (right - hz) / (right - peak)))


def hann() -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FRAME) / FRAME)


def mel_frames(samples: int) -> int:
    return 1 + (samples - FRAME) // HOP if samples >= FRAME else 0


def log_mel_reference(samples: np.ndarray) -> np.ndarray:
    """int16 [N] -> float64 log_mel [40, M], in plain numpy: the definition, against which the fast one is tested."""
    x = samples.astype(np.float64) / 32768.0
    starts = HOP * np.arange(mel_frames(len(x)))
    frames = x[starts[:, None] + np.arange(FRAME)] * hann()
    power = np.abs(np.fft.rfft(frames, FFT)) ** 2
    return np.log(mel_filters() @ power.T + FLOOR)


def normalise_reference(log_mel: np.ndarray) -> np.ndarray:
    """float64 log_mel [40, M] -> mel [40, M], in plain numpy."""
    columns = range(log_mel.shape[1])
    means = [log_mel[:, max(0, t - MEAN_REACH):t + MEAN_REACH + 1].mean(axis=1) for t in columns]
    return SCALE * (log_mel - np.stack(means, axis=1))


@lru_cache(maxsize=None)
def _tables(device: torch.device) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(hann()).float().to(device), torch.from_numpy(mel_filters()).float().to(device)


def log_mel(samples: Tensor) -> Tensor:
    """float [B, N] in -1..1 -> log_mel [B, 40, M].

    The filters are a convolution of width 1: Debian's BLAS is slow, its oneDNN is not.
    """
    window, filters = _tables(samples.device)
    frames = samples.unfold(1, FRAME, HOP) * window
    spectrum = torch.view_as_real(torch.fft.rfft(frames, FFT))
    power = spectrum.square().sum(-1).transpose(1, 2)
    return (torch.conv1d(power, filters[:, :, None]) + FLOOR).log()


def normalise(log_mel_: Tensor, lo: Tensor | None = None, hi: Tensor | None = None) -> Tensor:
    """log_mel [B, 40, M] -> mel [B, 40, M]. The running sum is in f64: it is a difference of large numbers.

    `lo`, `hi` int64 [B]: only mel frames lo .. hi-1 of a row exist; what comes out for others means nothing.
    """
    rows, bands, frames = log_mel_.shape
    total = torch.nn.functional.pad(log_mel_.double().cumsum(2), (1, 0))
    t = torch.arange(frames, device=log_mel_.device)
    lo = torch.zeros(rows, 1, dtype=torch.long, device=t.device) if lo is None else lo[:, None]
    hi = torch.full((rows, 1), frames, device=t.device) if hi is None else hi[:, None]
    first = torch.minimum(torch.maximum(t - MEAN_REACH, lo), hi - 1)
    last = torch.maximum(torch.minimum(t + MEAN_REACH + 1, hi), first + 1)

    def at(column: Tensor) -> Tensor:
        return total.gather(2, column[:, None].expand(-1, bands, -1))

    mean = (at(last) - at(first)) / (last - first)[:, None]
    return (SCALE * (log_mel_ - mean)).float()


def raw_scaled(log_mel_: Tensor) -> Tensor:
    """The second channel of the speech head: about -0.8 .. 1.2."""
    return (log_mel_ + 6.0) * 0.1
