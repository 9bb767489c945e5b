"""The sync curve: how far sound and lips are apart at each offset, and what is read from it. The C++ side does the same.

  d(i, j)  = Euclidean distance of lip embedding i and sound embedding j (unit vectors: 0..2)
  w(i, j)  = reliability of i * reliability of j (0..1 each)
  curve(v) = mean of d(i, i+v), weighed by w(i, i+v), over all i for which both exist, v = -15..15; needs 5 pairs, otherwise
             not available. A weight of 10 at the mean distance of all v is counted in: at the far shifts of a short
             clip few pairs are left, whose plain mean is often the least by chance
  evidence = the largest sum of weights of any v: how much there was to measure by
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
    """Unit vectors float32 [n, 128]; row k belongs to video frame `first` + k. reliability float32 [n], 0..1."""
    first: int
    rows: np.ndarray
    reliability: np.ndarray

    def part(self, start: int, count: int) -> "Embeddings":
        """Rows start .. start + count - 1, as far as there are any."""
        return Embeddings(self.first + start, self.rows[start:start + count], self.reliability[start:start + count])

    def moved(self, frames: int) -> "Embeddings":
        return Embeddings(self.first + frames, self.rows, self.reliability)


@dataclass(frozen=True)
class SyncResult:
    offset: int             # frames of 40 ms
    confidence: float
    min_dist: float
    evidence: float         # pairs, each counted as far as it is to be relied on


@dataclass(frozen=True)
class SyncCurve:
    distance: np.ndarray    # float64 [31], of SHIFTS; NaN where fewer than MIN_PAIRS pairs exist
    evidence: float


def sync_curve(lip: Embeddings, sound: Embeddings) -> SyncCurve:
    distance = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (lip.rows @ sound.rows.T).astype(np.float64)))
    weight = np.outer(lip.reliability, sound.reliability).astype(np.float64)
    places = lip.first + SHIFTS - sound.first
    pairs = np.array([len(np.diagonal(weight, place)) for place in places])
    weights = np.array([np.trace(weight, place) for place in places])
    sums = np.array([np.trace(distance * weight, place) for place in places])
    usual = sums.sum() / max(1e-9, weights.sum())
    curve = np.where(pairs >= MIN_PAIRS, (sums + PRIOR_PAIRS * usual) / (weights + PRIOR_PAIRS), np.nan)
    return SyncCurve(curve, float(weights.max()))


def read_curve(curve: SyncCurve) -> SyncResult | None:
    """None where no offset was available."""
    distance = curve.distance
    if np.isnan(distance).all():
        return None
    best = int(np.nanargmin(distance))
    return SyncResult(-int(SHIFTS[best]), float(np.nanmedian(distance) - distance[best]), float(distance[best]), curve.evidence)
