"""Real people, where the clips for evaluation are there: the product finds them in sync, and their delay when delayed."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SYNCNET_BINARY", ROOT / "build/syncnet"))
DATA = ROOT.parent / "shared/data"
FEW = 6         # clips of a corpus: a look, not the evaluation (syncnet evaluate)


def clips(corpus: str) -> list[Path]:
    lines = (json.loads(line) for line in (DATA / "manifest.jsonl").read_text().splitlines())
    return [DATA / line["path"] for line in lines if line["corpus"] == corpus and line["split"] == "test"][:FEW]


def offsets(videos: list[Path]) -> list[int]:
    done = subprocess.run([BINARY, "score", "--json", *videos], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line)["debug"]["all_results"][0]["offset"] for line in done.stdout.splitlines()]


@unittest.skipUnless(DATA.is_dir(), "the clips of ../shared/data are not here")
class RealClips(unittest.TestCase):
    def test_studio_sentences_are_in_sync(self) -> None:
        for offset in offsets(clips("grid")):
            self.assertLessEqual(abs(offset), 1)

    def test_most_vloggers_are_nearly_in_sync(self) -> None:
        near = [abs(offset) <= 3 for offset in offsets(clips("webcam"))]
        self.assertGreaterEqual(sum(near), len(near) - 1)

    def test_a_delay_of_200_ms_moves_the_offset_by_minus_5(self) -> None:
        videos = clips("grid")
        with tempfile.TemporaryDirectory() as folder:
            late = []
            for video in videos:
                late.append(Path(folder) / video.name)
                subprocess.run(["ffmpeg", "-v", "error", "-i", video, "-c:v", "copy", "-af", "adelay=200",
                                "-c:a", "flac", late[-1]], check=True)
            for before, after in zip(offsets(videos), offsets(late)):
                self.assertLessEqual(abs(after - (before - 5)), 1)


if __name__ == "__main__":
    unittest.main()
