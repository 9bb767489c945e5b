"""The sync curve: how far sound and lips are apart at each offset, and what is read from it. The C++ side does the same.

  d(i, j)  = Euclidean distance of lip embedding i and sound embedding j (unit vectors: 0..2)
  curve(v) = mean of d(i, i+v) over all i for which both exist, v = -15..15; needs 5 pairs, otherwise not available.
             10 pairs at the mean distance of all v are counted in: at the far shifts of a short clip few pairs are
             left, whose plain mean is often the least by chance
  offset   = -v* with v* where the curve is least: offset > 0 means the AUDIO LEADS (its match lies earlier).
             Audio delayed by 200 ms has its match 5 frames later, so the offset falls by 5.
  min_dist = curve(v*), confidence = median of the available curve - min_dist
"""
from dataclasses import dataclass

import numpy as np

REACH = 15
SHIFTS = np.arange(-REACH, REACH + 1)
MIN_PAIRS = 5
PRIOR_PAIRS = 10


@dataclass(frozen=True)
class Embeddings:
    """Unit vectors float32 [n, 128]; row k belongs to video frame `first` + k."""
    first: int
    rows: np.ndarray


@dataclass(frozen=True)
class SyncResult:
    offset: int             # frames of 40 ms
    confidence: float
    min_dist: float


def most_pairs(lip: Embeddings, sound: Embeddings) -> int:
    """The pairs of the shift that has most of them: how much there was to measure by."""
    shape = len(lip.rows), len(sound.rows)
    starts = lip.first + SHIFTS - sound.first
    lengths = np.minimum(shape[0] + np.minimum(starts, 0), shape[1] - np.maximum(starts, 0))
    return max(0, int(lengths.max()))


def sync_curve(lip: Embeddings, sound: Embeddings) -> np.ndarray:
    """Mean distance at each of SHIFTS, float64 [31]; NaN where fewer than MIN_PAIRS pairs exist."""
    distance = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (lip.rows @ sound.rows.T).astype(np.float64)))
    diagonals = [np.diagonal(distance, lip.first + shift - sound.first) for shift in SHIFTS]
    pairs = np.array([len(diagonal) for diagonal in diagonals])
    sums = np.array([diagonal.sum() for diagonal in diagonals])
    usual = sums.sum() / max(1, pairs.sum())
    return np.where(pairs >= MIN_PAIRS, (sums + PRIOR_PAIRS * usual) / (pairs + PRIOR_PAIRS), np.nan)


def read_curve(curve: np.ndarray) -> SyncResult | None:
    """None where no offset was available."""
    if np.isnan(curve).all():
        return None
    best = int(np.nanargmin(curve))
    return SyncResult(-int(SHIFTS[best]), float(np.nanmedian(curve) - curve[best]), float(curve[best]))
