"""How offsets and confidence change when faces are sought in every k-th frame only, on the validation clips.

  bench/detection_stride.py build/syncnet ../shared/data/manifest.jsonl
"""
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

STRIDES = (1, 2, 4, 6, 8, 12)
CLIPS = 12      # of each corpus


def main() -> None:
    binary, manifest = sys.argv[1], Path(sys.argv[2])
    entries = [json.loads(line) for line in manifest.read_text().splitlines()]
    videos = []
    for corpus in ("webcam", "grid", "lrc_ar"):
        videos += [manifest.parent / e["path"] for e in entries if (e["corpus"], e["split"]) == (corpus, "validation")][:CLIPS]
    base = None
    for stride in STRIDES:
        start = time.monotonic()
        done = subprocess.run([binary, "score", "--json", "--stride", str(stride), *videos], stdout=subprocess.PIPE, text=True, check=True)
        seconds = time.monotonic() - start
        leads = [json.loads(line)["debug"]["all_results"][:1] for line in done.stdout.splitlines()]
        base = base or (leads, seconds)
        both = [(a[0], b[0]) for a, b in zip(base[0], leads) if a and b and a[0]["offset"] is not None and b[0]["offset"] is not None]
        same = sum(abs(a["offset"] - b["offset"]) <= 1 for a, b in both)
        ratio = statistics.median(b["confidence"] / a["confidence"] for a, b in both)
        print(f"every {stride:2}: offset within 1 of every frame's on {same}/{len(videos)} clips, "
              f"confidence x{ratio:.2f}, time x{seconds / base[1]:.2f}")


if __name__ == "__main__":
    main()
