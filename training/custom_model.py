"""A model of one's own from a folder of clips, with one command: cuts, trains, exports, calibrates.

  python3 -m training.custom_model CLIPS --name acme --out OUT --minutes 60

Writes OUT/acme.safetensors and OUT/acme.calibration.json, for MODEL_PATH. Started again, it goes on where it stopped.

CLIPS/manifest.jsonl, where there is one, says what each clip is (path, corpus, speaker, split: train or validation; others
are left alone). Without it every video below CLIPS is taken, and the first folder below CLIPS is the speaker; a video that
lies in CLIPS itself is a speaker of its own. Speakers of about every sixth clip are kept for validation.

The clips have to be genuine and in sync: what they do is what the model will call in sync.
"""
import argparse
import hashlib
import sys
from collections import Counter
from pathlib import Path

from .calibrate import NothingToFit, calibrate
from .dataset import SHORTEST, load_clips
from .graft import graft, parts
from .prepare import prepare, read_lines
from .train import add_training_options, train

VIDEOS = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".wmv", ".flv", ".3gp"}
OWN = "own"                         # the corpus of clips without a manifest
VALIDATION_SHARE = 1 / 6            # of the clips
BUNDLED = Path(__file__).parents[1] / "models/lipsync-grid.safetensors"    # the model with a free licence
FEWEST_TRAINING_CLIPS, FEWEST_VALIDATION_CLIPS = 32, 6


class TooFew(Exception):
    """Says how many clips there are, and how many it takes."""


def speaker_of(path: Path) -> str:
    """`path` is relative to the folder of clips."""
    return path.parts[0] if len(path.parts) > 1 else path.stem


def held_out(clips: Counter) -> set[str]:
    """Speakers with about VALIDATION_SHARE of the clips, from {speaker: clips}: always the same ones, whatever else there is."""
    chosen: set[str] = set()
    for speaker in sorted(clips, key=lambda name: hashlib.sha256(name.encode()).hexdigest()):
        if sum(clips[name] for name in chosen) >= VALIDATION_SHARE * clips.total() or len(chosen) + 1 >= len(clips):
            break
        chosen.add(speaker)
    return chosen


def manifest_of(folder: Path) -> list[dict]:
    """One entry a clip."""
    listed = folder / "manifest.jsonl"
    if listed.exists():
        return [entry for entry in read_lines(listed) if entry["split"] in ("train", "validation")]
    paths = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.suffix.lower() in VIDEOS)
    validation = held_out(Counter(map(speaker_of, paths)))
    return [{"path": str(path), "corpus": OWN, "speaker": speaker_of(path),
             "split": "validation" if speaker_of(path) in validation else "train"} for path in paths]


def even_mix(data: Path, corpora: set[str] | None) -> dict[str, float]:
    """Each corpus by how much there is of it. Throws TooFew where it is not enough."""
    training, validation = (
        [clip for clip in load_clips(data, split, corpora) if clip.lips[1] - clip.lips[0] >= SHORTEST] for split in ("train", "validation"))
    if len(training) < FEWEST_TRAINING_CLIPS or len(validation) < FEWEST_VALIDATION_CLIPS:
        raise TooFew(f"{len(training)} clips of a second or more to train on and {len(validation)} to calibrate with, of at least two "
                     f"speakers where a manifest does not say more; it takes {FEWEST_TRAINING_CLIPS} and {FEWEST_VALIDATION_CLIPS}")
    frames: Counter = Counter()
    for clip in training:
        frames[clip.corpus] += len(clip.crops)
    return {corpus: count / frames.total() for corpus, count in frames.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, help="folder of videos")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--binary", type=Path, default=Path("build/syncnet"))
    parser.add_argument("--corpus", nargs="+", help="only the clips of these corpora of the manifest")
    add_training_options(parser)
    options = parser.parse_args()

    entries = manifest_of(options.clips)
    corpora = set(options.corpus) if options.corpus else None
    entries = [entry for entry in entries if corpora is None or entry["corpus"] in corpora]
    options.out.mkdir(parents=True, exist_ok=True)
    cuts = options.out / "cuts"
    prepare(entries, options.clips, options.binary, cuts)
    try:
        mix = options.mix or even_mix(cuts, corpora)
    except TooFew as few:
        print(f"{options.clips}: {few}", file=sys.stderr)
        return 1
    weights = train(cuts, options.out, mix, True, options)
    # Whether a mouth can be read is the same question whosever it is: that head is taken as it is.
    graft(options.start if options.start and "mouth" in parts(options.start) else BUNDLED, weights, "mouth")
    calibration = weights.with_suffix(".calibration.json")
    try:
        calibrate(weights, cuts, calibration, corpora)
    except NothingToFit as reason:
        print(f"{weights}: {reason}; give it more --minutes, or --start with a bundled model", file=sys.stderr)
        return 1
    print(f"\n{weights}, {calibration}\nTo use it: MODEL_PATH={weights}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
