"""A photograph of a face whose mouth and eyelids can be moved.

Everything is an inverse warp: for each pixel of the new picture we ask which pixel of the photograph it shows. Lengths
are in half-widths of the mouth, so that one set of numbers serves every face.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from sample.cover import hand

_FOLDER = Path(__file__).parent
FACES = json.loads((_FOLDER / "faces.json").read_text())

_DARK, _TEETH, _TONGUE = (np.array(c, np.float32) for c in ((48, 16, 16), (218, 198, 174), (150, 72, 70)))


def _smoothstep(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def _sample(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bilinear look-up of `image` (float32, HxWx3) at the points (x, y)."""
    x = np.clip(x, 0, image.shape[1] - 1.001)
    y = np.clip(y, 0, image.shape[0] - 1.001)
    column, row = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - column)[..., None], (y - row)[..., None]
    flat = image.reshape(-1, 3)
    at = row * image.shape[1] + column
    top = flat[at] * (1 - fx) + flat[at + 1] * fx
    at += image.shape[1]
    return top * (1 - fy) + (flat[at] * (1 - fx) + flat[at + 1] * fx) * fy


class _Patch:
    """A rectangle of the photograph with the coordinates of its pixels."""

    def __init__(self, photo: np.ndarray, left: float, top: float, right: float, bottom: float):
        self.left, self.top = max(0, int(left)), max(0, int(top))
        self.pixels = photo[self.top : int(bottom) + 1, self.left : int(right) + 1]
        height, width = self.pixels.shape[:2]
        self.y, self.x = np.mgrid[0:height, 0:width].astype(np.float32)
        # No displacement at the rectangle's border: the patch fits into the photograph without a seam.
        edge = np.minimum(np.minimum(self.x, width - 1 - self.x) / width, (height - 1 - self.y) / height)
        self.window = _smoothstep(edge / 0.15)

    def paste(self, picture: Image.Image, pixels: np.ndarray) -> None:
        picture.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), (self.left, self.top))


class _Mouth:
    _TABLE = 512  # entries of the lip lines, for positions -2 .. +2

    def __init__(self, photo: np.ndarray, marks: dict, scale: float):
        upper, lower = (np.array(marks[name], np.float32) * scale for name in ("upper_lip", "lower_lip"))
        self._half = half = (upper[-1, 0] - upper[0, 0]) / 2
        centre = (upper[-1, 0] + upper[0, 0]) / 2
        nose, chin = marks["nose"] * scale, marks["chin"] * scale
        self.place = (float(centre), float(upper[:, 1].mean() + lower[:, 1].mean()) / 2)
        self.half_width = float(half)
        self._patch = patch = _Patch(photo, centre - 2.1 * half, nose, centre + 2.1 * half, chin + 1.3 * half)
        self._u = (patch.x + patch.left - centre) / half
        grid = np.linspace(-2, 2, self._TABLE) * half + centre
        self._upper = np.interp(grid, upper[:, 0], upper[:, 1]).astype(np.float32) - patch.top
        self._lower = np.interp(grid, lower[:, 0], lower[:, 1]).astype(np.float32) - patch.top
        self._seam = 0.45 * self._upper + 0.55 * self._lower  # where the closed lips meet
        self._seam_y = float(self._seam[self._TABLE // 2])
        self._nose_reach = self._seam_y - (nose - patch.top)
        self._chin_reach = chin - patch.top - self._seam_y
        below_nose = _smoothstep(patch.y / (0.7 * self._nose_reach))
        self._around_lips = np.exp(-((self._u / 1.4) ** 4) - ((patch.y - self._seam_y) / half) ** 2) * below_nose * patch.window
        self._jaw_width = np.exp(-((self._u / 1.6) ** 4))
        self._teeth_gaps = 0.86 + 0.14 * np.sqrt(np.abs(np.cos(self._u * np.pi * 3.5)))

    def draw(self, picture: Image.Image, shape: np.ndarray) -> None:
        jaw, part, wide, press = (float(v) for v in shape)
        patch, half = self._patch, self._half
        u = self._u * (1 - (0.16 if wide > 0 else 0.42) * wide * self._around_lips)
        at = np.clip((u + 2) * (self._TABLE / 4), 0, self._TABLE - 1).astype(np.int32)
        seam, upper, lower = self._seam[at], self._upper[at], self._lower[at]

        arch = np.clip(1 - u * u, 0, 1) ** 0.75
        drop = 0.55 * jaw * half
        upper_edge = seam + (0.06 * press - 0.12 * part - 0.05 * jaw) * half * arch
        lower_edge = seam + (drop + (0.10 * part - 0.07 * press) * half) * arch

        above = np.clip(1 - (upper_edge - patch.y) / self._nose_reach, 0, 1) ** 1.5
        depth = (patch.y - lower_edge) / self._chin_reach
        chin = _smoothstep(depth / 0.7)
        below = (lower_edge - lower) * (1 - chin) + 0.85 * drop * self._jaw_width * chin
        middle = (upper_edge + lower_edge) / 2
        shift = np.where(patch.y < middle, (upper_edge - upper) * above, below) * patch.window
        pixels = _sample(patch.pixels, patch.x + (u - self._u) * half, patch.y - shift)

        open_here = np.clip(patch.y - upper_edge + 0.5, 0, 1) * np.clip(lower_edge - patch.y + 0.5, 0, 1) * (arch > 0)
        if open_here.any():
            inside = self._inside(u, seam, upper_edge, lower_edge, drop)
            pixels += open_here[..., None] * (inside - pixels)
        patch.paste(picture, pixels)

    def _inside(self, u, seam, upper_edge, lower_edge, drop: float) -> np.ndarray:
        """Teeth and tongue: the upper teeth stay with the head, the lower teeth and the tongue go with the jaw."""
        y, half = self._patch.y, self._half
        soft = 0.03 * half
        upper_teeth = np.clip((seam + (0.13 - 0.10 * u * u) * half - y) / soft, 0, 1)
        lower_teeth = np.clip((y - seam - drop - 0.06 * u * u * half) / soft, 0, 1)
        tongue = _smoothstep((y - seam - 0.45 * drop - 0.3 * half * u * u) / (0.25 * half))
        shade = (0.45 + 0.55 * _smoothstep((y - upper_edge) / (0.10 * half))) * np.clip(1.05 - 0.75 * u * u, 0.2, 1)
        pixels = _DARK + (0.75 * tongue * shade)[..., None] * (_TONGUE - _DARK)
        teeth = np.maximum(upper_teeth, 0.8 * lower_teeth)[..., None]
        return pixels + teeth * (_TEETH * (shade * self._teeth_gaps)[..., None] - pixels)


class _Eye:
    def __init__(self, photo: np.ndarray, marks: dict, scale: float):
        left, right, top, bottom = (marks[name] * scale for name in ("left", "right", "top", "bottom"))
        wide, tall = right - left, bottom - top
        self._patch = patch = _Patch(photo, left - 0.1 * wide, top - 0.6 * tall, right + 0.1 * wide, bottom + 0.4 * tall)
        u = (patch.x + patch.left - (left + right) / 2) / (wide / 2)
        arch = np.clip(1 - u * u, 0, 1)
        middle = (top + bottom) / 2 - patch.top
        self._lid = middle - tall / 2 * arch
        self._travel = tall * arch
        self._brow = 0.1 * tall

    def draw(self, picture: Image.Image, closed: float) -> None:
        """The skin between brow and lid is stretched down over the eye."""
        patch = self._patch
        lid = self._lid + closed * self._travel
        stretch = (self._lid - self._brow) / np.maximum(lid - self._brow, 1e-3)
        stretched = self._brow + (patch.y - self._brow) * stretch
        y = np.where((patch.y > self._brow) & (patch.y < lid), stretched, patch.y)
        patch.paste(picture, _sample(patch.pixels, patch.x, y))


class Face:
    """A face at one size, with soft edges so that it can be laid on any background."""

    def __init__(self, name: str, height: float):
        marks = FACES[name]
        self._photo = Image.open(_FOLDER / marks["image"]).convert("RGB")
        scale = height / (marks["chin"] - marks["forehead"])
        size = (round(self._photo.width * scale), round(self._photo.height * scale))
        self._photo = self._photo.resize(size, Image.LANCZOS)
        pixels = np.asarray(self._photo, np.float32)
        self._mouth = _Mouth(pixels, marks, scale)
        self._eyes = [_Eye(pixels, eye, scale) for eye in marks["eyes"]]
        self._alpha = _soft_edges(*size)
        x, y = self._mouth.place
        cheek = pixels[int(y - self._mouth.half_width) : int(y), int(x + self._mouth.half_width) :][:, : int(self._mouth.half_width)]
        self._hand = hand(size, self._mouth.place, self._mouth.half_width, np.median(cheek, axis=(0, 1)))
        self.height = height
        lips = np.array(marks["upper_lip"])
        # What head motion turns about, and what is put in the middle of the place for the face.
        self.middle = (float(lips[:, 0].mean()) * scale, (marks["chin"] + marks["forehead"]) / 2 * scale)

    def draw(self, mouth: np.ndarray, eyes_closed: float, covered: bool = False) -> Image.Image:
        picture = self._photo.copy()
        self._mouth.draw(picture, mouth)
        if eyes_closed > 0.02:
            for eye in self._eyes:
                eye.draw(picture, eyes_closed)
        if covered:
            picture.paste(self._hand, (0, 0), self._hand)
        picture.putalpha(self._alpha)
        return picture


def _soft_edges(width: int, height: int) -> Image.Image:
    x = np.minimum(np.arange(width), np.arange(width)[::-1]) / width
    y = np.minimum(np.arange(height), np.arange(height)[::-1]) / height
    alpha = _smoothstep(y / 0.06)[:, None] * _smoothstep(x / 0.14)[None, :]
    return Image.fromarray((255 * alpha).astype(np.uint8), "L")
