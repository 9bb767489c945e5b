"""Sound that is not speech, made from nothing: music, noise, tones. Float32 arrays at 16 kHz, RMS about 0.1."""
import numpy as np
import torch
from torch import Tensor

from .mel import SAMPLE_RATE

SCALES = ([0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 3, 5, 7, 10])


def level(x: np.ndarray, rms: float = 0.1) -> np.ndarray:
    return (x * (rms / (np.sqrt((x ** 2).mean()) + 1e-9))).astype(np.float32)


def note(random: np.random.Generator, hz: float, seconds: float, harmonics: np.ndarray) -> np.ndarray:
    """One plucked or held note."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    orders = 1 + np.flatnonzero(hz * (1 + np.arange(len(harmonics))) < SAMPLE_RATE / 2)
    tone = sum(harmonics[k - 1] * np.sin(2 * np.pi * hz * k * t + random.uniform(0, 6.3)) for k in orders)
    attack = np.minimum(1.0, t / random.uniform(0.002, 0.05))
    return tone * attack * np.exp(-t * random.uniform(0.3, 6.0)) * np.minimum(1.0, (seconds - t) / 0.02)


def drum(random: np.random.Generator) -> np.ndarray:
    t = np.arange(int(0.18 * SAMPLE_RATE)) / SAMPLE_RATE
    thump = np.sin(2 * np.pi * random.uniform(40, 120) * t * np.exp(-3 * t)) * np.exp(-t * 25)
    hiss = random.normal(size=len(t)) * np.exp(-t * random.uniform(30, 120))
    return thump if random.random() < 0.5 else 0.5 * hiss


def add_at(track: np.ndarray, sound: np.ndarray, start: int) -> None:
    room = max(0, min(len(sound), len(track) - start))
    track[start:start + room] += sound[:room]


def music(random: np.random.Generator, seconds: float) -> np.ndarray:
    """Chords, an arpeggio or a tune, and perhaps drums, at one tempo in one key."""
    track = np.zeros(int(seconds * SAMPLE_RATE))
    beat = 60.0 / random.uniform(60, 170)
    scale = SCALES[random.integers(len(SCALES))]
    root = 55.0 * 2 ** (random.integers(0, 24) / 12)
    harmonics = random.random(12) * 0.7 ** (np.arange(12) * random.uniform(0.5, 2.0))
    drums = random.random() < 0.6

    def pitch(step: int) -> float:
        return root * 2 ** (step // len(scale) + scale[step % len(scale)] / 12)

    chord_root = 0
    for n in range(int(seconds / beat)):
        start = int(n * beat * SAMPLE_RATE)
        if n % 4 == 0:
            chord_root = int(random.integers(0, len(scale)))
            for step in (0, 2, 4):
                add_at(track, 0.5 * note(random, pitch(chord_root + step), 4 * beat, harmonics), start)
        for half in range(random.integers(0, 3)):
            step = chord_root + len(scale) + int(random.integers(0, 8))
            add_at(track, note(random, pitch(step), beat, harmonics), start + int(half * beat / 2 * SAMPLE_RATE))
        if drums:
            add_at(track, 2.0 * drum(random), start)
            add_at(track, drum(random), start + int(beat / 2 * SAMPLE_RATE))
    return level(track)


def noise(random: np.random.Generator, samples: int) -> np.ndarray:
    """Noise whose spectrum falls by 0 (white) to 9 dB an octave, at times swelling."""
    spectrum = np.fft.rfft(random.normal(size=samples))
    spectrum *= np.maximum(1.0, np.arange(len(spectrum))) ** -random.uniform(0.0, 1.5)
    x = np.fft.irfft(spectrum, samples)
    if random.random() < 0.3:
        t = np.arange(samples) / SAMPLE_RATE
        x *= 1.0 + 0.9 * np.sin(2 * np.pi * random.uniform(0.2, 6.0) * t)
    return level(x)


def tones(random: np.random.Generator, samples: int) -> np.ndarray:
    """Hum, whistles, beeps."""
    t = np.arange(samples) / SAMPLE_RATE
    x = np.zeros(samples)
    for _ in range(random.integers(1, 5)):
        hz = 40 * 2 ** random.uniform(0, 7)
        x += random.uniform(0.1, 1.0) * np.sin(2 * np.pi * hz * t)
    if random.random() < 0.5:
        x *= np.sin(2 * np.pi * random.uniform(0.3, 5.0) * t) > random.uniform(-0.8, 0.8)
    return level(x)


class SoundPool:
    """Pieces made once at the start, to cut from: making music in every step would cost more than the networks."""

    def __init__(self, seed: int, device: torch.device = torch.device("cpu"), pieces: int = 40, seconds: float = 12.0) -> None:
        random = np.random.default_rng(seed)
        samples = int(seconds * SAMPLE_RATE)
        kinds = {"music": [music(random, seconds) for _ in range(pieces)], "noise": [noise(random, samples) for _ in range(pieces)],
                 "tones": [tones(random, samples) for _ in range(max(1, pieces // 2))], "silence": [np.zeros(samples, np.float32)]}
        self.pieces = torch.from_numpy(np.concatenate(list(kinds.values()))).to(device)
        ends = np.cumsum([len(of_kind) for of_kind in kinds.values()])
        self.range = {kind: (end - len(of_kind), end) for (kind, of_kind), end in zip(kinds.items(), ends)}

    def cuts(self, random: np.random.Generator, kinds: np.ndarray, samples: int) -> Tensor:
        """One random stretch for each of `kinds` ('music', 'noise', 'tones', 'silence'), f32 [len(kinds), samples]."""
        ranges = np.array([self.range[kind] for kind in kinds], int).reshape(-1, 2)
        piece = torch.from_numpy(random.integers(ranges[:, 0], ranges[:, 1])).to(self.pieces.device)[:, None]
        start = torch.from_numpy(random.integers(0, self.pieces.shape[1] - samples + 1, len(ranges))).to(self.pieces.device)[:, None]
        return self.pieces[piece, start + torch.arange(samples, device=self.pieces.device)]
