"""Estimates the offset that each broadcast and webcam clip carries, by models that have not seen the clip.

  python3 -m training.crossfit --data DIR --out RUN --steps 600     writes RUN/offsets.json {name: frames}

Two short trainings, each on half of those clips and all of GRID. GRID, in sync as recorded, says where zero is.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .dataset import Clip, load_clips
from .measures import embed
from .networks import LipSync
from .sync import SHIFTS, sync_curve
from .train import MIX
from .trainer import Trainer

ANCHOR = "grid"
LARGEST = 4             # frames: what such recordings may be off by; a farther minimum is a mistake of the model


def refined_minimum(curve: np.ndarray) -> float | None:
    """The shift of the least distance within +-LARGEST, between frames by a parabola; None where it is at the border."""
    near = np.flatnonzero(np.abs(SHIFTS) <= LARGEST)
    if np.isnan(curve[near[0] - 1:near[-1] + 2]).any():
        return None
    best = near[curve[near].argmin()]
    left, middle, right = curve[best - 1:best + 2]
    bend = left - 2 * middle + right
    if bend <= 0:
        return None
    return float(SHIFTS[best] + np.clip(0.5 * (left - right) / bend, -0.5, 0.5))


def estimate(model: LipSync, clips: list[Clip]) -> dict[str, float]:
    """Offset (> 0: the sound leads) of each clip; 0 where the curve does not tell."""
    offsets = {}
    for item in embed(model, clips):
        shift = refined_minimum(sync_curve(item.lip, item.sound).distance)
        offsets[item.clip.name] = 0.0 if shift is None else round(-shift, 2)
    return offsets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600, help="of each of the two trainings")
    parser.add_argument("--threads", type=int, default=2, help="1 where the cores are shared: waiting threads stall it")
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    clips = load_clips(arguments.data, "train", set(MIX))
    validation = load_clips(arguments.data, "validation")
    anchors = [clip for clip in clips if clip.corpus == ANCHOR]
    others = [clip for clip in clips if clip.corpus != ANCHOR]
    shuffled = np.random.default_rng(0).permutation(len(others))
    halves = [[others[k] for k in shuffled[part::2]] for part in (0, 1)]

    offsets: dict[str, float] = {}
    for part, (learned, estimated) in enumerate([(halves[0], halves[1]), (halves[1], halves[0])]):
        trainer = Trainer(arguments.out / f"half{part}", learned + anchors, validation, MIX, steps=arguments.steps,
                          resume=arguments.resume, seed=10 + part)
        offsets |= estimate(trainer.train(), estimated)
    (arguments.out / "offsets.json").write_text(json.dumps(offsets, indent=0, sort_keys=True))
    values = np.array(list(offsets.values()))
    shares = ", ".join(f"{low:+d}: {np.mean(np.rint(values) == low):.0%}" for low in range(-LARGEST, LARGEST + 1))
    print(f"{len(values)} clips, mean {values.mean():+.2f} frames; {shares}")


if __name__ == "__main__":
    main()
