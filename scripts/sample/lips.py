"""From phonemes and sound to the shape of the mouth at any moment."""

import numpy as np

from sample.speech import RATE, Speech

STEP = 0.005  # seconds between the points of a track

# What lips do for a sound: (jaw opens, lips part, wide (+) or round (-), lips pressed together, how much it insists).
# A sound that insists keeps its shape among its neighbours: "b" always closes, "k" takes the shape of its vowel.
_REST = (0.0, 0.0, 0.0, 0.0, 0.8)
_SHAPES = {
    "pbm": (0.03, 0.0, -0.05, 1.0, 8.0),
    "fvɱ": (0.08, 0.25, 0.1, 0.2, 3.0),
    "wʍ": (0.10, 0.20, -1.0, 0.0, 2.5),
    "uʊyɯ": (0.18, 0.30, -0.9, 0.0, 2.0),
    "oɔøœɒ": (0.55, 0.40, -0.65, 0.0, 2.0),
    "aɑæɐʌ": (0.95, 0.50, 0.15, 0.0, 2.0),
    "əɜɚɝɵ": (0.45, 0.35, 0.0, 0.0, 1.2),
    "eɛ": (0.55, 0.50, 0.55, 0.0, 2.0),
    "iɪɨ": (0.25, 0.55, 0.85, 0.0, 2.0),
    "j": (0.20, 0.45, 0.6, 0.0, 1.2),
    "szc": (0.08, 0.45, 0.35, 0.0, 1.5),
    "ʃʒɕʑ": (0.12, 0.60, -0.6, 0.0, 2.0),
    "θð": (0.20, 0.35, 0.1, 0.0, 1.2),
    "tdnlɾʔɫ": (0.20, 0.35, 0.15, 0.0, 0.8),
    "rɹɻ": (0.20, 0.30, -0.45, 0.0, 1.0),
    "kɡgŋxhqɣ": (0.30, 0.35, 0.0, 0.0, 0.5),
}
_SHAPE_OF = {letter: shape for letters, shape in _SHAPES.items() for letter in letters}

MOUTH_AT_REST = np.zeros(4)


def _smooth(track: np.ndarray, sigma: float) -> np.ndarray:
    reach = np.arange(-round(3 * sigma / STEP), round(3 * sigma / STEP) + 1) * STEP
    kernel = np.exp(-0.5 * (reach / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(track, (len(reach) // 2,), mode="edge")
    return np.convolve(padded, kernel, mode="valid")


def _loudness(samples: np.ndarray, points: int) -> np.ndarray:
    """Loudness at every point of a track, 1 for a loud vowel."""
    hop = round(STEP * RATE)
    sound = samples.astype(np.float32)[: points * hop]
    sound = np.pad(sound, (0, points * hop - len(sound)))
    power = np.sqrt(_smooth((sound.reshape(points, hop) ** 2).mean(axis=1), 0.03))
    return np.clip(power / (np.percentile(power, 90) + 1.0), 0.0, 1.3)


class LipTrack:
    """The mouth's shape (jaw, part, wide, press) as a function of time.

    Neighbouring sounds mix (Cohen and Massaro's dominance model): every sound pulls the lips towards its own shape, with
    a weight that fades before and after it. So lips round before an "oo" is heard, as real ones do.
    """

    def __init__(self, speech: Speech):
        points = int(len(speech.samples) / RATE / STEP) + 1
        shapes = np.tile(np.array(_REST), (points, 1))
        for phoneme in speech.phonemes:
            letters = [letter for letter in phoneme.ipa if letter in _SHAPE_OF]
            edges = np.linspace(phoneme.start, phoneme.end, len(letters) + 1)
            for letter, start, end in zip(letters, edges, edges[1:]):
                shapes[max(0, round(start / STEP)) : round(end / STEP)] = _SHAPE_OF[letter]
        weight = shapes[:, 4]
        total = _smooth(weight, 0.032)
        self._track = np.stack([_smooth(shapes[:, i] * weight, 0.032) / total for i in range(4)], axis=1)
        self._track[:, 0] *= 0.6 + 0.4 * _loudness(speech.samples, points)

    def at(self, time: float) -> np.ndarray:
        position = min(time / STEP, len(self._track) - 1)
        first = int(position)
        second = min(first + 1, len(self._track) - 1)
        return self._track[first] + (position - first) * (self._track[second] - self._track[first])
