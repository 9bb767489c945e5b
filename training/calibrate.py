"""Fits the calibration of a model on validation clips: the scale of distances, and the score.

  python3 -m training.calibrate --data DIR --weights RUN/lipsync.safetensors --out models/lipsync.calibration.json

Scale: one affine map of embedding distances, so that genuine clips of people who were not filmed in a studio read as
SyncNet's users know them (confidence about 8, min_dist about 6.3).

Score: sigmoid(a + b confidence + c min_dist) * exp(-(offset / w)^2), the likeliest for genuine clips (1) against the
same clips with the sound of another and with the sound moved by 5 to 15 frames (0). The three kinds weigh the same, and
so do the corpora. Long clips are cut to stretches of 3 s: that is how much a login video has.
"""
import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import measures
from .dataset import load_clips
from .evaluate import load_any
from .sync import Embeddings, SyncResult, read_curve, sync_curve

STRETCH = 75                        # frames
WANTED_CONFIDENCE, WANTED_MIN_DIST = 8.0, 6.3
WIDTH_RANGE = (8.0, 11.0)           # frames: at 2, which is allowed, the narrowest costs 6 % of the score
# Less is not enough to judge by: with fewer than this, swapped clips too often look as good as genuine ones.
MIN_SPEECH_SECONDS, MIN_FACE_SECONDS = 0.5, 1.0


@dataclass
class Case:
    corpus: str
    genuine: bool
    kind: str
    result: SyncResult


def stretches(lip: Embeddings) -> list[Embeddings]:
    if len(lip.rows) < 2 * STRETCH:
        return [lip]
    return [Embeddings(lip.first + start, lip.rows[start:start + STRETCH])
            for start in range(0, len(lip.rows) - STRETCH + 1, STRETCH)]


def cases(embedded: list[measures.EmbeddedClip]) -> list[Case]:
    random = np.random.default_rng(0)
    found = []
    for item, swapped in zip(embedded, measures.swapped_sounds(embedded)):
        own = read_curve(sync_curve(item.lip, item.sound))
        if own is None or abs(own.offset) > 4:
            continue                # the clip itself is not in sync, or not readable: it says nothing of genuine ones
        # Clips that were cut without care carry an offset of their own, which is not the sound's fault here.
        true = Embeddings(item.sound.first + own.offset, item.sound.rows)
        shift = int(random.integers(5, 16)) * int(random.choice([-1, 1]))
        for lip in stretches(item.lip):
            for kind, sound in (("genuine", true), ("swapped", swapped),
                                ("shifted", Embeddings(true.first + shift, true.rows))):
                result = None if sound is None else read_curve(sync_curve(lip, sound))
                if result is not None:
                    found.append(Case(item.clip.corpus, kind == "genuine", kind, result))
    return found


def fit_scale(found: list[Case]) -> tuple[float, float]:
    """gain, shift"""
    genuine = [case.result for case in found if case.genuine and case.corpus != "grid"]
    gain = WANTED_CONFIDENCE / np.mean([result.confidence for result in genuine])
    return float(gain), float(WANTED_MIN_DIST - gain * np.mean([result.min_dist for result in genuine]))


def fit_score(found: list[Case], gain: float, shift: float) -> dict[str, float]:
    values = torch.tensor([[gain * c.result.confidence, gain * c.result.min_dist + shift, c.result.offset] for c in found])
    wanted = torch.tensor([float(c.genuine) for c in found])
    share = {key: sum((c.corpus, c.kind) == key for c in found) for key in {(c.corpus, c.kind) for c in found}}
    weight = torch.tensor([1.0 / share[c.corpus, c.kind] for c in found])
    parameters = torch.tensor([0.0, 0.5, 0.5, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([parameters], max_iter=500, line_search_fn="strong_wolfe")
    low, high = WIDTH_RANGE

    def form() -> tuple[torch.Tensor, ...]:
        # More confidence never lowers the score, more distance never raises it.
        return (parameters[0], torch.nn.functional.softplus(parameters[1]), -torch.nn.functional.softplus(parameters[2]),
                low + (high - low) * torch.sigmoid(parameters[3]))

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        intercept, confidence, min_dist, width = form()
        score = torch.sigmoid(intercept + confidence * values[:, 0] + min_dist * (values[:, 1] - 10.0)) * \
            torch.exp(-(values[:, 2] / width) ** 2)
        score = score.clamp(1e-5, 1 - 1e-5)
        total = -(weight * (wanted * score.log() + (1 - wanted) * (1 - score).log())).sum() / weight.sum()
        total.backward()
        return total

    optimizer.step(loss)
    intercept, confidence, min_dist, width = (float(value) for value in form())
    return {"intercept": round(intercept - 10.0 * min_dist, 4), "confidence_weight": round(confidence, 4),
            "min_dist_weight": round(min_dist, 4), "offset_width": round(width, 2)}


def score(result: SyncResult, calibration: dict[str, float]) -> float:
    confidence = calibration["distance_gain"] * result.confidence
    min_dist = calibration["distance_gain"] * result.min_dist + calibration["distance_shift"]
    evidence = calibration["intercept"] + calibration["confidence_weight"] * confidence + calibration["min_dist_weight"] * min_dist
    return float(np.exp(-(result.offset / calibration["offset_width"]) ** 2) / (1 + np.exp(-evidence)))


def report(found: list[Case], calibration: dict[str, float]) -> None:
    for corpus in sorted({case.corpus for case in found}):
        for kind in ("genuine", "swapped", "shifted"):
            results = [case.result for case in found if (case.corpus, case.kind) == (corpus, kind)]
            scores = np.array([score(result, calibration) for result in results])
            near = np.array([abs(result.offset) <= 2 for result in results])
            print(f"{corpus:8} {kind:8} {len(results):5}  confidence {calibration['distance_gain'] * np.mean([r.confidence for r in results]):5.2f}"
                  f"  min_dist {calibration['distance_gain'] * np.mean([r.min_dist for r in results]) + calibration['distance_shift']:5.2f}"
                  f"  score {scores.mean():.2f}  ALLOW {np.mean((scores >= 0.9) & near):.1%}  BLOCK {np.mean(scores < 0.75):.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = cases(measures.embed(load_any(arguments.weights), load_clips(arguments.data, "validation")))
    gain, shift = fit_scale(found)
    calibration = fit_score(found, gain, shift) | {
        "distance_gain": round(gain, 4), "distance_shift": round(shift, 4),
        "min_speech_seconds": MIN_SPEECH_SECONDS, "min_face_seconds": MIN_FACE_SECONDS}
    arguments.out.write_text(json.dumps(calibration, indent=2) + "\n")
    print(json.dumps(calibration))
    report(found, calibration)


if __name__ == "__main__":
    main()
