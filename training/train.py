"""Trains LipSync. Time-budgeted, resumable, unattended:

  python3 -m training.train --data DIR --out RUN --minutes 20 --offsets offsets.json --resume
"""
import argparse
import json
import re
from pathlib import Path

import torch

from .checkpoint import NAME, load_model
from .dataset import load_clips
from .export import export
from .trainer import BATCH, LEARNING_RATE, Trainer, load_teacher

# Weight of each corpus in a batch. Broadcast clips are too short for the long batches (batches.py), so that over all batches it
# comes to about half people at their own camera (closest to the product, but 42 people), 30 % lrc_ar, 20 % GRID (one speaker).
MIX = {"webcam": 0.25, "talkvid": 0.12, "lrc_ar": 0.45, "grid": 0.18}


def parse_mix(text: str) -> dict[str, float]:
    """'grid=1' or 'webcam=0.4,lrc_ar=0.4,grid=0.2'."""
    return {corpus: float(weight) for corpus, weight in (part.split("=") for part in text.split(","))}


def model_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", text):
        raise argparse.ArgumentTypeError("use small letters, digits, '.', '_' and '-'")
    return text


def add_training_options(parser: argparse.ArgumentParser, name: str | None = None) -> None:
    """What train() needs to know beyond where the clips are. Without a default `name` one has to be given."""
    parser.add_argument("--name", type=model_name, default=name, required=name is None, help="of the model")
    parser.add_argument("--minutes", type=float, required=True, help="training time, over all resumptions")
    parser.add_argument("--offsets", type=Path, help="{name: frames} from crossfit.py, for clips that are not in sync as recorded")
    parser.add_argument("--mix", type=parse_mix, help="corpus=weight,... (only these are trained on)")
    parser.add_argument("--start", type=Path, help="exported weights to begin with")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE, help="the highest; less with --start")
    parser.add_argument("--fix-edges", action="store_true", help="leave the lips' lowest layers as they are: twice as fast, with --start")
    parser.add_argument("--threads", type=int, default=2, help="1 where the cores are shared: waiting threads stall it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=BATCH, help="clips a step; a graphics card takes 128 in the same time")
    parser.add_argument("--device", type=torch.device, default=torch.device("cuda" if torch.cuda.is_available() else "cpu"), help="default: a graphics card where there is one")
    parser.add_argument("--teachers", type=Path, nargs="+", default=[], help="folders of finished runs, whose answers are half of what this one learns")



def train(data: Path, out: Path, mix: dict[str, float], resume: bool, options: argparse.Namespace) -> Path:
    """Returns the exported file, out/<name>.safetensors."""
    torch.set_num_threads(options.threads)
    offsets = json.loads(options.offsets.read_text()) if options.offsets else None
    clips = load_clips(data, "train", set(mix), offsets)
    validation = load_clips(data, "validation")
    print(f"{len(clips)} training clips, {sum(len(clip.crops) for clip in clips)} frames", flush=True)
    Trainer(out, clips, validation, mix, minutes=options.minutes, start=options.start, resume=resume,
            learning_rate=options.learning_rate, fix_edges=options.fix_edges, seed=options.seed, batch=options.batch,
            device=options.device, teachers=[load_teacher(run / NAME, options.device) for run in options.teachers]).train()
    model, about = load_model(out / NAME)
    return export(model, out, options.name, about)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run: checkpoint.pt, log.jsonl, the export")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out if there is one")
    add_training_options(parser, "lipsync")
    options = parser.parse_args()
    print(train(options.data, options.out, options.mix or MIX, options.resume, options))


if __name__ == "__main__":
    main()
