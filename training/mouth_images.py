"""Mouth crops that can be read and crops that can't, made from real ones, each with the name of its kind.

What hides a mouth is drawn: shapes (boxes, fingers, masks, banners ...) filled with images (flat, skin, folds, grilles ...).
It is drawn on the middle 80x80 of the stored crop, the middle of the lips, before the crop is placed, so that how much of the lips
is hidden is known. Light, blur and compression come last: they are the same for the face and for what is before it.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .augment_image import compress, relight, soften
from .networks import CROP, STORED_CROP

READABLE_KINDS = ("plain", "beside")    # beside: something is in the image, but not before the lips
HIDDEN_KINDS = ("box", "disc", "blob", "fingers", "mask", "banner")
UNREADABLE_KINDS = (*HIDDEN_KINDS, "elsewhere", "too_near", "turned_over", "out_of_image", "blurred", "noise")
KINDS = READABLE_KINDS + UNREADABLE_KINDS
HIDDEN, CLEAR = 0.4, 0.1                # of the lips: hidden from here on; clear up to here. Nothing lies between
LIPS = 15.0, 9.0                        # half axes, stored pixels: the lips of a mouth that is a little open
ELSEWHERE = 30                          # stored pixels from the lips: from here on it is another place, with no more than a corner of them
BEARDED = 0.12                          # how often a beard grows
UNLIKE, UNEVEN = 2.5, 0.2               # faces differ: how far their parts move, stored pixels, and how far the light on them, a logarithm
TRIES = 40                              # to draw something that hides enough, or little enough

Y, X = (axis.astype(np.float32) for axis in np.mgrid[0:STORED_CROP, 0:STORED_CROP] + 0.5 - STORED_CROP / 2)
LIP_AREA = ((X / LIPS[0]) ** 2 + (Y / LIPS[1]) ** 2 < 1).astype(np.float32)
LIP_AREA /= LIP_AREA.sum()


def enlarged(values: np.ndarray) -> np.ndarray:
    """Any small image at the stored size."""
    return F.interpolate(torch.from_numpy(values.astype(np.float32))[None, None], (STORED_CROP, STORED_CROP), mode="bilinear",
                         align_corners=False)[0, 0].numpy()


def clouds(random: np.random.Generator) -> np.ndarray:
    """Noise of a random roughness, mean 0, deviation about 1."""
    field = sum(enlarged(random.normal(size=(n, n))) * weight for n, weight in zip((4, 8, 20, 40, 80), random.dirichlet(np.full(5, 0.5))))
    return (field - field.mean()) / (field.std() + 1e-3)


# Shapes: how far each pixel lies inside (> 0) or outside, in pixels.

def turned(x: float, y: float, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates with the origin in (x, y), turned by `angle` (radians)."""
    right, down = X - x, Y - y
    return right * math.cos(angle) + down * math.sin(angle), down * math.cos(angle) - right * math.sin(angle)


def box(random: np.random.Generator, x: float, y: float) -> np.ndarray:
    u, v = turned(x, y, random.uniform(-math.pi, math.pi) if random.random() < 0.4 else random.normal(0, 0.1))
    return np.minimum(random.uniform(7, 40) - np.abs(u), random.uniform(6, 40) - np.abs(v))


def disc(random: np.random.Generator, x: float, y: float) -> np.ndarray:
    """The head of a microphone, and often what holds it."""
    u, v = turned(x, y, random.uniform(-math.pi, math.pi))
    radius, flat = random.uniform(8, 30), random.uniform(0.75, 1)
    head = radius - np.hypot(u, v / flat)
    return np.maximum(head, np.minimum(radius * random.uniform(0.3, 0.9) - np.abs(u), v)) if random.random() < 0.6 else head


def blob(random: np.random.Generator, x: float, y: float) -> np.ndarray:
    u, v = turned(x, y, random.uniform(-math.pi, math.pi))
    return random.uniform(10, 34) - np.hypot(u, v * random.uniform(1, 2)) + random.uniform(1, 6) * enlarged(random.normal(size=(6, 6)))


def fingers(random: np.random.Generator, x: float, y: float) -> np.ndarray:
    """Some fingers side by side, of unequal length, and often the palm."""
    u, v = turned(x, y, random.uniform(-math.pi, math.pi))
    count, radius = int(random.integers(1, 6)), random.uniform(4, 9)
    gap = 2 * radius * random.uniform(0.85, 1.1)
    inside = np.full_like(u, -99)
    for number in range(count):
        across = u - (number - (count - 1) / 2) * gap
        tip, spread = random.uniform(-14, 0), random.normal(0, 0.08)
        along = np.minimum(v - tip, 0)                  # it goes on beyond the image
        inside = np.maximum(inside, radius - np.hypot(across + spread * v, along))
    if random.random() < 0.5:
        inside = np.maximum(inside, np.minimum(v - random.uniform(0, 25), gap * (count + 1) / 2 - np.abs(u)))
    return inside


def mask(random: np.random.Generator, x: float, y: float) -> np.ndarray:
    """From the nose or the upper lip down to the chin or beyond, from cheek to cheek."""
    u, v = turned(x * 0.3, y * 0.3, random.normal(0, 0.1))
    top = -random.uniform(10, 34) + random.uniform(0.0, 0.014) * u ** 2
    bottom = random.uniform(14, 45) - random.uniform(0.0, 0.01) * u ** 2
    return np.minimum(np.minimum(v - top, bottom - v), random.uniform(26, 60) - np.abs(u))


def banner(random: np.random.Generator, x: float, y: float) -> np.ndarray:
    """Across the image."""
    _, v = turned(x, y, random.normal(0, 0.12))
    return random.uniform(6, 25) - np.abs(v)


SHAPES = {"box": box, "disc": disc, "blob": blob, "fingers": fingers, "mask": mask, "banner": banner}


# Fillings: grey levels, given the face and how far inside the shape each pixel lies.

def flat(random: np.random.Generator, _crop: np.ndarray, _inside: np.ndarray) -> np.ndarray:
    return np.full_like(X, random.uniform(0, 255))


def slope(random: np.random.Generator, _crop: np.ndarray, _inside: np.ndarray) -> np.ndarray:
    angle = random.uniform(-math.pi, math.pi)
    return random.uniform(20, 235) + random.normal(0, 1.5) * (X * math.cos(angle) + Y * math.sin(angle))


def cloth(random: np.random.Generator, _crop: np.ndarray, _inside: np.ndarray) -> np.ndarray:
    return random.uniform(10, 245) + random.uniform(2, 40) * clouds(random)


def skin(random: np.random.Generator, crop: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The face's own colour or a little off, rounded towards the edges."""
    light = np.percentile(crop, random.uniform(30, 90)) * math.exp(random.normal(0, 0.15))
    rounded = 1 - random.uniform(0, 0.5) * np.exp(-np.maximum(inside, 0) / random.uniform(1, 5))
    return (light + random.normal(0, 0.5) * X + random.normal(0, 0.5) * Y + random.uniform(0, 8) * clouds(random)) * rounded


def piece(random: np.random.Generator, crop: np.ndarray, _inside: np.ndarray) -> np.ndarray:
    """A part of the image beside the lips, enlarged."""
    side = int(random.integers(10, 26))
    left, top = random.choice((0, STORED_CROP - side)), int(random.integers(0, STORED_CROP - side))
    part = crop[top:top + side, left:left + side]
    return enlarged(np.rot90(part, random.integers(4)).copy())


def grille(random: np.random.Generator, _crop: np.ndarray, inside: np.ndarray) -> np.ndarray:
    u, v = turned(0, 0, random.uniform(-math.pi, math.pi))
    pitch = random.uniform(2.5, 9)
    dots = np.sin(u * (2 * math.pi / pitch)) * np.sin(v * (2 * math.pi / pitch))
    ball = 1 - 0.6 * np.exp(-np.maximum(inside, 0) / random.uniform(2, 10))
    return (random.uniform(10, 160) + random.uniform(5, 60) * dots) * ball


def folds(random: np.random.Generator, _crop: np.ndarray, _inside: np.ndarray) -> np.ndarray:
    """Cloth with pleats across."""
    _, v = turned(0, 0, random.normal(0, 0.15))
    v = v + random.uniform(0, 0.01) * X ** 2
    pitch = random.uniform(6, 30)
    return random.uniform(30, 235) + random.uniform(2, 25) * np.sin(v * (2 * math.pi / pitch)) + random.normal(0, 0.4) * X + random.uniform(0, 4) * clouds(random)


def writing(random: np.random.Generator, _crop: np.ndarray, _inside: np.ndarray) -> np.ndarray:
    """Rows of strokes, as letters are."""
    paper, ink = random.uniform(0, 255, 2)
    height = random.uniform(5, 20)
    rows = np.abs((Y + random.uniform(0, height)) % (1.6 * height) - 0.8 * height) < 0.5 * height
    strokes = np.zeros_like(X)
    for _ in range(int(random.integers(8, 40))):
        angle = random.choice((0, math.pi / 2, random.uniform(-0.6, 0.6)))
        u, v = turned(random.uniform(-40, 40), random.uniform(-40, 40), angle)
        strokes[(np.abs(u) < random.uniform(0.8, 2.5)) & (np.abs(v) < height / 2)] = 1
    return paper + (ink - paper) * strokes * rows


ANYTHING = (flat, slope, cloth, skin, piece, grille, folds, writing)
TYPICAL = {"disc": (grille, cloth, flat), "fingers": (skin,), "mask": (folds, flat, cloth, slope), "banner": (writing, flat), "blob": (skin, cloth),
           "box": (flat, piece, slope)}


def cover(random: np.random.Generator, crop: np.ndarray, kind: str, hides: bool) -> np.ndarray | None:
    """float [80, 80] with something of this kind before the lips, or else beside them. None where no try came out right."""
    for _ in range(TRIES):
        reach = (12, 9) if hides else (42, 42)
        inside = SHAPES[kind](random, random.normal(0, reach[0]), random.normal(0, reach[1]))
        part = float((LIP_AREA * (inside > 0)).sum())
        if (part >= HIDDEN) if hides else (part <= CLEAR and (inside > 0).any()):
            fills = TYPICAL[kind] if random.random() < 0.6 else ANYTHING
            filling = fills[random.integers(len(fills))](random, crop, inside).clip(0, 255)
            edge = random.uniform(0.5, 2.0)
            opaque = np.clip(inside / edge + 0.5, 0, 1)
            shadow = 1 - random.uniform(0, 0.5) * np.exp(-np.maximum(-inside, 0) / random.uniform(1, 6)) * (random.random() < 0.4)
            return crop * shadow * (1 - opaque) + filling * opaque
    return None


def another_face(random: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Its parts moved a little, and the light on them."""
    fields = random.normal(size=(3, 5, 5)) * (random.random((3, 1, 1)) * np.array((UNLIKE, UNLIKE, UNEVEN))[:, None, None])
    right, down, light = F.interpolate(torch.from_numpy(fields.astype(np.float32))[None], crop.shape, mode="bicubic", align_corners=False)[0]
    grid = torch.stack([torch.from_numpy(X) + right, torch.from_numpy(Y) + down], 2)[None] * (2 / STORED_CROP)
    moved = F.grid_sample(torch.from_numpy(crop)[None, None], grid, padding_mode="border", align_corners=False)[0, 0]
    return (moved * light.exp()).clamp(0, 255).numpy()


def bearded(random: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Dark hair, or grey, around the lips and below them."""
    lips = (X / random.uniform(14, 18)) ** 2 + (Y / random.uniform(6, 10)) ** 2
    around = np.clip(lips - 1, 0, 1) * np.clip((Y + random.uniform(8, 22)) / 6, 0, 1) * np.clip((random.uniform(24, 60) - np.abs(X)) / 6, 0, 1)
    hair = (random.uniform(0.1, 1.1) * crop.mean() + random.uniform(2, 20) * enlarged(random.normal(size=(80, 80)))).clip(0, 255)
    dense = around * random.uniform(0.3, 0.95)
    return crop * (1 - dense) + hair * dense


class Place:
    """Where the 64x64 crop is taken from the stored one."""

    def __init__(self, random: np.random.Generator) -> None:
        self.scale = math.exp(random.uniform(math.log(0.75), math.log(1.3)))
        self.aspect = math.exp(random.uniform(-0.15, 0.15))
        self.angle = random.uniform(-25, 25) if random.random() < 0.5 else random.normal(0, 5)
        self.shear = random.uniform(-0.12, 0.12)
        self.flip = random.choice((-1.0, 1.0))
        self.x, self.y = random.uniform(-8, 8, 2)

    def matrix(self) -> np.ndarray:
        angle = math.radians(self.angle)
        cos, sin = math.cos(angle), math.sin(angle)
        across, down = 1 / (self.scale * self.aspect), self.aspect / self.scale
        return np.array([[self.flip * cos * across, (self.shear - sin) * down, self.x], [self.flip * sin * across, cos * down, self.y]], np.float32)


def misplaced(random: np.random.Generator, kind: str) -> Place:
    place = Place(random)
    if kind == "elsewhere":
        if random.random() < 0.5:
            place.angle = random.uniform(-180, 180)
        place.scale *= math.exp(random.uniform(0, 0.8))
    elif kind == "too_near":
        place.scale = random.uniform(2.6, 4.5)
    elif kind == "turned_over":
        place.angle += 180.0 if random.random() < 0.8 else random.choice((90.0, -90.0))
    return place


def part_of(random: np.random.Generator, stored: np.ndarray, kind: str) -> np.ndarray:
    """float [80, 80] of the stored crop: the middle, or, of some other place, what is there instead of a mouth."""
    side = STORED_CROP
    middle = (len(stored) - side) // 2
    left = top = middle
    while kind == "elsewhere" and math.hypot((left - middle) / 1.25, top - middle) < ELSEWHERE:
        left, top = (int(v) for v in random.integers(0, len(stored) - side + 1, 2))
    return stored[top:top + side, left:left + side].astype(np.float32)


def noise(random: np.random.Generator) -> np.ndarray:
    """No face at all."""
    image = random.uniform(20, 235) + random.choice((2, 10, 40)) * clouds(random)
    if random.random() < 0.5:
        for _ in range(int(random.integers(1, 5))):
            shape = SHAPES[random.choice(HIDDEN_KINDS)](random, *random.uniform(-40, 40, 2))
            image = np.where(shape > 0, ANYTHING[random.integers(len(ANYTHING))](random, image, shape), image)
    return image.clip(0, 255)


def blurred(random: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Five pixels or fewer for what 80 should show."""
    side = int(random.integers(2, 7))
    small = F.interpolate(torch.from_numpy(crop)[None, None], (side, side), mode="area")
    return F.interpolate(small, (STORED_CROP, STORED_CROP), mode=random.choice(("bilinear", "bicubic")), align_corners=False)[0, 0].numpy()


def drawn(random: np.random.Generator, crop: np.ndarray, kind: str) -> np.ndarray:
    """float [80, 80] of this kind, before it is placed."""
    crop = another_face(random, crop)
    if random.random() < BEARDED:
        crop = bearded(random, crop)
    if kind == "beside":
        made = cover(random, crop, random.choice(("box", "disc", "blob", "fingers", "banner")), hides=False)
        return crop if made is None else made
    if kind in HIDDEN_KINDS:
        made = cover(random, crop, kind, hides=True)
        return noise(random) if made is None else made
    if kind == "noise":
        return noise(random)
    if kind == "blurred":
        return blurred(random, crop)
    if kind == "out_of_image":        # its edge runs through the mouth or beside it; beyond, it is repeated
        cut, turns = int(random.integers(2, 42)), int(random.integers(4))
        turned_crop = np.rot90(crop, turns).copy()
        turned_crop[cut:] = turned_crop[cut - 1]
        return np.rot90(turned_crop, -turns).copy()
    return crop


def make(random: np.random.Generator, crops: np.ndarray, kinds: list[str]) -> Tensor:
    """uint8 [B, S, S] and the kind that each shall become -> whole grey levels float [B, 64, 64]. S is 176 or so: other places than the middle 80 are in it."""
    images = torch.from_numpy(np.stack([drawn(random, part_of(random, crop, kind), kind) for crop, kind in zip(crops, kinds)]).astype(np.float32))
    places = [misplaced(random, kind) if kind in ("elsewhere", "too_near", "turned_over") else Place(random) for kind in kinds]
    matrix = torch.from_numpy(np.stack([place.matrix() for place in places]))
    matrix[:, :, :2] *= CROP / STORED_CROP          # in grid_sample's units: -1..1 across the stored crop
    matrix[:, :, 2] *= 2 / STORED_CROP
    grid = F.affine_grid(matrix, [len(images), 1, CROP, CROP], align_corners=False)
    frames = F.grid_sample(images[:, None], grid, padding_mode="border", align_corners=False)
    soften(random, frames)
    frames = relight(random, frames)
    compress(random, frames)
    return frames[:, 0].round_().clamp_(0, 255)
