#!/usr/bin/env python3
"""How near each layer of each network comes to what this machine can do: bench/roofline.py CLIP [--json FILE].

The limit of a layer is the longer of its arithmetic at the speed of a bare matrix product of the same precision and its
bytes at the speed of a copy (bench/peaks.cpp, measured in the same run, one core). oneDNN itself tells what it ran and how
long it took (ONEDNN_VERBOSE). Layers of the same shape are one row.
"""

import argparse
import collections
import json
import os
import re
import subprocess
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / "build"
STAGES = {"faces": "detect, one look", "lips, f32": "lips of 4 s, f32", "lips": "lips of 4 s, best precision",
          "audio, f32": "audio of 4 s, f32", "audio": "audio of 4 s, best precision"}
SHORTEST_SHARE = 0.02  # of a stage's time, that is worth a row
BYTES = {"f32": 4, "bf16": 2, "s32": 4, "u8": 1, "s8": 1}


def peaks() -> dict[str, float]:
    lines = subprocess.run([BUILD / "peaks"], capture_output=True, text=True, check=True).stdout.splitlines()
    return {name: float(value) for name, value in map(str.split, lines)}


def number(problem: str, name: str, otherwise: int = 1) -> int:
    found = re.search(rf"(?<![a-z]){name}(\d+)", problem)
    return int(found[1]) if found else otherwise


class Layer:
    """One line of oneDNN's."""

    def __init__(self, line: str):
        fields = line.split(",")
        self.kind, self.kernel, memory, self.problem, self.ms = fields[3], fields[4].split(":")[-1], fields[6], fields[9], float(fields[10])
        types = dict(re.findall(r"(src|wei|dst)\w*_(\w+?):", memory)) or dict(re.findall(r"(src|wei|dst)_(\w+?):", memory))
        self.type = "int8" if types.get("wei") == "s8" else types.get("wei", types.get("src", "f32"))
        self.gflop = self.gbyte = 0.0
        if self.kind == "convolution":
            self.convolution(types)

    def convolution(self, types: dict[str, str]) -> None:
        p = self.problem
        n, groups, inputs, outputs = number(p, "mb"), number(p, "g"), number(p, "ic"), number(p, "oc")
        area = {side: [number(p, side + axis) for axis in "dhw"] for side in "iok"}
        volume = {side: a * b * c for side, (a, b, c) in area.items()}
        self.gflop = 2e-9 * n * outputs * inputs / groups * volume["o"] * volume["k"]
        self.gbyte = 1e-9 * (n * inputs * volume["i"] * BYTES[types.get("src", "f32")] + n * outputs * volume["o"] * BYTES[types.get("dst", "f32")]
                             + outputs * inputs / groups * volume["k"] * BYTES[types.get("wei", "f32")])

    def limit_ms(self, peak: dict[str, float]) -> float:
        return 1e3 * max(self.gflop / peak[self.type if self.type in peak else "f32"], self.gbyte / peak["copy"])


def layers(stage: str, clip: str) -> list[Layer]:
    # The first run lays out the weights; its lines are left out.
    done = subprocess.run([BUILD / "stages", clip, f"--benchmark_filter=^{re.escape(stage)}", "--benchmark_min_time=0.3"], capture_output=True, text=True,
                          check=True, env={**os.environ, "ONEDNN_VERBOSE": "1", "OMP_NUM_THREADS": "1"})
    return [Layer(line) for line in done.stdout.splitlines() if line.startswith("onednn_verbose,exec") and "reorder" not in line]


def table(stage: str, clip: str, peak: dict[str, float]) -> dict:
    rows = collections.defaultdict(list)
    for layer in layers(stage, clip):
        rows[layer.kind, layer.type, layer.kernel, layer.problem].append(layer)
    total = sum(layer.ms for all_ in rows.values() for layer in all_)
    reached = sum(layer.limit_ms(peak) for all_ in rows.values() for layer in all_) / total
    shown = []
    for (kind, type_, kernel, problem), all_ in sorted(rows.items(), key=lambda item: -sum(layer.ms for layer in item[1])):
        ms = sum(layer.ms for layer in all_)
        if ms / total < SHORTEST_SHARE:
            break
        seconds = 1e-3 * ms / len(all_)
        shown.append({"kind": kind, "type": type_, "kernel": kernel, "problem": problem, "share_of_time": round(ms / total, 3),
                      "gflops": round(all_[0].gflop / seconds, 1), "gbps": round(all_[0].gbyte / seconds, 1),
                      "of_limit": round(all_[0].limit_ms(peak) / (1e3 * seconds), 3)})
    return {"of_limit": round(reached, 3), "layers": shown}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    peak = peaks()
    print("one core: " + ", ".join(f"{name} {value:.0f} {'GB/s' if name == 'copy' else 'GFLOP/s'}" for name, value in peak.items()))
    report = {"peak": peak, "stages": {}}
    for name, stage in STAGES.items():
        found = report["stages"][name] = table(stage, options.clip, peak)
        print(f"\n{name}: {100 * found['of_limit']:.0f} % of the limit")
        print("| share of time | GFLOP/s | GB/s | of the limit | layer |\n|---|---|---|---|---|")
        for row in found["layers"]:
            print(f"| {100 * row['share_of_time']:.0f} % | {row['gflops']:.0f} | {row['gbps']:.1f} | {100 * row['of_limit']:.0f} % "
                  f"| {row['type']} {row['kernel']} {row['problem']} |")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
