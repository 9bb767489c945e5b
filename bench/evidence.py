#!/usr/bin/python3
"""What the verdict makes of short pieces: bench/evidence.py --data ../shared/data [--binary build/syncnet] [--folder FOLDER]

Four-second pieces, one every 2 s, of the webcam and talkvid people of validation and test whose whole clip is within 2
frames: with their own audio, with another person's, and with their own 0.2 to 1.2 s late. Then webcam test clips of 8 s with
0.7 to 1.9 s put in. Prints shares of decisions by split, every genuine piece that isn't ALLOWed, and the reliability of the
score by the amount of evidence. Media go to FOLDER and are used again."""
import argparse
import json
import math
import random
import subprocess
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PIECE_S, STEP_S = 4, 2
LATE_MS = (200, 280, 400, 560, 800, 1200)
WIDE_MS = (720, 1120, 1520, 1880)
AT_ONCE = 20                        # videos a call: models are loaded once
EVIDENCE_S = (0, 1, 2, 3, math.inf)


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


def cut(source: Path, start: float, seconds: float, out: Path) -> None:
    if not out.exists():
        ffmpeg("-ss", start, "-t", seconds, "-i", source, "-c:v", "libx264", "-preset", "veryfast", "-crf", 20, "-c:a", "pcm_s16le", out)


def moved(source: Path, ms: int, seconds: float, out: Path) -> None:
    """The audio comes later by `ms`; negative: earlier."""
    audio = f"adelay={ms}:all=1" if ms > 0 else f"atrim=start={-ms / 1000},asetpts=PTS-STARTPTS"
    if not out.exists():
        ffmpeg("-i", source, "-af", audio, "-c:v", "copy", "-c:a", "pcm_s16le", "-t", seconds, out)


def pieces(clip: dict, clips: list[dict], folder: Path) -> list[tuple[str, Path]]:
    draw = random.Random(clip["path"])
    made = []
    for start in range(0, int(clip["duration_s"]) - PIECE_S + 1, STEP_S):
        names = {kind: folder / f"{clip['file'].stem}_{start}.{kind}.mkv" for kind in ("genuine", "swapped", "late")}
        donor = draw.choice([other for other in clips if other is not clip and other["duration_s"] > PIECE_S])
        from_ = draw.uniform(0, donor["duration_s"] - PIECE_S)
        cut(clip["file"], start, PIECE_S, names["genuine"])
        if not names["swapped"].exists():
            ffmpeg("-i", names["genuine"], "-ss", from_, "-t", PIECE_S, "-i", donor["file"], "-map", "0:v", "-map", "1:a", "-c:v", "copy",
                   "-c:a", "pcm_s16le", "-t", PIECE_S, names["swapped"])
        moved(names["genuine"], draw.choice(LATE_MS), PIECE_S, names["late"])
        made += names.items()
    return made


def answers(binary: Path, videos: list[Path]) -> list[dict]:
    def some(batch: list[Path]) -> list[dict]:
        done = subprocess.run([binary, "score", "--json", *batch], capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    batches = [videos[i:i + AT_ONCE] for i in range(0, len(videos), AT_ONCE)]
    with ThreadPoolExecutor(2) as pool:
        return [answer for batch in pool.map(some, batches) for answer in batch]


def reliability(scored: list[tuple[float, bool, float]]) -> None:
    """(score, genuine, seconds of evidence): the expected calibration error in ten bins, both sides weighing the same."""
    for low, high in [(0, math.inf), *zip(EVIDENCE_S, EVIDENCE_S[1:])]:
        some = [(score, genuine) for score, genuine, seconds in scored if low <= seconds < high]
        side = Counter(genuine for _, genuine in some)
        if len(side) < 2:
            continue
        bins: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for score, genuine in some:
            weight = 0.5 / side[genuine]
            for k, value in enumerate((weight, weight * score, weight * genuine)):
                bins[min(9, int(10 * score))][k] += value
        error = sum(abs(said - true) for _, said, true in bins.values())
        print(f"evidence {low} to {high} s: {len(some)} pieces, ECE {error:.3f}; "
              + ", ".join(f"{said / all_:.2f} said {true / all_:.2f} true" for _, (all_, said, true) in sorted(bins.items())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--binary", type=Path, default=Path("build/syncnet"))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "evidence")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    clips = [json.loads(line) for line in (options.data / "manifest.jsonl").read_text().splitlines()]
    clips = [clip | {"file": options.data / clip["path"]} for clip in clips
             if clip["corpus"] in ("webcam", "talkvid") and clip["split"] in ("validation", "test")]

    whole = answers(options.binary, [clip["file"] for clip in clips])
    in_time = [clip for clip, answer in zip(clips, whole) if answer["offset_frames"] is not None and abs(answer["offset_frames"]) <= 2]
    made = [(clip["split"], kind, path) for clip in in_time for kind, path in pieces(clip, clips, options.folder)]
    scored = []
    table: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for (split, kind, path), answer in zip(made, answers(options.binary, [path for _, _, path in made])):
        table[split, kind][f"{answer['decision']} {';'.join(answer['reason_codes'])}"] += 1
        if answer["score"] is not None:
            scored.append((answer["score"], kind == "genuine", answer["evidence_s"]))
        if kind == "genuine" and answer["decision"] != "ALLOW":
            print(f"  {path.name}: {answer['decision']} {answer['reason_codes']}, score {answer['score']}, offset {answer['offset_frames']}")
    for (split, kind), decisions in sorted(table.items()):
        shares = ", ".join(f"{what} {count}" for what, count in decisions.most_common())
        print(f"{split} {kind}: {decisions.total()} pieces: {shares}")
    reliability(scored)

    right = wrong = 0
    for clip in clips:
        if clip["split"] != "test" or clip["corpus"] != "webcam":
            continue
        base = options.folder / f"{clip['file'].stem}.wide.mkv"
        cut(clip["file"], 3, 8, base)
        shifts = [sign * ms for ms in WIDE_MS for sign in (1, -1)]
        for ms in shifts:
            moved(base, ms, 8, base.with_suffix(f".{ms}.mkv"))
        own, *others = answers(options.binary, [base, *(base.with_suffix(f".{ms}.mkv") for ms in shifts)])
        for ms, answer in zip(shifts, others):
            known = own["offset_frames"] is not None and answer["offset_frames"] is not None
            if known and abs(answer["offset_frames"] - own["offset_frames"] + ms / 40) <= 1:
                right += 1
            else:
                wrong += 1
                print(f"  {clip['file'].stem} moved by {ms} ms: {answer['offset_frames']} for {own['offset_frames']}, {answer['decision']} {answer['reason_codes']}")
    print(f"0.7 to 1.9 s found within a frame: {right} of {right + wrong}")


if __name__ == "__main__":
    main()
