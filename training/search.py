"""The search of the product: over +-2 s, on pairs with speech in them (src/sync/evidence_map.cpp, src/score/speaker_path.cpp).

  support(o) = nats / (2 advantage) * (sum of w (usual - d))^2 / sum of w - ln(1 + (o / 5)^2)
  offset     = where that is most; confidence = median of the curve within 15 frames of it - its value there
"""
from dataclasses import dataclass

import numpy as np

from .sync import Embeddings, PRIOR_PAIRS

MAX_OFFSET, NEAR = 50, 15
REACH = MAX_OFFSET + NEAR
MIN_WEIGHT = 5.0
PRIOR_WIDTH = 5.0           # frames


@dataclass(frozen=True)
class PairStatistics:
    """How much nearer than usual a matching pair is; what a unit of that says for a match, in nats a pair. Of distances as embeddings have them."""
    advantage: float
    nats: float


@dataclass(frozen=True)
class Found:
    offset: int             # frames
    confidence: float
    min_dist: float
    evidence: float         # frames
    advantage: float        # usual distance - that of the pairs, without prior pairs


def log_offset_prior(offset: np.ndarray | float) -> np.ndarray | float:
    return -np.log1p((np.asarray(offset) / PRIOR_WIDTH) ** 2)


def search(lip: Embeddings, sound: Embeddings, pairs: PairStatistics) -> Found | None:
    """`sound.reliability` is 0 where no speech is heard. None without evidence."""
    distance = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (lip.rows @ sound.rows.T).astype(np.float64)))
    weight = np.outer(lip.reliability, sound.reliability).astype(np.float64)
    shifts = np.arange(-REACH, REACH + 1)
    places = lip.first + shifts - sound.first
    weights = np.array([np.trace(weight, place) for place in places])
    sums = np.array([np.trace(distance * weight, place) for place in places])
    if not (weights >= MIN_WEIGHT).any():
        return None
    usual = sums.sum() / weights.sum()
    advantage = np.where(weights > 0, usual - sums / np.maximum(weights, 1e-9), 0.0)
    support = pairs.nats / (2 * pairs.advantage) * weights * np.maximum(0.0, advantage) ** 2 + log_offset_prior(shifts)
    best = int(np.argmax(np.where(weights >= MIN_WEIGHT, support, -np.inf)))
    curve = np.where(weights >= MIN_WEIGHT, (sums + PRIOR_PAIRS * usual) / (weights + PRIOR_PAIRS), np.nan)
    first = min(max(0, best - NEAR), len(curve) - 2 * NEAR - 1)
    median = float(np.nanmedian(curve[first:first + 2 * NEAR + 1]))
    return Found(-int(shifts[best]), median - float(curve[best]), float(curve[best]), float(weights[best]), float(advantage[best]))
