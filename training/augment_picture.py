"""What cameras, light, codecs and unsteady face boxes do to mouth crops. Same for all frames of a clip, but for jitter.

Matrix products are written as convolutions where they are large: Debian's BLAS is slow, its oneDNN is not.
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
    # Where each pixel comes from, in grid_sample's units: -1..1 across the stored crop.
    centres = (torch.arange(CROP) + 0.5) * (2.0 / STORED_CROP) - CROP / STORED_CROP
    matrix = torch.from_numpy(matrix.astype(np.float32))[:, None, None, None]
    source = matrix[..., 0] * centres[:, None] + matrix[..., 1] * centres[:, None, None]        # [B, 1, 64, 64, 2]
    shift = torch.from_numpy((shift * (2.0 / STORED_CROP)).astype(np.float32))
    grid = (source + shift[:, :, None, None]).flatten(0, 1)
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
    for row in np.flatnonzero(random.random(len(frames)) < SOFT):
        kernel = torch.from_numpy(softness(random).astype(np.float32))[:, :, None]
        tall = F.conv1d(frames[row], kernel).transpose(1, 2)        # the rows are the channels
        frames[row] = F.conv1d(tall, kernel).transpose(1, 2)


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
    """The 64 basis pictures of the 8x8 DCT, orthonormal, [64, 1, 8, 8]; picture 8u+v has frequencies u down, v across."""
    k, n = np.arange(8)[:, None], np.arange(8)
    dct = np.cos(np.pi * (n + 0.5) * k / 8) * np.sqrt(np.where(k == 0, 1, 2) / 8)
    return torch.from_numpy(np.einsum("uy,vx->uvyx", dct, dct).reshape(64, 1, 8, 8).astype(np.float32))


BLOCKS = block_transform()
FREQUENCY = torch.arange(8).float()
COARSENESS = (1.0 + 0.6 * (FREQUENCY[:, None] + FREQUENCY)).view(64, 1, 1)      # high frequencies get the wider steps


def compress(random: np.random.Generator, frames: Tensor) -> None:
    """Rounds the DCT of 8x8 blocks, as JPEG and the video codecs do."""
    for row in np.flatnonzero(random.random(len(frames)) < COMPRESSED):
        steps = COARSENESS * float(np.exp(random.uniform(math.log(2), math.log(14))))
        coefficients = F.conv2d(frames[row][:, None], BLOCKS, stride=8)
        frames[row] = F.conv_transpose2d((coefficients / steps).round_() * steps, BLOCKS, stride=8)[:, 0]


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
