"""What cameras, light, codecs and unsteady face boxes do to mouth crops. Same for all frames of a clip, but for jitter.

Blurring, shrinking and the block transform are linear and separable, so each is a 64x64 matrix M applied as
M X M^T: a batch of small matrix products instead of a loop over filters.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .networks import CROP, STORED_CROP

UNSTEADY, SOFT, LOW_LIGHT, COMPRESSED, OCCLUDED, HELD = 0.4, 0.5, 0.2, 0.5, 0.15, 0.15    # how often each is applied
SLOW_RATES = (0.4, 0.5, 0.6, 0.8)       # of 25 fps: sources of 10, 12.5, 15 and 20 fps
SMALLEST_MOUTH = 12                     # pixels that a crop may be shrunk to


def held_frames(random: np.random.Generator, length: int) -> np.ndarray:
    """Which frame is shown in each place: all of them, or those that a slower source would still be showing."""
    index = np.arange(length)
    if random.random() < HELD:
        rate = random.choice(SLOW_RATES)
        phase = random.random()
        shown_at = (np.floor(index * rate + phase) - phase) / rate
        index = np.clip(np.floor(shown_at + 1e-6).astype(int), 0, index)
    return index


def unsteadiness(random: np.random.Generator, clips: int, length: int) -> np.ndarray:
    """Smooth random walks in x and y, pixels [clips, length, 2], about +-2; zero for the steady clips."""
    walk = random.normal(size=(clips, length + 4, 2)).cumsum(axis=1)
    smooth = np.stack([walk[:, k:k + length] for k in range(5)]).mean(axis=0)
    smooth -= smooth.mean(axis=1, keepdims=True)
    reach = np.abs(smooth).max(axis=(1, 2), keepdims=True) + 1e-6
    size = random.uniform(0, 2, (clips, 1, 1)) * (random.random((clips, 1, 1)) < UNSTEADY)
    return smooth / reach * size


def placed(random: np.random.Generator, crops: Tensor) -> Tensor:
    """float [B, L, 80, 80] -> [B, L, 64, 64], shifted, scaled, turned, sheared, flipped, unsteady."""
    clips, length = crops.shape[:2]
    scale = np.exp(random.uniform(math.log(0.8), math.log(1.25), clips))
    aspect = np.exp(random.uniform(-0.12, 0.12, clips))     # a turned head is narrower
    angle = np.radians(random.uniform(-12, 12, clips))
    shear = random.uniform(-0.12, 0.12, clips)
    flip = np.where(random.random(clips) < 0.5, -1.0, 1.0)
    matrix = np.empty((clips, 2, 2))
    matrix[:, 0, 0] = flip * np.cos(angle) / (scale * aspect)
    matrix[:, 0, 1] = shear - np.sin(angle) / scale
    matrix[:, 1, 0] = flip * np.sin(angle) / scale
    matrix[:, 1, 1] = np.cos(angle) * aspect / scale
    shift = random.uniform(-8, 8, (clips, 1, 2)) + unsteadiness(random, clips, length)
    theta = np.empty((clips, length, 2, 3))
    theta[..., :2] = matrix[:, None] * (CROP / STORED_CROP)
    theta[..., 2] = shift / (STORED_CROP / 2)
    theta = torch.from_numpy(theta.reshape(-1, 2, 3).astype(np.float32))
    grid = F.affine_grid(theta, [clips * length, 1, CROP, CROP], align_corners=False)
    moved = F.grid_sample(crops.flatten(0, 1)[:, None], grid, padding_mode="border", align_corners=False)
    return moved.view(clips, length, CROP, CROP)


def softness(random: np.random.Generator) -> np.ndarray:
    """[64, 64]: blurs one axis as a lens out of focus does, or as a small face does that was enlarged."""
    position = np.arange(CROP) + 0.5
    if random.random() < 0.4:
        sigma = random.uniform(0.4, 2.2)
        kernel = np.exp(-0.5 * ((position[:, None] - position) / sigma) ** 2)
    else:
        size = int(np.exp(random.uniform(math.log(SMALLEST_MOUTH), math.log(48))))
        step = CROP / size
        small = (np.arange(size) + 0.5) * step
        shrink = np.maximum(0.0, np.minimum(1.0, (step + 1) / 2 - np.abs(small[:, None] - position)))  # area mean
        shrink /= shrink.sum(axis=1, keepdims=True)
        enlarge = np.maximum(0.0, 1.0 - np.abs(position[:, None] - small) / step)               # linear
        enlarge /= enlarge.sum(axis=1, keepdims=True)
        kernel = enlarge @ shrink
    return kernel / kernel.sum(axis=1, keepdims=True)


def soften(random: np.random.Generator, frames: Tensor) -> None:
    rows = np.flatnonzero(random.random(len(frames)) < SOFT).tolist()
    if rows:
        kernels = torch.from_numpy(np.stack([softness(random) for _ in rows]).astype(np.float32))[:, None]
        frames[rows] = kernels @ frames[rows] @ kernels.transpose(2, 3)


def relight(random: np.random.Generator, frames: Tensor) -> Tensor:
    """Gamma, contrast, brightness, and for some clips low light with sensor noise."""
    def per_clip(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values.astype(np.float32)).view(-1, 1, 1, 1)

    clips = len(frames)
    gamma = per_clip(np.exp(random.uniform(-0.5, 0.5, clips)))
    contrast = per_clip(random.uniform(0.6, 1.4, clips))
    brightness = per_clip(random.uniform(-40, 40, clips))
    frames = ((frames.clamp(0.0, 255.0) / 255.0).pow_(gamma).mul_(255.0) - 128.0).mul_(contrast).add_(128.0 + brightness)
    for row in np.flatnonzero(random.random(clips) < LOW_LIGHT):
        dark = float(random.uniform(0.1, 0.6))
        frames[row] = frames[row] * dark + torch.randn_like(frames[row]) * float(random.uniform(1, 8))
    return frames


def block_transform() -> Tensor:
    """The 8-point DCT on each of the 8 blocks of a row: orthonormal [64, 64]."""
    k, n = np.arange(8)[:, None], np.arange(8)
    dct = np.cos(np.pi * (n + 0.5) * k / 8) * np.sqrt(np.where(k == 0, 1, 2) / 8)
    return torch.from_numpy(np.kron(np.eye(CROP // 8), dct).astype(np.float32))


BLOCKS = block_transform()
COARSENESS = torch.arange(CROP).remainder(8).float()
COARSENESS = 1.0 + 0.6 * (COARSENESS[:, None] + COARSENESS)     # high frequencies get the wider steps


def compress(random: np.random.Generator, frames: Tensor) -> None:
    rows = np.flatnonzero(random.random(len(frames)) < COMPRESSED).tolist()
    if rows:
        strength = np.exp(random.uniform(math.log(2), math.log(14), len(rows))).astype(np.float32)
        steps = torch.from_numpy(strength).view(-1, 1, 1, 1) * COARSENESS
        coefficients = BLOCKS @ frames[rows] @ BLOCKS.T
        frames[rows] = BLOCKS.T @ ((coefficients / steps).round_() * steps) @ BLOCKS


def occlude(random: np.random.Generator, frames: Tensor) -> None:
    for row in np.flatnonzero(random.random(len(frames)) < OCCLUDED):
        height, width = random.integers(8, 28, 2)
        top, left = random.integers(0, CROP - 8, 2)
        frames[row, :, top:top + height, left:left + width] = float(random.uniform(0, 255))


def augment_pictures(random: np.random.Generator, crops: Tensor) -> Tensor:
    """uint8 [B, L, 80, 80] -> uint8 [B, L, 64, 64]."""
    frames = placed(random, crops.float())
    occlude(random, frames)
    soften(random, frames)
    frames = relight(random, frames)
    compress(random, frames)
    return frames.round_().clamp_(0, 255).byte()
