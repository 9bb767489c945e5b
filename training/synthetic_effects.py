"""Effects made from nothing: keys and clicks, applause, fans, sirens, breath, coughs. Float32 at 16 kHz, RMS about 0.1."""
import numpy as np

from .mel import SAMPLE_RATE
from .synthetic_sound import add_at, level


def shaped(random: np.random.Generator, samples: int, peaks: list[tuple[float, float]]) -> np.ndarray:
    """Noise through resonances (Hz, width in Hz)."""
    hz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    gain = 0.02 + sum(1.0 / (1.0 + ((hz - peak) / width) ** 2) for peak, width in peaks)
    return np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * gain, samples)


def click(random: np.random.Generator) -> np.ndarray:
    """A key, a pen, a mouse: a tick and what it rests on."""
    samples = int(random.uniform(0.01, 0.08) * SAMPLE_RATE)
    t = np.arange(samples) / SAMPLE_RATE
    peaks = [(random.uniform(300, 6000), random.uniform(50, 1500)) for _ in range(2)]
    return shaped(random, samples, peaks) * np.exp(-t * random.uniform(60, 500))


def keys(random: np.random.Generator, samples: int) -> np.ndarray:
    track, at = np.zeros(samples), 0.0
    pace = random.uniform(0.06, 0.8)
    pressed = click(random)
    while at < samples:
        add_at(track, random.uniform(0.3, 1.0) * (pressed if random.random() < 0.6 else click(random)), int(at))
        at += random.exponential(pace) * SAMPLE_RATE
    return track


def applause(random: np.random.Generator, samples: int) -> np.ndarray:
    track = np.zeros(samples)
    claps = [click(random) for _ in range(12)]
    for at in random.integers(0, samples, int(random.uniform(5, 150) * samples / SAMPLE_RATE)):
        add_at(track, random.uniform(0.1, 1.0) * claps[random.integers(len(claps))], int(at))
    return track


def fan(random: np.random.Generator, samples: int) -> np.ndarray:
    """A motor: a hum whose pitch hardly moves, and air."""
    t = np.arange(samples) / SAMPLE_RATE
    wander = np.cumsum(random.normal(size=samples // 1600 + 2)) * random.uniform(0.0, 0.01)
    hz = random.uniform(25, 240) * np.exp(np.interp(t * 10, np.arange(len(wander)), wander))
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    hum = sum(random.random() / order * np.sin(order * phase) for order in range(1, 16))
    air = shaped(random, samples, [(random.uniform(100, 2000), random.uniform(200, 3000))])
    return random.uniform(0.0, 1.0) * hum / hum.std() + air / air.std()


def siren(random: np.random.Generator, samples: int) -> np.ndarray:
    """A pitch that glides or jumps between two: sirens, alarms, ring tones, birds."""
    t = np.arange(samples) / SAMPLE_RATE
    sweep = np.sin(2 * np.pi * random.uniform(0.2, 12.0) * t + random.uniform(0, 6.3))
    if random.random() < 0.4:
        sweep = np.sign(sweep)
    hz = random.uniform(250, 2800) * 2 ** (random.uniform(0.05, 0.9) * sweep)
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    x = sum(random.random() ** order * np.sin(order * phase) for order in range(1, 4))
    if random.random() < 0.4:
        x = x * (np.sin(2 * np.pi * random.uniform(0.5, 8.0) * t) > random.uniform(-0.7, 0.7))
    return x


def breath(random: np.random.Generator, samples: int) -> np.ndarray:
    """Breaths in and out, now and then a sigh: noise through a throat."""
    track, at = np.zeros(samples), random.uniform(0, 0.5)
    while at * SAMPLE_RATE < samples:
        length = int(random.uniform(0.2, 1.4) * SAMPLE_RATE)
        swell = np.sin(np.pi * np.linspace(0, 1, length) ** random.uniform(0.5, 2.0)) ** random.uniform(0.5, 2.0)
        peaks = [(random.uniform(350, 1200), 200.0), (random.uniform(1200, 2500), 300.0), (random.uniform(2500, 5000), 900.0)]
        add_at(track, random.uniform(0.3, 1.0) * swell * shaped(random, length, peaks), int(at * SAMPLE_RATE))
        at += length / SAMPLE_RATE + random.uniform(0.1, 1.5)
    return track


def cough(random: np.random.Generator, samples: int) -> np.ndarray:
    """Bursts of noise, two or three in a row, each with a voiced tail at times."""
    track, at = np.zeros(samples), random.uniform(0, 0.8)
    while at * SAMPLE_RATE < samples:
        for _ in range(random.integers(1, 4)):
            length = int(random.uniform(0.15, 0.4) * SAMPLE_RATE)
            t = np.arange(length) / SAMPLE_RATE
            peaks = [(random.uniform(400, 1000), 200.0), (random.uniform(1000, 2200), 400.0), (random.uniform(2500, 4500), 1200.0)]
            burst = shaped(random, length, peaks)
            burst *= np.minimum(1.0, t / 0.008) * np.exp(-t * random.uniform(10, 30))
            add_at(track, random.uniform(0.5, 1.0) * burst, int(at * SAMPLE_RATE))
            at += length / SAMPLE_RATE + random.uniform(0.02, 0.2)
        at += random.uniform(0.4, 2.0)
    return track


EFFECTS = {"keys": keys, "applause": applause, "fan": fan, "siren": siren, "breath": breath, "cough": cough}


def effect(random: np.random.Generator, kind: str, seconds: float) -> np.ndarray:
    return level(EFFECTS[kind](random, int(seconds * SAMPLE_RATE)))
