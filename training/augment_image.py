"""What cameras, light, codecs and unsteady face boxes do to mouth crops. Same for all frames of a clip, but for jitter.

Matrix products are written as convolutions where they are large: Debian's BLAS is slow, its oneDNN is not.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .networks import CROP, STORED_CROP

# How often each is applied.
UNSTEADY, SOFT, LOW_LIGHT, NOISY, COMPRESSED, OCCLUDED, HELD = 0.4, 0.5, 0.2, 0.3, 0.5, 0.15, 0.15
BENT, STAINED, SIDE_LIGHT = 0.6, 0.5, 0.4
BENT_PIXELS = 2.5                       # standard deviation of the bending's knots, at most
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


def on(device: torch.device, values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float32)).to(device)


def other_shapes(random: np.random.Generator, clips: int, device: torch.device) -> Tensor:
    """[clips, 64, 64, 2] in pixels: a smooth bending of the image, the same for all frames: other mouths, other heads."""
    reach = random.uniform(0, BENT_PIXELS, (clips, 1, 1, 1)) * (random.random((clips, 1, 1, 1)) < BENT)
    knots = on(device, random.normal(size=(clips, 2, 5, 5)) * reach)
    return F.interpolate(knots, (CROP, CROP), mode="bicubic", align_corners=True).permute(0, 2, 3, 1)


def placed(random: np.random.Generator, crops: Tensor) -> Tensor:
    """float [B, L, 80, 80] -> [B, L, 64, 64], shifted, scaled, turned, sheared, bent, flipped, unsteady."""
    clips, length = crops.shape[:2]
    device = crops.device
    scale = np.exp(random.uniform(math.log(0.75), math.log(1.3), clips))
    aspect = np.exp(random.uniform(-0.15, 0.15, clips))     # a turned head is narrower
    angle = np.radians(random.uniform(-15, 15, clips))
    shear = random.uniform(-0.15, 0.15, clips)
    flip = np.where(random.random(clips) < 0.5, -1.0, 1.0)
    matrix = np.empty((clips, 2, 2))
    matrix[:, 0, 0] = flip * np.cos(angle) / (scale * aspect)
    matrix[:, 0, 1] = shear - np.sin(angle) / scale
    matrix[:, 1, 0] = flip * np.sin(angle) / scale
    matrix[:, 1, 1] = np.cos(angle) * aspect / scale
    shift = random.uniform(-8, 8, (clips, 1, 2)) + unsteadiness(random, clips, length)
    # Where each pixel comes from, in grid_sample's units: -1..1 across the stored crop.
    centres = (torch.arange(CROP, device=device) + 0.5) * (2.0 / STORED_CROP) - CROP / STORED_CROP
    matrix = on(device, matrix)[:, None, None]
    source = matrix[..., 0] * centres[:, None] + matrix[..., 1] * centres[:, None, None]        # [B, 64, 64, 2]
    source = source + other_shapes(random, clips, device) * (2.0 / STORED_CROP)
    grid = (source[:, None] + on(device, shift * (2.0 / STORED_CROP))[:, :, None, None]).flatten(0, 1)
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
    rows = np.flatnonzero(random.random(len(frames)) < SOFT)
    if not len(rows):
        return
    kernels = on(frames.device, np.stack([softness(random) for _ in rows]))

    def along_rows(x: Tensor) -> Tensor:
        if x.is_cuda:
            return kernels[:, None] @ x
        # One group of channels a clip.
        return F.conv1d(x.transpose(0, 1).flatten(1, 2), kernels.flatten(0, 1)[:, :, None], groups=len(rows)).unflatten(1, (len(rows), CROP)).transpose(0, 1)

    frames[rows] = along_rows(along_rows(frames[rows]).transpose(2, 3)).transpose(2, 3)


def relight(random: np.random.Generator, frames: Tensor) -> Tensor:
    """Gamma, contrast, brightness, light from one side, stains, and for some clips low light with sensor noise."""
    clips, device = len(frames), frames.device

    def per_clip(values: np.ndarray) -> Tensor:
        return on(device, values).view(-1, 1, 1, 1)

    gamma = per_clip(np.exp(random.uniform(-0.6, 0.6, clips)))
    contrast = per_clip(random.uniform(0.5, 1.5, clips))
    brightness = per_clip(random.uniform(-50, 50, clips))
    frames = ((frames.clamp(0.0, 255.0) / 255.0).pow_(gamma).mul_(255.0) - 128.0).mul_(contrast).add_(128.0 + brightness)
    # Light from one side, and skin that differs from place to place: both smooth, and the same for all frames.
    stains = random.normal(size=(clips, 1, 6, 6)) * random.uniform(0, 14, (clips, 1, 1, 1)) * (random.random((clips, 1, 1, 1)) < STAINED)
    frames += F.interpolate(on(device, stains), (CROP, CROP), mode="bicubic", align_corners=True)
    slope = on(device, random.uniform(-0.35, 0.35, (clips, 2)) * (random.random((clips, 1)) < SIDE_LIGHT))
    across = torch.linspace(-1, 1, CROP, device=device)
    frames *= 1.0 + (slope[:, :1, None] * across + slope[:, 1:, None] * across[:, None])[:, None]
    dim = random.random(clips) < LOW_LIGHT
    dark = np.where(dim, random.uniform(0.1, 0.6, clips), 1.0)
    noise = np.where(dim, random.uniform(1, 8, clips), np.where(random.random(clips) < NOISY, random.uniform(0, 4, clips), 0.0))
    rows = np.flatnonzero(noise > 0)
    frames *= per_clip(dark)
    frames[rows] += torch.randn_like(frames[rows]) * per_clip(noise)[rows]
    return frames


def block_transform() -> Tensor:
    """The 8x8 DCT, orthonormal, as a matrix [64, 64]: row 8u+v has frequencies u down, v across; columns are the pixels."""
    k, n = np.arange(8)[:, None], np.arange(8)
    dct = np.cos(np.pi * (n + 0.5) * k / 8) * np.sqrt(np.where(k == 0, 1, 2) / 8)
    return torch.from_numpy(np.einsum("uy,vx->uvyx", dct, dct).reshape(64, 64).astype(np.float32))


BLOCKS = block_transform()
FREQUENCY = torch.arange(8).float()
COARSENESS = (1.0 + 0.6 * (FREQUENCY[:, None] + FREQUENCY)).view(64, 1, 1)      # high frequencies get the wider steps


def compress(random: np.random.Generator, frames: Tensor) -> None:
    """Rounds the DCT of 8x8 blocks, as JPEG and the video codecs do."""
    rows = np.flatnonzero(random.random(len(frames)) < COMPRESSED)
    if not len(rows):
        return
    length, device = frames.shape[1], frames.device
    steps = on(device, np.exp(random.uniform(math.log(2), math.log(20), len(rows)))).repeat_interleave(length)[:, None, None, None]
    steps = steps * COARSENESS.to(device)
    blocks = BLOCKS.to(device)[:, :, None, None]
    pixels = F.pixel_unshuffle(frames[rows].flatten(0, 1)[:, None], 8)
    rounded = (F.conv2d(pixels, blocks) / steps).round_() * steps
    frames[rows] = F.pixel_shuffle(F.conv2d(rounded, blocks.transpose(0, 1)), 8).view(-1, length, CROP, CROP)


def occlude(random: np.random.Generator, frames: Tensor) -> None:
    """A hand, a microphone, a caption: a plain rectangle that stands before the image."""
    clips, device = len(frames), frames.device
    chosen = random.random((clips, 1)) < OCCLUDED
    size = random.integers(8, 28, (clips, 2)) * chosen
    corner = random.integers(0, CROP - 8, (clips, 2))
    pixel = np.arange(CROP)
    inside = (pixel >= corner[..., None]) & (pixel < (corner + size)[..., None])                    # [B, 2, 64]
    covered = torch.from_numpy(inside[:, 0, :, None] & inside[:, 1, None]).to(device)[:, None]
    grey = on(device, random.uniform(0, 255, clips)).view(-1, 1, 1, 1)
    frames.copy_(torch.where(covered, grey, frames))


def augment_images(random: np.random.Generator, crops: Tensor) -> Tensor:
    """float [B, L, 80, 80] -> uint8 [B, L, 64, 64]."""
    frames = placed(random, crops)
    occlude(random, frames)
    soften(random, frames)
    frames = relight(random, frames)
    compress(random, frames)
    return frames.round_().clamp_(0, 255).byte()
