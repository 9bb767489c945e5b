"""Weights, video and audio that both sides of a comparison can make for themselves from names and numbers alone.

The published weights can't be committed, and random ones of their size neither; so every value is a hash. tests/reference/made_up.h
is the same in C++.
"""
import math

import numpy as np

# S3FD's heads on layers whose values are large.
HEADS = {f"{kind}.{layer}": 1 / 64 for kind in ("loc", "conf") for layer in (3, 4, 5)}


def mixed(x: np.ndarray) -> np.ndarray:
    """uint32 -> uint32, well mixed (the finaliser of MurmurHash3)."""
    x = x.astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))


def name_hash(name: str) -> int:
    """FNV-1a, 32 bits."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def unit_values(name: str, count: int) -> np.ndarray:
    """float32 in [-1, 1)."""
    with np.errstate(over="ignore"):
        seeds = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(name_hash(name))
    return (mixed(seeds) >> np.uint32(8)).astype(np.float32) / np.float32(1 << 23) - np.float32(1)


def tensor(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Kernels keep the size of what goes through (He's rule); vectors that scale lie near 1, biases near 0."""
    values = unit_values(name, math.prod(shape)).reshape(shape)
    if len(shape) > 1:
        return values * np.float32(math.sqrt(6 / math.prod(shape[1:]))) * np.float32(HEADS.get(name.split(".weight")[0], 1))
    if name.endswith((".weight", ".running_var")):
        return np.float32(1) + np.float32(0.25) * values
    return np.float32(0.125) * values


def crops(frames: int, side: int = 224) -> np.ndarray:
    """uint8 [frames, side, side, 3]: blocks of 16 pixels, new in every frame."""
    t, y, x, c = np.ogrid[:frames, :side, :side, :3]
    return (mixed(((t * 64 + y // 16) * 64 + x // 16) * 4 + c) & 255).astype(np.uint8)


def audio(samples: int) -> np.ndarray:
    """int16 [samples]: noise, its loudness new every 640 samples, silent at first."""
    n = np.arange(samples, dtype=np.uint32)
    noise = (mixed(n) >> np.uint32(18)).astype(np.int32) - 8192
    loudness = (mixed(n // 640 + np.uint32(12345)) & np.uint32(15)).astype(np.int32)
    return np.where(n < 1000, 0, noise * loudness // 8).astype(np.int16)
