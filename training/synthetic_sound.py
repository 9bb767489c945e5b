"""Sound that is not speech, made from nothing: music, noise, tones. Float32 arrays at 16 kHz, RMS about 0.1."""
import numpy as np

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

    def __init__(self, seed: int, pieces: int = 40, seconds: float = 12.0) -> None:
        random = np.random.default_rng(seed)
        samples = int(seconds * SAMPLE_RATE)
        self.music = [music(random, seconds) for _ in range(pieces)]
        self.noise = [noise(random, samples) for _ in range(pieces)]
        self.tones = [tones(random, samples) for _ in range(pieces // 2)]

    def cut(self, random: np.random.Generator, kind: str, samples: int) -> np.ndarray:
        """A random stretch of kind 'music', 'noise' or 'tones', float32 [samples]."""
        pieces = getattr(self, kind)
        piece = pieces[random.integers(len(pieces))]
        start = int(random.integers(0, len(piece) - samples + 1))
        return piece[start:start + samples]
