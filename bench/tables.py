#!/usr/bin/python3
"""The tables of docs/results.md from reports of `syncnet evaluate`: bench/tables.py evaluation/report.json [grid/report.json]

A column a report. Two numbers are of clips with the silence trimmed away and of the same as filmed; brackets hold the middle
95 % of a bootstrap over people."""
import json
import sys
from pathlib import Path

CORPORA = {"grid": "GRID, 3 s", "lrc_ar": "broadcast, 1.2 s", "webcam": "webcam, 15 s"}
FORMS = ("trimmed", "as_filmed")


def percent(found: dict, places: int = 1, interval: bool = False) -> str:
    if found["value"] is None:
        return "-"
    text = f"{100 * found['value']:.{places}f}"
    return text + (f" ({100 * found['low']:.0f}-{100 * found['high']:.0f})" if interval else "")


def row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |")


def head(title: str, reports: list[dict]) -> None:
    print()
    row(title, *(f"`{report['run']['model']}`" for report in reports))
    row(*["---"] * (len(reports) + 1))


def both_forms(reports: list[dict], find, places: int = 1) -> list[str]:
    return ["; ".join(percent(find(report, form), places) for form in FORMS) + " %" for report in reports]


def main() -> None:
    reports = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
    head("offset within ±1 frame, from windows of", reports)
    for corpus, name in CORPORA.items():
        for length in (5, 15, 25, 50):
            if str(length) in reports[0]["offset_by_window"][corpus]:
                row(f"{name.split(',')[0]}, {length} frames",
                    *(percent(report["offset_by_window"][corpus][str(length)]["within_1"], interval=True) + " %" for report in reports))
    head("silence trimmed; as filmed", reports)
    for kind in ("swapped", "shifted"):
        for corpus, name in CORPORA.items():
            row(f"genuine against {kind} audio, EER: {name}", *both_forms(reports, lambda r, f: r["separation"][corpus][kind][f]["score"]["eer"]))
    for label in ("genuine", "swapped", "shifted"):
        for corpus, name in CORPORA.items():
            for decision in ("ALLOW", "BLOCK"):
                row(f"{label} gets {decision}: {name}",
                    *both_forms(reports, lambda r, f: r["decisions"][corpus][label][f]["all"][decision], 0))
    head("reliability (ECE)", reports)
    row("all corpora: trimmed; as filmed",
        *("; ".join(f"{r['reliability']['all'][form]['swapped_and_shifted']['ece']['value']:.3f}" for form in FORMS) for r in reports))
    for band in reports[0]["reliability_by_evidence"]:
        cells = [r["reliability_by_evidence"].get(band) for r in reports]
        row(f"with {band} of evidence", *("-" if c is None else f"{c['ece']['value']:.3f}" for c in cells))
    head("all corpora", reports)
    for bar in reports[0]["bars"]:
        if bar["corpus"] != "all" or "reliability" in bar["what"]:
            continue
        found = [next(b for b in r["bars"] if b["what"] == bar["what"])["measured"] for r in reports]
        row(bar["what"], *(f"{f['value']:.1f} ms" if bar["unit"] == "ms" else percent(f) + " points" for f in found))


if __name__ == "__main__":
    main()
