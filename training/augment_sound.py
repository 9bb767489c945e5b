"""What microphones, rooms, networks and other sources do to speech. Nothing here moves sound in time."""
import numpy as np
import torch
from torch import Tensor

from .mel import SAMPLE_RATE
from .synthetic_sound import SoundPool

REVERB, FILTER, NOISE, CLIP = 0.35, 0.5, 0.6, 0.08      # how often each is applied
LONGEST_REVERB = 8000                                   # samples


def rms(x: Tensor) -> Tensor:
    return x.square().mean(1, keepdim=True).sqrt()


def room(random: np.random.Generator) -> np.ndarray:
    """An impulse response: the direct path at sample 0, then a decaying noise tail. T60 0.1 .. 0.8 s."""
    t = np.arange(LONGEST_REVERB) / SAMPLE_RATE
    tail = random.normal(size=LONGEST_REVERB) * 10 ** (-3.0 * t / random.uniform(0.1, 0.8))
    tail[:int(random.uniform(0.001, 0.01) * SAMPLE_RATE)] = 0.0
    tail *= 10 ** (-random.uniform(0, 15) / 20) / np.sqrt((tail ** 2).sum())
    tail[0] = 1.0
    return tail.astype(np.float32)


def response(random: np.random.Generator, hz: np.ndarray) -> np.ndarray:
    """Gain per frequency: telephone, low-pass or only tilted. Zero phase, so that it delays nothing."""
    gain = (np.maximum(hz, 50.0) / 1000.0) ** (random.uniform(-6, 6) / 6.02)     # up to 6 dB an octave
    kind = random.random()
    if kind < 0.25:
        gain = gain / ((1 + (300.0 / np.maximum(hz, 1.0)) ** 8) * (1 + (hz / 3400.0) ** 12))
    elif kind < 0.55:
        gain = gain / (1 + (hz / random.uniform(2500, 7000)) ** 12)
    return np.minimum(gain, 8.0).astype(np.float32)


def chosen(random: np.random.Generator, count: int, probability: float) -> list[int]:
    return np.flatnonzero(random.random(count) < probability).tolist()


def reverberate(random: np.random.Generator, sound: Tensor) -> None:
    rows = chosen(random, len(sound), REVERB)
    if not rows:
        return
    size = 1 << (sound.shape[1] + LONGEST_REVERB - 1).bit_length()
    rooms = torch.from_numpy(np.stack([room(random) for _ in rows]))
    wet = torch.fft.irfft(torch.fft.rfft(sound[rows], size) * torch.fft.rfft(rooms, size), size)
    sound[rows] = wet[:, :sound.shape[1]]


def colour(random: np.random.Generator, sound: Tensor) -> None:
    rows = chosen(random, len(sound), FILTER)
    if not rows:
        return
    size = 1 << sound.shape[1].bit_length()
    hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    gains = torch.from_numpy(np.stack([response(random, hz) for _ in rows]))
    sound[rows] = torch.fft.irfft(torch.fft.rfft(sound[rows], size) * gains, size)[:, :sound.shape[1]]


def add_noise(random: np.random.Generator, sound: Tensor, pool: SoundPool) -> list[int]:
    """Mixes noise, music or babble in at 0..30 dB; returns the rows that got babble."""
    loudness = rms(sound)
    clean = sound.clone()
    babbled = []
    for row in chosen(random, len(sound), NOISE):
        if random.random() < 0.25 and len(sound) > 2:
            others = [(row + k) % len(sound) for k in (1, 2)]
            extra = (clean[others] / (loudness[others] + 1e-6)).mean(0)
            babbled.append(row)
        else:
            kind = "music" if random.random() < 0.35 else "noise"
            extra = torch.from_numpy(pool.cut(random, kind, sound.shape[1])).clone()
        extra *= 10 ** (-random.uniform(0, 30) / 20) * loudness[row] / (extra.square().mean().sqrt() + 1e-6)
        sound[row] += extra
    return babbled


def degrade_recording(random: np.random.Generator, sound: Tensor) -> Tensor:
    """Colour, level (-40 .. +6 dB around a normal one), clipping, 16 bits. Returns float [B, N] in -1..1."""
    colour(random, sound)
    level_db = torch.from_numpy(random.uniform(-40, 6, (len(sound), 1)).astype(np.float32))
    sound = sound * (0.1 / (rms(sound) + 1e-5)).clamp(max=100.0) * 10 ** (level_db / 20)
    for row in chosen(random, len(sound), CLIP):
        ceiling = sound[row].abs().max() * float(random.uniform(0.15, 0.7))
        sound[row] = sound[row].clamp(-ceiling, ceiling)
    return (sound.clamp(-1.0, 1.0) * 32767.0).round() / 32768.0


def augment_speech(random: np.random.Generator, sound: Tensor, pool: SoundPool) -> tuple[Tensor, list[int]]:
    """Clean speech [B, N] in -1..1 -> degraded speech [B, N], and the rows in which other people babble."""
    sound = sound.clone()
    reverberate(random, sound)
    babbled = add_noise(random, sound, pool)
    return degrade_recording(random, sound), babbled


def not_speech(random: np.random.Generator, count: int, samples: int, pool: SoundPool) -> Tensor:
    """[count, samples] of music, noise, tones or silence, recorded as badly as speech is."""
    kinds = random.choice(["music", "noise", "tones", "silence"], count, p=[0.45, 0.3, 0.15, 0.1])
    rows = [np.zeros(samples, np.float32) if kind == "silence" else pool.cut(random, kind, samples) for kind in kinds]
    sound = torch.from_numpy(np.stack(rows))
    reverberate(random, sound)
    return degrade_recording(random, sound)
