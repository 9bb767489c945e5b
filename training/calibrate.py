"""Fits the calibration of a model on validation clips: the scale of distances, what a pair says, and the score.

  python3 -m training.calibrate --data DIR --weights RUN/lipsync.safetensors --out models/lipsync.calibration.json

Scale: one affine map of embedding distances, so that genuine clips of people who were not filmed in a studio read as
SyncNet's users know them (confidence about 8, min_dist about 6.3).

Score (src/score/calibration.h has its form): the likeliest for stretches of genuine clips, in place or moved (1), against the
same with another sound (0): a stranger's, and other words of the same speaker. Stretches of 0.3 to 15 s are measured, so that
the amount of evidence finds its place; every length of every corpus weighs the same, people at their own camera three times
as much, and genuine ones as much as all others. How the offset counts and how sure a mismatch must be are chosen, not fitted:
up to two frames cost nothing, three or four make NEXT of a sure ALLOW, five make BLOCK.
"""
import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import mel, measures
from .dataset import load_clips
from .export import load_exported
from .hearing import frame_levels, hears
from .networks import SPEECH_FIRST, LipSync
from .search import Found, PairStatistics, log_offset_prior, search
from .sync import Embeddings

STRETCHES = (8, 12, 18, 25, 37, 50, 75, 100, 150, 200, 290, 370)     # lip embeddings, one a frame
STUDIO = "grid"
AT_A_CAMERA, AT_A_CAMERA_WEIGHT = ("webcam", "talkvid"), 3.0
OTHERS = 3                          # strangers whose sound each stretch gets
LARGEST_OWN = 5                     # frames; clips that measure more were not understood, or are not in sync
LEAST_SHIFT, LARGEST_SHIFT = 3, 50
WANTED_CONFIDENCE, WANTED_MIN_DIST = 8.0, 6.3
SCALE_STRETCH = 50                  # those of at least so many are what users read numbers of
SAME_FRAMES = 14                    # neighbouring pairs that say the same: 1 + 2 sum of the autocorrelations, of matching and other pairs alike
EVIDENCE_HALF = 40.0                # frames; 15 to 60 fit alike
OFFSET_WIDTH, OFFSET_POWER = 5.0, 6.0   # frames
MISMATCH_FIT, MISMATCH_SECONDS = 0.08, 2.0  # genuine pieces of validation people of 2 s and more: least 0.056
MISMATCH_PEOPLE = 5                 # who knows fewer can't tell a stranger from a mismatch, and never says so
# Less is not enough to judge by: with fewer than this, swapped clips too often look as good as genuine ones.
MIN_SPEECH_SECONDS, MIN_FACE_SECONDS = 0.5, 1.0
RIDGE = 1e-3


class NothingToFit(Exception):
    """Where the model has not learned enough, or there are too few clips."""


@dataclass
class Case:
    corpus: str
    kind: str           # genuine, late, swapped, words
    length: int
    found: Found
    fits: bool


def speech_alone(model: LipSync, item: measures.EmbeddedClip) -> Embeddings:
    """The sound, with no weight where no speech is heard."""
    with torch.no_grad():
        log_mel = mel.log_mel(torch.from_numpy(item.clip.sound.astype(np.float32) / 32768.0)[None])
        logits = model.speech(torch.stack([mel.normalise(log_mel), mel.raw_scaled(log_mel)], 1))[0].numpy()
    level = frame_levels(log_mel[0].numpy())
    count = min(len(logits), len(level) - SPEECH_FIRST)
    heard = hears(1 / (1 + np.exp(-logits[:count])), level[SPEECH_FIRST:SPEECH_FIRST + count])
    frames = item.sound.first + np.arange(len(item.sound.rows)) - SPEECH_FIRST
    inside = (frames >= 0) & (frames < count)
    speech = np.where(inside, heard[np.clip(frames, 0, max(0, count - 1))] if count else False, False)
    return Embeddings(item.sound.first, item.sound.rows, item.sound.reliability * speech.astype(np.float32))


def between(sound: Embeddings, first: int, count: int) -> Embeddings:
    """Of the frames first .. first + count - 1, as a file that was cut there would have it."""
    start = max(0, first - sound.first)
    end = max(start, first + count - sound.first)
    return sound.part(start, end - start)


def cases(model: LipSync, embedded: list[measures.EmbeddedClip], pairs: PairStatistics) -> list[Case]:
    random = np.random.default_rng(0)
    sounds = [speech_alone(model, item) for item in embedded]
    found: list[Case] = []
    for k, (item, sound) in enumerate(zip(embedded, sounds)):
        own = search(item.lip, sound, pairs)
        if own is None or abs(own.offset) > LARGEST_OWN:
            continue                # the clip itself is not in sync, or not readable: it says nothing of genuine ones
        strangers = [j for j, other in enumerate(embedded) if other.clip.speaker != item.clip.speaker] or \
            [j for j in range(len(embedded)) if j != k]
        # Clips that were cut without care carry an offset of their own, which is not the sound's fault here.
        true = sound.moved(own.offset)
        for length in STRETCHES:
            if len(item.lip.rows) < 0.85 * length:
                break
            for start in range(0, max(1, len(item.lip.rows) - length + 1), max(25, min(50, length // 2))):
                lip = item.lip.part(start, length)
                shift = int(random.integers(LEAST_SHIFT, LARGEST_SHIFT + 1)) * int(random.choice([-1, 1]))
                tried = [("genuine", between(true, lip.first, length)), ("late", between(true, lip.first - shift, length).moved(shift))]
                able = [j for j in strangers if len(sounds[j].rows) >= 0.85 * length]
                for j in random.choice(able, min(OTHERS, len(able)), replace=False) if able else ():
                    other = sounds[j]
                    from_ = other.first + int(random.integers(0, max(1, len(other.rows) - length + 1)))
                    tried.append(("swapped", between(other, from_, length).moved(lip.first - from_)))
                for away in (length + 60, -length - 60):
                    tried.append(("words", between(true, lip.first + away, length).moved(-away)))
                for kind, heard in tried:
                    result = search(lip, heard, pairs) if len(heard.rows) >= 0.85 * length else None
                    if result is not None:
                        fits = kind == "genuine" or kind == "late" and abs(result.offset + shift) <= 2
                        found.append(Case(item.clip.corpus, kind, length, result, fits))
    return found


def not_studio(found: list[Case]) -> list[Case]:
    return [case for case in found if case.corpus != STUDIO] or found


def fit_scale(found: list[Case]) -> tuple[float, float]:
    """gain, shift"""
    genuine = [case.found for case in not_studio([c for c in found if c.kind == "genuine" and c.length >= min(SCALE_STRETCH, max(x.length for x in found))])]
    gain = WANTED_CONFIDENCE / np.mean([result.confidence for result in genuine])
    return float(gain), float(WANTED_MIN_DIST - gain * np.mean([result.min_dist for result in genuine]))


def pair_statistics(embedded: list[measures.EmbeddedClip]) -> PairStatistics:
    """Of embedding distances: genuine pairs against all others of the same clips; of people at their own camera where there are any."""
    advantages, variances = [], []
    for item in [item for item in embedded if item.clip.corpus in AT_A_CAMERA] or embedded:
        distance = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (item.lip.rows @ item.sound.rows.T).astype(np.float64)))
        places = item.lip.first + np.arange(-15, 16) - item.sound.first
        means = [np.mean(np.diagonal(distance, place)) if len(np.diagonal(distance, place)) else np.inf for place in places]
        match = np.diagonal(distance, places[int(np.argmin(means))])
        advantages.append(distance.mean() - match.mean())
        variances.append((distance.var() + match.var()) / 2)
    advantage = max(1e-3, float(np.mean(advantages)))
    return PairStatistics(advantage, advantage / float(np.mean(variances)) / SAME_FRAMES)


def fit_score(found: list[Case], gain: float, shift: float) -> dict[str, float]:
    """Newton's method; where more confidence would lower the score, it is left out, as is min_dist where more of it would raise it."""
    counts = np.array([c.found.evidence / (c.found.evidence + EVIDENCE_HALF) for c in found])
    terms = counts[:, None] * np.array([[1, gain * c.found.confidence, gain * c.found.min_dist + shift - 10] for c in found])
    beside = log_offset_prior(np.array([c.found.offset for c in found], float))
    wanted = np.array([float(c.fits) for c in found])
    share = Counter((c.corpus, c.length, c.kind, c.fits) for c in found)
    kinds = Counter((corpus, length, fits) for corpus, length, _, fits in share)
    weight = np.array([(AT_A_CAMERA_WEIGHT if c.corpus in AT_A_CAMERA else 1.0) / share[c.corpus, c.length, c.kind, c.fits]
                       / kinds[c.corpus, c.length, c.fits] for c in found])
    weight *= len(found) / weight.sum()
    active = [0, 1, 2]
    while True:
        parameters = np.zeros(3)
        for _ in range(100):
            p = 1 / (1 + np.exp(-(terms @ parameters + beside)))
            used = terms[:, active]
            curvature = used.T @ ((weight * p * (1 - p))[:, None] * used) + RIDGE * np.eye(len(active))
            step = np.linalg.solve(curvature, used.T @ (weight * (wanted - p)) - RIDGE * parameters[active])
            parameters[active] += np.clip(step, -2, 2)
            if np.abs(step).max() < 1e-8:
                break
        wrong = [k for k in active[1:] if (parameters[k] < 0) == (k == 1) and parameters[k] != 0]
        if not wrong:
            break
        active.remove(wrong[0])
    intercept, confidence, min_dist = (float(value) for value in parameters)
    return {"intercept": round(intercept - 10.0 * min_dist, 4), "confidence_weight": round(confidence, 4),
            "min_dist_weight": round(min_dist, 4), "evidence_half": EVIDENCE_HALF, "offset_width": OFFSET_WIDTH, "offset_power": OFFSET_POWER}


def fit(case: Case, calibration: dict) -> float:
    found = case.found
    counts = found.evidence / (found.evidence + calibration["evidence_half"])
    logit = counts * (calibration["intercept"] + calibration["confidence_weight"] * calibration["distance_gain"] * found.confidence
                      + calibration["min_dist_weight"] * (calibration["distance_gain"] * found.min_dist + calibration["distance_shift"]))
    return float(1 / (1 + np.exp(-logit - log_offset_prior(found.offset))))


def report(found: list[Case], calibration: dict) -> None:
    for corpus, length in sorted({(case.corpus, case.length) for case in found}):
        for kind in ("genuine", "late", "swapped", "words"):
            group = [case for case in found if (case.corpus, case.length, case.kind) == (corpus, length, kind)]
            if not group:
                continue
            fits = np.array([fit(case, calibration) for case in group])
            near = np.array([abs(case.found.offset) <= 2 for case in group])
            print(f"{corpus:8} {length:4} {kind:8} {len(group):5}  evidence {np.mean([case.found.evidence for case in group]):5.0f}"
                  f"  fit {fits.mean():.2f}  ALLOW {np.mean((fits >= 0.9) & near):6.1%}  fits nowhere {np.mean(fits < MISMATCH_FIT):6.1%}")


def people(embedded: list[measures.EmbeddedClip]) -> int:
    return len({(item.clip.corpus, item.clip.speaker) for item in embedded})


def calibrate(weights: Path, data: Path, out: Path, corpora: set[str] | None = None, scale: Path | None = None) -> None:
    """Writes the calibration of exported weights, from the validation clips (of these corpora). `scale`: a calibration whose scale is kept."""
    torch.set_num_threads(1)
    model = load_exported(weights)
    embedded = measures.embed(model, load_clips(data, "validation", corpora))
    pairs = pair_statistics(embedded) if embedded else None
    found = cases(model, embedded, pairs) if pairs else []
    if not any(case.fits for case in found) or all(case.fits for case in found):
        raise NothingToFit("of the validation clips, none was found in sync, or there is no other sound to compare with")
    if scale:
        kept = json.loads(scale.read_text())
        gain, shift = kept["distance_gain"], kept["distance_shift"]
    else:
        gain, shift = fit_scale(found)
    calibration = fit_score(found, gain, shift) | {
        "distance_gain": round(gain, 4), "distance_shift": round(shift, 4),
        "min_speech_seconds": MIN_SPEECH_SECONDS, "min_face_seconds": MIN_FACE_SECONDS,
        "mismatch_fit": MISMATCH_FIT if people(embedded) >= MISMATCH_PEOPLE else 0.0, "mismatch_seconds": MISMATCH_SECONDS,
        "pairs": {"advantage": round(gain * pairs.advantage, 3), "nats": round(pairs.nats / gain, 5)}}
    out.write_text(json.dumps(calibration, indent=2) + "\n")
    print(json.dumps(calibration))
    report(found, calibration)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--weights", type=Path, required=True, help="as exported")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--corpus", nargs="+", help="only the clips of these corpora")
    parser.add_argument("--scale", type=Path, help="keep the scale of this calibration, so that numbers can be compared")
    arguments = parser.parse_args()
    calibrate(arguments.weights, arguments.data, arguments.out, set(arguments.corpus) if arguments.corpus else None, arguments.scale)


if __name__ == "__main__":
    main()
