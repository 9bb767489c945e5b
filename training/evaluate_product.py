"""Scores the clips of a split with the program itself: decoding, faces, networks and decision, as a user gets them.

  python3 -m training.evaluate_product --manifest ../shared/data/manifest.jsonl --binary build/syncnet --split test
"""
import argparse
import json
import subprocess
from collections import Counter
from pathlib import Path

DISTANCES = (1, 2, 3)


def scored(binary: Path, paths: list[Path]) -> dict[str, dict]:
    """The answers by path; what could not be scored is missing."""
    done = subprocess.run([binary, "score", "--json", *paths], stdout=subprocess.PIPE, text=True, check=False)
    answers = (json.loads(line) for line in done.stdout.splitlines())
    return {answer["video_path"]: answer for answer in answers}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True, help="its paths are relative to its folder")
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--split", choices=["validation", "test"], default="validation")
    arguments = parser.parse_args()
    clips = [json.loads(line) for line in arguments.manifest.read_text().splitlines()]
    clips = [clip for clip in clips if clip["split"] == arguments.split]
    paths = {str(arguments.manifest.parent / clip["path"]): clip["corpus"] for clip in clips}
    answers = scored(arguments.binary, [Path(path) for path in paths])

    print(f"{'corpus':8} {'clips':>6} {'scored':>7}" + "".join(f"   within {d}" for d in DISTANCES) + "  decisions, reasons")
    for corpus in sorted(set(paths.values())):
        group = [answers.get(path) for path, name in paths.items() if name == corpus]
        offsets = [answer["offset_frames"] for answer in group if answer and answer["offset_frames"] is not None]
        shares = [sum(abs(offset) <= d for offset in offsets) / len(group) for d in DISTANCES]
        decisions = Counter(answer["decision"] if answer else "error" for answer in group)
        reasons = Counter(reason for answer in group if answer for reason in answer["reason_codes"])
        print(f"{corpus:8} {len(group):6} {len(offsets):7}" + "".join(f"{share:11.1%}" for share in shares) +
              f"  {dict(decisions)} {dict(reasons)}")


if __name__ == "__main__":
    main()
