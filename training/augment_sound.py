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


def rooms(random: np.random.Generator, count: int, device: torch.device) -> Tensor:
    """Impulse responses [count, 8000]: the direct path at sample 0, then a decaying noise tail. T60 0.1 .. 0.8 s."""
    t = torch.arange(LONGEST_REVERB, device=device) / SAMPLE_RATE
    t60, gap, level_db = (column(values, device) for values in
                          (random.uniform(0.1, 0.8, count), random.uniform(0.001, 0.01, count), random.uniform(0, 15, count)))
    tail = torch.randn(count, LONGEST_REVERB, device=device) * 10 ** (-3.0 * t / t60) * (t >= gap)
    tail *= 10 ** (-level_db / 20) / tail.square().sum(1, keepdim=True).sqrt()
    tail[:, 0] = 1.0
    return tail


def responses(random: np.random.Generator, hz: np.ndarray, count: int) -> np.ndarray:
    """Gains [count, frequencies]: telephone, low-pass or only tilted. Zero phase, so that they delay nothing."""
    gain = (np.maximum(hz, 50.0) / 1000.0) ** (random.uniform(-6, 6, (count, 1)) / 6.02)     # up to 6 dB an octave
    kind = random.random((count, 1))
    telephone = 1 / ((1 + (300.0 / np.maximum(hz, 1.0)) ** 8) * (1 + (hz / 3400.0) ** 12))
    low_pass = 1 / (1 + (hz / random.uniform(2500, 7000, (count, 1))) ** 12)
    gain = gain * np.where(kind < 0.25, telephone, np.where(kind < 0.55, low_pass, 1.0))
    return np.minimum(gain, 8.0).astype(np.float32)


def column(values: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float32)).to(device)[:, None]


def chosen(random: np.random.Generator, count: int, probability: float) -> np.ndarray:
    return np.flatnonzero(random.random(count) < probability)


def reverberate(random: np.random.Generator, sound: Tensor) -> None:
    rows = chosen(random, len(sound), REVERB)
    if not len(rows):
        return
    size = 1 << (sound.shape[1] + LONGEST_REVERB - 1).bit_length()
    spectrum = torch.fft.rfft(rooms(random, len(rows), sound.device), size)
    sound[rows] = torch.fft.irfft(torch.fft.rfft(sound[rows], size) * spectrum, size)[:, :sound.shape[1]]


def colour(random: np.random.Generator, sound: Tensor) -> None:
    rows = chosen(random, len(sound), FILTER)
    if not len(rows):
        return
    size = 1 << sound.shape[1].bit_length()
    gains = torch.from_numpy(responses(random, np.fft.rfftfreq(size, 1 / SAMPLE_RATE), len(rows))).to(sound.device)
    sound[rows] = torch.fft.irfft(torch.fft.rfft(sound[rows], size) * gains, size)[:, :sound.shape[1]]


def add_noise(random: np.random.Generator, sound: Tensor, pool: SoundPool) -> np.ndarray:
    """Mixes noise, music or babble in at 0..30 dB; returns the rows that got babble."""
    device = sound.device
    loudness = rms(sound)
    rows = chosen(random, len(sound), NOISE)
    if not len(rows):
        return rows
    babbles = (random.random(len(rows)) < 0.25) & (len(sound) > 2)
    extra = pool.cuts(random, np.where(random.random(len(rows)) < 0.35, "music", "noise"), sound.shape[1])
    babbled = rows[babbles]
    even = sound / (loudness + 1e-6)
    extra[np.flatnonzero(babbles)] = (even[(babbled + 1) % len(sound)] + even[(babbled + 2) % len(sound)]) / 2
    below = column(10 ** (-random.uniform(0, 30, len(rows)) / 20), device)
    sound[rows] += extra * below * loudness[rows] / (rms(extra) + 1e-6)
    return babbled


def degrade_recording(random: np.random.Generator, sound: Tensor) -> Tensor:
    """Colour, level (-40 .. +6 dB around a normal one), clipping, 16 bits. Returns float [B, N] in -1..1."""
    colour(random, sound)
    device = sound.device
    level_db = column(random.uniform(-40, 6, len(sound)), device)
    sound = sound * (0.1 / (rms(sound) + 1e-5)).clamp(max=100.0) * 10 ** (level_db / 20)
    share = column(np.where(random.random(len(sound)) < CLIP, random.uniform(0.15, 0.7, len(sound)), 1.0), device)
    ceiling = sound.abs().amax(1, keepdim=True) * share
    sound = torch.minimum(torch.maximum(sound, -ceiling), ceiling)
    return (sound.clamp(-1.0, 1.0) * 32767.0).round() / 32768.0


def augment_speech(random: np.random.Generator, sound: Tensor, pool: SoundPool) -> tuple[Tensor, np.ndarray]:
    """Clean speech [B, N] in -1..1 -> degraded speech [B, N], and the rows in which other people babble."""
    sound = sound.clone()
    reverberate(random, sound)
    babbled = add_noise(random, sound, pool)
    return degrade_recording(random, sound), babbled


def not_speech(random: np.random.Generator, count: int, samples: int, pool: SoundPool) -> Tensor:
    """[count, samples] of music, noise, tones or silence, recorded as badly as speech is."""
    kinds = random.choice(["music", "noise", "tones", "silence"], count, p=[0.45, 0.3, 0.15, 0.1])
    sound = pool.cuts(random, kinds, samples)
    reverberate(random, sound)
    return degrade_recording(random, sound)
