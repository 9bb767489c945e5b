"""MFCC as python_speech_features.mfcc(audio, 16000) gives by default, in numpy; written from its documentation of the steps."""
import numpy as np

RATE, WINDOW, HOP, POINTS, FILTERS, COEFFICIENTS, LIFTER = 16000, 400, 160, 512, 26, 13, 22


def filter_bank() -> np.ndarray:
    """[26, 257] triangles whose edges are whole bins."""
    mel = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), FILTERS + 2)
    edges = np.floor((POINTS + 1) * 700 * (10 ** (mel / 2595) - 1) / RATE)
    bins = np.arange(POINTS // 2 + 1)
    bank = np.zeros((FILTERS, len(bins)))
    for row, (low, middle, high) in zip(bank, zip(edges, edges[1:], edges[2:])):
        rising, falling = (bins >= low) & (bins < middle), (bins >= middle) & (bins < high)
        row[rising] = (bins[rising] - low) / (middle - low)
        row[falling] = (high - bins[falling]) / (high - middle)
    return bank


def mfcc(audio: np.ndarray) -> np.ndarray:
    """int16 [N] at 16 kHz -> [frames, 13]."""
    x = audio.astype(np.float64)
    x = np.append(x[:1], x[1:] - 0.97 * x[:-1])
    count = 1 if len(x) <= WINDOW else 1 + int(np.ceil((len(x) - WINDOW) / HOP))
    x = np.append(x, np.zeros((count - 1) * HOP + WINDOW - len(x)))
    frames = x[np.arange(count)[:, None] * HOP + np.arange(WINDOW)]
    power = np.abs(np.fft.rfft(frames, POINTS)) ** 2 / POINTS
    energy, bands = power.sum(1), power @ filter_bank().T
    epsilon = np.finfo(float).eps
    logs = np.log(np.where(bands == 0, epsilon, bands))
    k, i = np.arange(COEFFICIENTS)[:, None], np.arange(FILTERS)
    dct = np.sqrt(2 / FILTERS) * np.cos(np.pi * k * (2 * i + 1) / (2 * FILTERS))
    dct[0] /= np.sqrt(2)
    result = logs @ dct.T * (1 + LIFTER / 2 * np.sin(np.pi * np.arange(COEFFICIENTS) / LIFTER))
    result[:, 0] = np.log(np.where(energy == 0, epsilon, energy))
    return result
