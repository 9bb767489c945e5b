#!/usr/bin/python3
"""The published networks against PyTorch on the same machine, in one run: official.py OFFICIAL_BINARY SYNCNET_BINARY CLIP

PyTorch runs the same architectures (tests/reference) with both cores, as the reference's Python does, without its JPEGs and
subprocesses. Ratios count; each side is measured in turn, three times, and its best is taken.
"""
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.reference import made_up_models  # noqa: E402
from tests.reference.s3fd import S3fd  # noqa: E402
from tests.reference.syncnet_v2 import SyncNetV2  # noqa: E402

ROUNDS = 3


def best_seconds(work, times: int = 3) -> float:
    work()
    best = float("inf")
    for _ in range(times):
        start = time.monotonic()
        work()
        best = min(best, time.monotonic() - start)
    return best


def pytorch() -> dict[str, float]:
    torch.set_num_threads(2)
    syncnet, detector = SyncNetV2().eval(), S3fd().eval()
    lips, audio, image = torch.rand(20, 3, 5, 224, 224) * 255, torch.randn(96, 1, 13, 20), torch.rand(1, 3, 120, 160) * 255
    with torch.no_grad():
        return {"lip_windows_per_s": 20 / best_seconds(lambda: syncnet.lips(lips)), "audio_windows_per_s": 96 / best_seconds(lambda: syncnet.audio(audio)),
                "s3fd_ms": 1e3 * best_seconds(lambda: detector(image))}


def ours(binary: str) -> dict[tuple[str, str], float]:
    lines = subprocess.run([binary], capture_output=True, text=True, check=True).stdout.splitlines()
    return {(name, precision): float(value) for name, precision, value in map(str.split, lines)}


def better(name: str, a: float, b: float) -> float:
    return min(a, b) if name.endswith("_ms") else max(a, b)


def clip(binary: str, video: str, weights: tuple[Path, Path], *flags: str) -> tuple[float, dict]:
    """The best of the processing times (ms) of one process that scores the clip four times, and the last answer."""
    done = subprocess.run([binary, "score", "--json", "--model-path", weights[0], "--detector-path", weights[1], *flags, *[video] * 4],
                          capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return min(answer["processing_time_ms"] for answer in answers), answers[-1]


def main() -> None:
    official, syncnet, video = sys.argv[1:]
    theirs: dict[str, float] = {}
    mine: dict[tuple[str, str], float] = {}
    for _ in range(ROUNDS):
        for name, value in pytorch().items():
            theirs[name] = better(name, value, theirs.get(name, value))
        for key, value in ours(official).items():
            mine[key] = better(key[0], value, mine.get(key, value))
    for name, value in theirs.items():
        print(f"{name:20} PyTorch f32 {value:8.1f}", end="")
        for (other, precision), own in mine.items():
            if other == name:
                print(f"   {precision} {own:8.1f} ({(value / own if name.endswith('_ms') else own / value):.2f}x)", end="")
        print()
    frames = 100
    stages = frames * theirs["s3fd_ms"] + 1e3 * (frames - 5) / theirs["lip_windows_per_s"] + 1e3 * (frames - 5) / theirs["audio_windows_per_s"]
    with tempfile.TemporaryDirectory() as folder:
        weights = made_up_models.write(Path(folder))
        print(f"4 s of 640x480, the networks alone in PyTorch: {stages:.0f} ms")
        for precision in ("f32", "auto", "bf16"):
            spent, _ = clip(syncnet, video, weights, "--precision", precision)
            print(f"  all of it here, S3FD on every frame, {precision:6}: {spent:5.0f} ms ({stages / spent:.1f}x)")
        for precision in ("auto", "bf16"):
            every, reference = clip(syncnet, video, weights, "--precision", precision, "--detector", "blazeface", "--stride", "1")
            spent, answer = clip(syncnet, video, weights, "--precision", precision, "--detector", "blazeface")
            a, b = (x["debug"]["all_results"][0] for x in (reference, answer))
            print(f"  our detector on every 4th frame,     {precision:6}: {spent:5.0f} ms; against every frame ({every:.0f} ms): "
                  f"offset {a['offset']} and {b['offset']}, confidence {100 * (b['confidence'] / a['confidence'] - 1):+.2f} %")


if __name__ == "__main__":
    main()
