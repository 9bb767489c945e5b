#!/usr/bin/python3
"""When a verdict may be given before the end: bench/early.py --data ../shared/data [--binary build/syncnet] [--folder FOLDER]

Pieces of 4 s (of GRID all 3 s) of people of validation and test: with their own audio, and with that of DONORS others. Each is
followed (`syncnet score --follow`), so that what a look at any time would have said is known. From validation it chooses
the rule of score::EarlyStop that decides soonest while at most 1 in 200 mismatched clips is ever allowed and at most 1 in 200
genuine ones is ever blocked, at whichever look, and asks for three times the odds; then it says what the rule does on both splits: by person, with
bootstrap over people. Media and traces go to FOLDER and are used again."""
import argparse
import json
import random
import subprocess
import tempfile
from collections import defaultdict
from itertools import product
from pathlib import Path

from evidence import PIECE_S, cut, ffmpeg

DONORS = 4
MOST_CLIPS = 80      # of a corpus and split: people alternate
MOST_WRONG = 1 / 200
MARGIN = 3           # in odds: validation has few people, and none of its clips shows how rarely it happens
ALLOW = (0.90, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
ALLOW_S = (0.5, 0.8, 1.0, 1.2, 1.5, 1.8, 2.0)
MISMATCH_S = (2.0, 2.2, 2.4, 2.6, 2.8, 3.0, 3.2)
AT_ONCE = 20


def clips_of(data: Path) -> list[dict]:
    """Of validation and test, a person's after another's."""
    found = defaultdict(lambda: defaultdict(list))
    for line in (data / "manifest.jsonl").read_text().splitlines():
        clip = json.loads(line)
        if clip["split"] != "train" and clip["label"] == "genuine" and clip["duration_s"] >= 2.9:
            found[clip["corpus"], clip["split"]][clip["speaker"]].append(clip | {"file": data / clip["path"]})
    chosen = []
    for people in found.values():
        turns = [clip for turn in zip_longest(people.values()) for clip in turn]
        chosen += turns[:MOST_CLIPS]
    return chosen


def zip_longest(lists) -> list[list[dict]]:
    lists = [list(one) for one in lists]
    return [[one[k] for one in lists if k < len(one)] for k in range(max(map(len, lists)))]


def pieces(clip: dict, clips: list[dict], folder: Path) -> list[dict]:
    """Each with its own audio and with others'."""
    draw = random.Random(clip["path"])
    seconds = min(PIECE_S, clip["duration_s"])
    others = [other for other in clips if other["speaker"] != clip["speaker"] and other["duration_s"] >= seconds]
    made = []
    for start in range(0, max(1, int(clip["duration_s"] - seconds) + 1), 2):
        about = {key: clip[key] for key in ("corpus", "split", "speaker")}
        stem = f"{clip['corpus']}_{clip['speaker']}_{clip['file'].stem}_{start}"
        own = folder / f"{stem}.mkv"
        cut(clip["file"], start, seconds, own)
        made.append(about | {"genuine": True, "file": own})
        for k, donor in enumerate(draw.sample(others, min(DONORS, len(others)))):
            swapped = folder / f"{stem}.{k}.mkv"
            if not swapped.exists():
                ffmpeg("-i", own, "-ss", draw.uniform(0, donor["duration_s"] - seconds), "-t", seconds, "-i", donor["file"],
                       "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "pcm_s16le", "-t", seconds, swapped)
            made.append(about | {"genuine": False, "file": swapped})
    return made


def traces(binary: Path, made: list[dict]) -> None:
    """Into each piece: what every look at it said, and the answer."""
    for at in range(0, len(made), AT_ONCE):
        batch = made[at:at + AT_ONCE]
        done = subprocess.run([binary, "score", "--json", "--follow", *(piece["file"] for piece in batch)], capture_output=True, text=True)
        looks, by_file = [], {}
        for line in map(json.loads, done.stdout.splitlines()):
            if "video_path" not in line:
                looks.append({key: line[key] for key in ("seconds", "decision", "score", "evidence_s", "reason_codes")})
            else:
                by_file[line["video_path"]] = (looks, line.get("decision"), line.get("video", {}).get("seconds"))
                looks = []
        for piece in batch:
            piece["looks"], piece["decision"], piece["seconds"] = by_file.get(str(piece["file"]), ([], None, None))


def stop(piece: dict, rule: tuple[float, float, float]) -> tuple[str, float]:
    """The decision, and after how many seconds."""
    allow, allow_s, mismatch_s = rule
    for look in piece["looks"]:
        if look["decision"] == "ALLOW" and look["score"] >= allow and look["evidence_s"] >= allow_s:
            return "ALLOW", look["seconds"]
        if look["decision"] == "BLOCK" and look["reason_codes"][0] == "voice_does_not_match" and look["evidence_s"] >= mismatch_s:
            return "BLOCK", look["seconds"]
    return piece["decision"], piece["seconds"]


def wrong(pieces: list[dict], rule: tuple) -> tuple[float, float]:
    """Of mismatched pieces those that are ALLOWed before the end, of genuine ones those that are BLOCKed."""
    def share(genuine: bool, decision: str) -> float:
        some = [piece for piece in pieces if piece["genuine"] == genuine]
        return sum(stop(piece, rule)[0] == decision and stop(piece, rule)[1] < piece["seconds"] for piece in some) / len(some)
    return share(False, "ALLOW"), share(True, "BLOCK")


def choose(pieces: list[dict]) -> tuple:
    """The soonest of those that are seldom wrong."""
    allowed = [(a, s, 99) for a, s in product(ALLOW, ALLOW_S) if wrong(pieces, (a, s, 99))[0] <= MOST_WRONG]
    a, s, _ = min(allowed, key=lambda rule: sum(stop(piece, rule)[1] for piece in pieces if piece["genuine"]))
    a = round(1 - (1 - a) / MARGIN, 4)
    blocked = [m for m in MISMATCH_S if wrong(pieces, (2, 99, m))[1] <= MOST_WRONG]
    return a, s, min(blocked, default=99)


def interval(values_of: dict[str, list[float]], seed: int = 1) -> str:
    """A mean, and 95 % of it by bootstrap over people."""
    draw, people, means = random.Random(seed), list(values_of), []
    for _ in range(1000):
        values = [value for person in draw.choices(people, k=len(people)) for value in values_of[person]]
        means.append(sum(values) / len(values))
    means.sort()
    all_values = [value for values in values_of.values() for value in values]
    return f"{100 * sum(all_values) / len(all_values):5.1f} % ({100 * means[25]:.1f} to {100 * means[975]:.1f})"


def report(pieces: list[dict], rule: tuple) -> None:
    groups = defaultdict(list)
    for piece in pieces:
        groups[piece["split"], piece["corpus"], piece["genuine"]].append(piece)
        groups[piece["split"], "all", piece["genuine"]].append(piece)
    print("split       corpus   audio    pieces  ALLOW at the end        ALLOW early             BLOCK at the end        BLOCK early             seconds saved")
    for (split, corpus, genuine), some in sorted(groups.items()):
        def by_person(value) -> str:
            values = defaultdict(list)
            for piece in some:
                values[piece["speaker"]].append(value(piece))
            return interval(values)
        print(f"{split:11} {corpus:8} {'own' if genuine else 'another':8} {len(some):5}  "
              f"{by_person(lambda p: p['decision'] == 'ALLOW'):23} {by_person(lambda p: stop(p, rule)[0] == 'ALLOW'):23} "
              f"{by_person(lambda p: p['decision'] == 'BLOCK'):23} {by_person(lambda p: stop(p, rule)[0] == 'BLOCK'):23} "
              f"{by_person(lambda p: 1 - stop(p, rule)[1] / p['seconds'])}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--binary", type=Path, default=Path("build/syncnet"))
    arguments.add_argument("--folder", type=Path)
    options = arguments.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="syncnet-early-"))
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "traces.json"
    if not kept.exists():
        clips = clips_of(options.data)
        made = [piece for clip in clips
                for piece in pieces(clip, [other for other in clips if (other["corpus"], other["split"]) == (clip["corpus"], clip["split"])], folder)]
        traces(options.binary, made)
        kept.write_text(json.dumps([piece | {"file": str(piece["file"])} for piece in made]))
    made = [piece for piece in json.loads(kept.read_text()) if piece["seconds"]]
    rule = choose([piece for piece in made if piece["split"] == "validation"])
    print('"early": ' + json.dumps(dict(zip(("allow", "allow_seconds", "mismatch_seconds"), rule))))
    report(made, rule)


if __name__ == "__main__":
    main()
