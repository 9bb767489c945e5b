"""What the camera sees at any moment: faces that talk, blink and move a little before a background."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from sample.face import Face
from sample.lips import MOUTH_AT_REST

_STEP = 0.02  # seconds between the points of a random walk
_BLINK = 0.22  # seconds from open to open


def _wander(random: np.random.Generator, seconds: float, slowest: float, fastest: float) -> np.ndarray:
    """A smooth random walk of unit size that ends where it starts, so that it may be repeated."""
    points = max(2, round(seconds / _STEP))
    frequency = np.fft.rfftfreq(points, _STEP)
    spectrum = random.normal(size=len(frequency)) + 1j * random.normal(size=len(frequency))
    spectrum *= (frequency >= slowest) & (frequency <= fastest)
    walk = np.fft.irfft(spectrum, points)
    return walk / (walk.std() + 1e-9)


class Motion:
    """Where the head is and whether the eyes are shut, as functions of time."""

    def __init__(self, random: np.random.Generator, seconds: float):
        self._seconds = max(seconds, 4.0)
        self._walks = [_wander(random, self._seconds, 0.0, 0.7) for _ in range(4)]
        self._blinks = []
        time = random.uniform(0.6, 2.5)
        while time < self._seconds - _BLINK:
            self._blinks.append(time)
            time += random.uniform(1.8, 5.0)

    def head(self, time: float) -> tuple[float, float, float, float]:
        """Shift right and down (in heights of the face), turn (degrees) and growth (factor)."""
        at = time % self._seconds / _STEP
        right, down, turn, growth = (np.interp(at, np.arange(len(walk)), walk) for walk in self._walks)
        return 0.012 * right, 0.010 * down, 1.2 * turn, 1 + 0.010 * growth

    def eyes_closed(self, time: float) -> float:
        since = min((abs(time % self._seconds - blink - _BLINK / 2) for blink in self._blinks), default=1.0)
        return float(np.clip(1.6 * (1 - since / (_BLINK / 2)), 0, 1))


@dataclass
class Framing:
    """Where the middle of a face lies in the picture, and how much it is enlarged."""

    x: float
    y: float
    zoom: float = 1.0


@dataclass
class Actor:
    face: Face
    framing: Callable[[float], Framing]
    lips: Callable[[float], np.ndarray] | None = None  # None: the mouth stays shut
    motion: Motion | None = None  # None: a still photograph
    covered: Callable[[float], bool] = lambda _: False  # a hand is before the mouth

    def draw_on(self, picture: Image.Image, time: float) -> None:
        mouth = self.lips(time) if self.lips else MOUTH_AT_REST
        right, down, turn, growth = self.motion.head(time) if self.motion else (0.0, 0.0, 0.0, 1.0)
        layer = self.face.draw(mouth, self.motion.eyes_closed(time) if self.motion else 0.0, self.covered(time))

        framing = self.framing(time)
        zoom = framing.zoom * growth
        angle = np.radians(turn)
        cos, sin = np.cos(angle) / zoom, np.sin(angle) / zoom
        x = framing.x + right * self.face.height
        y = framing.y + down * self.face.height
        middle_x, middle_y = self.face.middle
        place = (cos, sin, middle_x - cos * x - sin * y, -sin, cos, middle_y + sin * x - cos * y)
        placed = layer.transform(picture.size, Image.AFFINE, place, Image.BILINEAR)
        picture.paste(placed, (0, 0), placed)


def background(random: np.random.Generator, width: int, height: int) -> Image.Image:
    """A wall out of focus: soft blotches of light, and the grain of a camera."""
    blotches = Image.fromarray(random.integers(0, 255, (5, 7), np.uint8)).resize((width, height), Image.BICUBIC)
    light = np.linspace(1.1, 0.8, height)[:, None, None]
    wall = np.array((104, 128, 164)) * light + 0.25 * (np.asarray(blotches, np.float32)[..., None] - 128)
    grain = random.normal(0, 3, (height, width, 1))
    return Image.fromarray(np.clip(wall + grain, 0, 255).astype(np.uint8))


class Scene:
    def __init__(self, wall: Image.Image, actors: list[Actor]):
        self._wall = wall
        self._actors = actors

    def draw(self, time: float) -> Image.Image:
        picture = self._wall.copy()
        for actor in self._actors:
            actor.draw_on(picture, time)
        return picture


class CutAway:
    """One scene, and at certain times another."""

    def __init__(self, scene: Scene, elsewhere: Scene, away: Callable[[float], bool]):
        self._scene = scene
        self._elsewhere = elsewhere
        self._away = away

    def draw(self, time: float) -> Image.Image:
        return (self._elsewhere if self._away(time) else self._scene).draw(time)
