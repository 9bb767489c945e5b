"""Fits the calibration of a model on validation clips: the scale of distances, and the score.

  python3 -m training.calibrate --data DIR --weights RUN/lipsync.safetensors --out models/lipsync.calibration.json

Scale: one affine map of embedding distances, so that genuine clips of people who were not filmed in a studio read as
SyncNet's users know them (confidence about 8, min_dist about 6.3).

Score: sigmoid(a + b confidence + c min_dist + d ln(evidence / 64)) * exp(-(|offset| / 5)^6), the likeliest for genuine clips
(1) against the same clips with another sound (0): a stranger's, and other words of the same speaker. d is there because
chance makes a smaller minimum the longer the clip: less confidence means as much. Stretches of several lengths are
measured; every length of every corpus weighs the same, and genuine clips as much as all others. Width and power are chosen,
not fitted: up to two frames cost nothing, three or four make NEXT of a sure ALLOW, five make BLOCK.
"""
import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import measures
from .dataset import load_clips
from .export import load_exported
from .sync import Embeddings, SyncResult, read_curve, sync_curve

STRETCHES = (20, 40, 65, 140, 290)  # embeddings; with the 10 frames around them 1.2, 2, 3, 6, 12 s
USUAL_PAIRS = 64
STUDIO = "grid"
OTHERS = 3                          # strangers whose sound each clip gets, and other clips of the speaker
WANTED_CONFIDENCE, WANTED_MIN_DIST = 8.0, 6.3
OFFSET_WIDTH, OFFSET_POWER = 5.0, 6.0   # frames
# Less is not enough to judge by: with fewer than this, swapped clips too often look as good as genuine ones.
MIN_SPEECH_SECONDS, MIN_FACE_SECONDS = 0.5, 1.0


class NothingToFit(Exception):
    """Where the model has not learned enough, or there are too few clips."""


@dataclass
class Case:
    corpus: str
    genuine: bool
    kind: str
    length: int         # index of STRETCHES
    result: SyncResult


def stretches(lip: Embeddings) -> list[tuple[int, Embeddings]]:
    """Pieces of each length that fits (a clip that nearly has a length counts as one of it), one after the other."""
    pieces = []
    for index, length in enumerate(STRETCHES):
        if len(lip.rows) < 0.8 * length:
            break
        for start in range(0, max(1, len(lip.rows) - length + 1), length):
            pieces.append((index, lip.part(start, length)))
    return pieces


def other_sounds(item: measures.EmbeddedClip, embedded: list[measures.EmbeddedClip], same_speaker: bool,
                 random: np.random.Generator) -> list[Embeddings]:
    """Sounds of other clips, from wherever they are long enough. GRID's own sentences are not used for each other where there
    are others: they have one grammar and one rhythm, which other words seldom have."""
    if same_speaker and item.clip.corpus == STUDIO and any(other.clip.corpus != STUDIO for other in embedded):
        return []
    able = [other for other in embedded if other is not item and (other.clip.speaker == item.clip.speaker) == same_speaker
            and len(other.sound.rows) >= 0.8 * len(item.sound.rows)]
    chosen = random.choice(len(able), min(OTHERS, len(able)), replace=False)
    return [able[k].sound.part(0, len(item.sound.rows)) for k in chosen]


def cases(embedded: list[measures.EmbeddedClip]) -> list[Case]:
    random = np.random.default_rng(0)
    found = []
    for item in embedded:
        own = read_curve(sync_curve(item.lip, item.sound))
        if own is None or abs(own.offset) > 4:
            continue                # the clip itself is not in sync, or not readable: it says nothing of genuine ones
        # Clips that were cut without care carry an offset of their own, which is not the sound's fault here.
        true = item.sound.moved(own.offset)
        swapped = [(kind, sound) for kind, same in (("swapped", False), ("other words", True))
                   for sound in other_sounds(item, embedded, same, random)]
        shift = int(random.integers(5, 16)) * int(random.choice([-1, 1]))
        for length, lip in stretches(item.lip):
            for kind, sound in (("genuine", true), ("shifted", true.moved(shift)),
                                *swapped):
                result = read_curve(sync_curve(lip, sound))
                if result is not None:
                    found.append(Case(item.clip.corpus, kind == "genuine", kind, length, result))
    return found


def fit_scale(found: list[Case]) -> tuple[float, float]:
    """gain, shift"""
    studio_only = all(case.corpus == STUDIO for case in found)
    genuine = [case.result for case in found if case.genuine and (studio_only or case.corpus != STUDIO)]
    gain = WANTED_CONFIDENCE / np.mean([result.confidence for result in genuine])
    return float(gain), float(WANTED_MIN_DIST - gain * np.mean([result.min_dist for result in genuine]))


def fit_score(found: list[Case], gain: float, shift: float) -> dict[str, float]:
    found = [case for case in found if case.kind != "shifted"]      # the offset's factor is theirs
    values = torch.tensor([[gain * c.result.confidence, gain * c.result.min_dist + shift, np.log(max(c.result.evidence, 1.0) / USUAL_PAIRS)]
                           for c in found])
    wanted = torch.tensor([float(c.genuine) for c in found])
    share = Counter((c.corpus, c.kind, c.length) for c in found)
    kinds = Counter((corpus, kind != "genuine", length) for corpus, kind, length in share)
    weight = torch.tensor([1.0 / share[c.corpus, c.kind, c.length] / kinds[c.corpus, not c.genuine, c.length] for c in found])
    parameters = torch.tensor([0.0, 0.5, 0.5, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([parameters], max_iter=500, line_search_fn="strong_wolfe")

    def form() -> tuple[torch.Tensor, ...]:
        # More confidence never lowers the score, more distance never raises it, nor does more to measure by lower it.
        return (parameters[0], torch.nn.functional.softplus(parameters[1]), -torch.nn.functional.softplus(parameters[2]),
                torch.nn.functional.softplus(parameters[3]))

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        intercept, confidence, min_dist, length = form()
        logit = intercept + confidence * values[:, 0] + min_dist * (values[:, 1] - 10.0) + length * values[:, 2]
        total = torch.nn.functional.binary_cross_entropy_with_logits(logit, wanted, weight, reduction="sum") / weight.sum()
        total.backward()
        return total

    optimizer.step(loss)
    intercept, confidence, min_dist, length = (float(value) for value in form())
    return {"intercept": round(intercept - 10.0 * min_dist, 4), "confidence_weight": round(confidence, 4),
            "min_dist_weight": round(min_dist, 4), "length_weight": round(length, 4), "offset_width": OFFSET_WIDTH,
            "offset_power": OFFSET_POWER}


def score(case: Case, calibration: dict[str, float]) -> float:
    confidence = calibration["distance_gain"] * case.result.confidence
    min_dist = calibration["distance_gain"] * case.result.min_dist + calibration["distance_shift"]
    evidence = calibration["intercept"] + calibration["confidence_weight"] * confidence + \
        calibration["min_dist_weight"] * min_dist + calibration["length_weight"] * np.log(max(case.result.evidence, 1.0) / USUAL_PAIRS)
    return float(np.exp(-(abs(case.result.offset) / calibration["offset_width"]) ** calibration["offset_power"]) / (1 + np.exp(-evidence)))


def report(found: list[Case], calibration: dict[str, float]) -> None:
    gain, shift = calibration["distance_gain"], calibration["distance_shift"]
    groups = sorted({(case.corpus, case.length) for case in found})
    for corpus, length in groups:
        for kind in ("genuine", "swapped", "other words", "shifted"):
            group = [case for case in found if (case.corpus, case.length, case.kind) == (corpus, length, kind)]
            if not group:
                continue
            scores = np.array([score(case, calibration) for case in group])
            near = np.array([abs(case.result.offset) <= 2 for case in group])
            print(f"{corpus:8} {STRETCHES[length]:4} {kind:11} {len(group):5}"
                  f"  confidence {gain * np.mean([case.result.confidence for case in group]):5.2f}"
                  f"  min_dist {gain * np.mean([case.result.min_dist for case in group]) + shift:5.2f}"
                  f"  score {scores.mean():.2f}  ALLOW {np.mean((scores >= 0.9) & near):6.1%}  BLOCK {np.mean(scores < 0.75):6.1%}")


def calibrate(weights: Path, data: Path, out: Path, corpora: set[str] | None = None) -> None:
    """Writes the calibration of exported weights, from the validation clips (of these corpora)."""
    torch.set_num_threads(1)
    found = cases(measures.embed(load_exported(weights), load_clips(data, "validation", corpora)))
    if not any(case.genuine for case in found) or all(case.genuine for case in found):
        raise NothingToFit("of the validation clips, none was found in sync, or there is no other sound to compare with")
    gain, shift = fit_scale(found)
    calibration = fit_score(found, gain, shift) | {
        "distance_gain": round(gain, 4), "distance_shift": round(shift, 4),
        "min_speech_seconds": MIN_SPEECH_SECONDS, "min_face_seconds": MIN_FACE_SECONDS}
    out.write_text(json.dumps(calibration, indent=2) + "\n")
    print(json.dumps(calibration))
    report(found, calibration)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--weights", type=Path, required=True, help="as exported")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--corpus", nargs="+", help="only the clips of these corpora")
    arguments = parser.parse_args()
    calibrate(arguments.weights, arguments.data, arguments.out, set(arguments.corpus) if arguments.corpus else None)


if __name__ == "__main__":
    main()
