"""Estimates the offset that each broadcast and webcam clip carries, by models that have not seen the clip.

  python3 -m training.crossfit --data DIR --out RUN --minutes 20     writes RUN/offsets.json {name: frames}

Two short trainings, each on half of those clips and all of GRID, side by side where there is a graphics card. What GRID, in sync
as recorded, says of the zero does not reach the others: begin with the offsets of zero.py, and let it put these in their place, too.
"""
import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from .dataset import Clip, load_clips
from .measures import embed
from .networks import LipSync
from .sync import SHIFTS, sync_curve
from .train import MIX
from .trainer import BATCH, Trainer

ANCHOR = "grid"
LARGEST = 5             # frames: what such recordings may be off by; a farther minimum is a mistake of the model


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
    """Offset (> 0: the sound leads) of each clip, without those whose curve does not tell."""
    offsets = {}
    for item in embed(model, clips):
        shift = refined_minimum(sync_curve(item.lip, item.sound).distance)
        if shift is not None:
            offsets[item.clip.name] = round(-shift, 2)
    return offsets


def half(part: int, options: argparse.Namespace) -> dict[str, float]:
    """Trains on one half and estimates the other."""
    torch.set_num_threads(options.threads)
    known = json.loads(options.offsets.read_text()) if options.offsets else None
    clips = load_clips(options.data, "train", set(MIX), known)
    anchors = [clip for clip in clips if clip.corpus == ANCHOR]
    others = [clip for clip in clips if clip.corpus != ANCHOR]
    shuffled = np.random.default_rng(0).permutation(len(others))
    learned, estimated = ([others[k] for k in shuffled[first::2]] for first in (part, 1 - part))
    trainer = Trainer(options.out / f"half{part}", learned + anchors, load_clips(options.data, "validation"), MIX, minutes=options.minutes,
                      start=options.start, resume=options.resume, seed=10 + part, batch=options.batch, device=options.device)
    return estimate(trainer.train(), estimated)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20, help="of each of the two trainings")
    parser.add_argument("--offsets", type=Path, help="{name: frames} to begin with; as recorded without it")
    parser.add_argument("--start", type=Path, help="exported weights to begin with, that have not seen these clips")
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--device", type=torch.device, default=torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    parser.add_argument("--threads", type=int, default=2, help="1 where the cores are shared: waiting threads stall it")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()

    at_once = 2 if options.device.type == "cuda" else 1
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        first, second = pool.map(half, (0, 1), (options, options))
    offsets = first | second
    (options.out / "offsets.json").write_text(json.dumps(offsets, indent=0, sort_keys=True))
    values = np.array(list(offsets.values()))
    shares = ", ".join(f"{low:+d}: {np.mean(np.rint(values) == low):.0%}" for low in range(-LARGEST, LARGEST + 1))
    print(f"{len(values)} clips, mean {values.mean():+.2f} frames; {shares}")


if __name__ == "__main__":
    main()
