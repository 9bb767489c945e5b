"""From the head's probabilities to where speech is heard, as src/pipeline/speech.cpp does it."""
import numpy as np

from .networks import SOUND_HOP

FAR_DB = 14.0           # kFarDecibels
REACH = 5               # kLoudestWithin
NEAR_SHARE = 0.95       # kNearShare
BREATH, CLICK = 8, 3    # kBreathFrames, kClickFrames


def frame_levels(log_mel: np.ndarray) -> np.ndarray:
    """mel.py's log_mel [40, M] -> decibels of each frame of 40 ms, above nothing in particular."""
    frames = log_mel.shape[1] // SOUND_HOP
    power = np.exp(log_mel[:, :frames * SOUND_HOP].astype(np.float64)).sum(0).reshape(frames, SOUND_HOP).mean(1)
    return 10 * np.log10(power)


def hears(probability: np.ndarray, level: np.ndarray, threshold: float = 0.5, near: bool = True) -> np.ndarray:
    """bool [T]. A voice far below the clip's nearest one is somebody else's, on a television or next door."""
    speech = probability > threshold
    if not near or not speech.any():
        return speech
    padded = np.pad(level, REACH, constant_values=-200.0)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1).max(1)
    usual = np.sort(around[speech])[int(NEAR_SHARE * (speech.sum() - 1))]
    return speech & (around >= usual - FAR_DB)


def intervals(speech: np.ndarray) -> np.ndarray:
    """bool [T]: breaths between words are speech, single clicks are not."""
    found: list[list[int]] = []
    for i in np.flatnonzero(speech):
        if found and i - found[-1][1] < BREATH:
            found[-1][1] = i + 1
        else:
            found.append([i, i + 1])
    joined = np.zeros(len(speech), bool)
    for first, end in found:
        joined[first:end] = end - first >= CLICK
    return joined
