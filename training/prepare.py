"""Cuts mouth crops and sound from the clips of a manifest with the product's own `crops` command.

  python3 -m training.prepare --manifest shared/data/manifest.jsonl --binary build/syncnet --out DIR

Writes DIR/<name>.crops.npy, DIR/<name>.audio.npy and DIR/index.jsonl: the manifest's line and name, first_frame,
frames, samples. Started again, it goes on with the clips that are not in the index.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from .networks import STORED_CROP

AT_ONCE = 2             # processes
BATCH = 32              # clips per process: an interruption loses no more than these
CUT_FIELDS = ("first_frame", "frames", "samples")


def clip_name(path: str) -> str:
    return str(Path(path).with_suffix("")).replace("/", "_")


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def cut(binary: Path, root: Path, out: Path, entries: list[dict], side: int) -> list[dict]:
    """Runs the binary on a batch; returns one result per clip that it spoke of, in its own words."""
    with tempfile.NamedTemporaryFile("w", suffix=".list") as listing:
        listing.writelines(f"{root / entry['path']}\t{entry['name']}\n" for entry in entries)
        listing.flush()
        done = subprocess.run([binary, "crops", "--list", listing.name, "--out", out, "--side", str(side)], stdout=subprocess.PIPE, text=True, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    by_name = {clip_name_of(result, root): result for result in results}
    missing = {"error": f"no answer from the binary (exit code {done.returncode})"}
    return [{**entry, "result": by_name.get(entry["name"], missing)} for entry in entries]


def clip_name_of(result: dict, root: Path) -> str:
    """A result with an error may carry no name; its path says which clip it was."""
    return result.get("name") or clip_name(str(Path(result["video"]).relative_to(root)))


def prepare(entries: list[dict], root: Path, binary: Path, out: Path, side: int = STORED_CROP) -> bool:
    """Cuts the clips of a manifest, whose paths are relative to `root`, that are not in out/index.jsonl yet. False: none could be."""
    out.mkdir(parents=True, exist_ok=True)
    index = out / "index.jsonl"
    have = {entry["name"] for entry in read_lines(index)} if index.exists() else set()
    named = [{**entry, "name": clip_name(entry["path"])} for entry in entries]
    waiting = [entry for entry in named if entry["name"] not in have]
    batches = [waiting[k:k + BATCH] for k in range(0, len(waiting), BATCH)]
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as workers, index.open("a") as file:
        futures = [workers.submit(cut, binary, root, out, batch, side) for batch in batches]
        for number, future in enumerate(as_completed(futures), 1):
            for entry in future.result():
                result = entry.pop("result")
                if "error" in result:
                    failed += 1
                    print(f"{entry['path']}: {result['error']}", file=sys.stderr)
                else:
                    file.write(json.dumps(entry | {field: result[field] for field in CUT_FIELDS}) + "\n")
            file.flush()
            print(f"\r{number}/{len(batches)} batches, {failed} clips failed", end="", flush=True)
    print(f"\n{len(have)} clips were there, {len(waiting) - failed} cut now, {failed} failed")
    return failed < len(waiting) or not waiting


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True, help="its paths are relative to its folder")
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--side", type=int, default=STORED_CROP, help="of the crops, pixels: mouth.py wants more of the face than the towers do")
    arguments = parser.parse_args()
    return 0 if prepare(read_lines(arguments.manifest), arguments.manifest.parent, arguments.binary, arguments.out, arguments.side) else 1


if __name__ == "__main__":
    sys.exit(main())
