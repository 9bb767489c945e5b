"""Measures a model on the test or validation clips and prints a table."""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from . import measures, safetensors
from .checkpoint import load_model
from .dataset import Clip, load_clips
from .export import with_folded_weights
from .networks import LipSync

WINDOWS = (5, 15, 25, 50)
DELAYS = [delay for delay in range(-10, 11) if delay]
COLUMNS = ("count", "within1", "within2", "within3", "auc", "eer")


def load_any(path: Path) -> LipSync:
    """A checkpoint of a run, or the exported file: the latter measures what the product will compute."""
    if path.suffix == ".safetensors":
        return with_folded_weights(safetensors.load(path)[0])
    return load_model(path)[0]


def evaluate(model: LipSync, clips: list[Clip]) -> dict:
    """{corpus: {"clip": ..., "window N": ..., "delays": ...}} and the same for "all"."""
    embedded = measures.embed(model, clips)
    groups = {corpus: [item for item in embedded if item.clip.corpus == corpus]
              for corpus in sorted({item.clip.corpus for item in embedded})}
    tracked = {item.clip.name: measures.tracked_delays(model, item, DELAYS) for item in embedded}
    report = {}
    for name, group in {**groups, "all": embedded}.items():
        report[name] = {"clip": measures.summary(group)}
        report[name] |= {f"window {length}": measures.summary(group, length) for length in WINDOWS}
        shares = np.nanmean([tracked[item.clip.name] for item in group], axis=0)
        report[name]["delays"] = dict(zip(DELAYS, map(float, shares)))
    return report


def table(report: dict) -> str:
    lines = [f"{'corpus':10}{'what':12}" + "".join(f"{column:>9}" for column in COLUMNS)]
    for corpus, parts in report.items():
        for part, values in parts.items():
            if part != "delays":
                numbers = f"{values['count']:9d}" + "".join(f"{values[column]:9.3f}" for column in COLUMNS[1:])
                lines.append(f"{corpus:10}{part:12}{numbers}")
    lines.append("\ninjected delay (frames): share of clips whose offset moves by as much, within 1")
    for corpus, parts in report.items():
        lines.append(f"{corpus:10}" + " ".join(f"{delay:+d}:{share:.2f}" for delay, share in parts["delays"].items()))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--weights", type=Path, required=True, help="checkpoint.pt or lipsync.safetensors")
    parser.add_argument("--split", choices=["validation", "test"], default="validation")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    arguments = parser.parse_args()
    torch.set_num_threads(1)    # clips are small work: two threads would mostly wait for each other
    report = evaluate(load_any(arguments.weights), load_clips(arguments.data, arguments.split))
    print(table(report))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
