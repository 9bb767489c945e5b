"""The way from a binary that cuts clips to an exported model, on made-up clips. A few steps only: that it runs."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import torch

from training import crossfit, custom_model, dataset, trainer
from training.checkpoint import load_model
from training.export import export
from training.networks import LipSync
from training.tests.synthetic_clips import write_corpus

torch.set_num_threads(1)      # two would wait for each other on a machine that is also compiling
ROOT = Path(__file__).parents[2]

STAND_IN = f"""#!{sys.executable}
# Stands in for the product's binary: `crops --list FILE --out DIR`.
import json, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from training.tests.synthetic_clips import write_spoken_clip
for line in Path(sys.argv[3]).read_text().splitlines():
    video, name = line.split("\\t")
    if "broken" in video:
        print(json.dumps({{"video": video, "error": "no face"}}))
    else:
        print(json.dumps({{"video": video, **write_spoken_clip(Path(sys.argv[5]), name, seed=sum(map(ord, video)))}}))
"""


def stand_in(folder: Path) -> Path:
    binary = folder / "syncnet"
    binary.write_text(STAND_IN)
    os.chmod(binary, 0o755)
    return binary


class Prepare(unittest.TestCase):
    def test_goes_on_where_it_stopped(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            binary = stand_in(folder)
            manifest = folder / "manifest.jsonl"
            paths = ["clips/grid/a.mkv", "clips/grid/broken.mkv", "clips/webcam/c.mp4"]
            command = [sys.executable, "-m", "training.prepare", "--manifest", manifest, "--binary", binary, "--out", folder / "out"]
            for known in (2, 3):
                manifest.write_text("".join(json.dumps({"path": path, "corpus": "grid", "speaker": "s", "split": "train"}) + "\n" for path in paths[:known]))
                subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            entries = [json.loads(line) for line in (folder / "out" / "index.jsonl").read_text().splitlines()]
            self.assertEqual([entry["name"] for entry in entries], ["clips_grid_a", "clips_webcam_c"])
            self.assertEqual(len(dataset.load_clips(folder / "out", "train")), 2)


class Training(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory()
        cls.data = Path(cls.temporary.name)
        write_corpus(cls.data, {"train": 12, "validation": 3})
        cls.clips = dataset.load_clips(cls.data, "train")
        cls.validation = dataset.load_clips(cls.data, "validation")
        cls.run_folder = cls.data / "run"
        cls.mix = {"webcam": 0.3, "lrc_ar": 0.55, "grid": 0.15}

    @classmethod
    def tearDownClass(cls) -> None:
        cls.temporary.cleanup()

    def exported(self, model: LipSync) -> Path:
        return export(model, self.data / "exported", "lipsync", {"trained_on": "nothing"})

    @mock.patch.object(trainer, "BATCH", 8)
    def test_trains_resumes_and_measures(self) -> None:
        first = trainer.Trainer(self.run_folder, self.clips, self.validation, self.mix, steps=2)
        first.train()
        second = trainer.Trainer(self.run_folder, self.clips, self.validation, self.mix, steps=4, resume=True)
        self.assertEqual(second.step, 2)
        second.train()
        model, about = load_model(self.run_folder / "checkpoint.pt")
        self.assertEqual(about, {"trained_on": "grid, lrc_ar, webcam", "steps": "4"})
        third = trainer.Trainer(self.data / "third", self.clips, self.validation, self.mix, steps=1, fix_edges=True,
                                start=self.exported(model))
        kernel = third.model.lip.conv4.conv.weight.clone()
        third.train()
        self.assertTrue((third.model.lip.conv4.conv.weight == kernel).all())
        offsets = crossfit.estimate(model, self.validation)
        self.assertTrue(all(abs(offset) <= crossfit.LARGEST + 0.5 for offset in offsets.values()))


class Edition(unittest.TestCase):
    """The one command, on a folder of clips."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.clips = self.folder / "clips"

    def write_clips(self, speakers: str, each: int) -> None:
        for speaker in speakers:
            (self.clips / speaker).mkdir(parents=True)
            for number in range(each):
                (self.clips / speaker / f"{number}{speaker}.MP4").touch()

    def run_training(self) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "training.custom_model", self.clips, "--name", "acme", "--out", self.folder / "out", "--binary", stand_in(self.folder),
                   "--minutes", "0.01", "--learning-rate", "1e-6", "--start", ROOT / "models/lipsync.safetensors", "--threads", "1"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def test_speakers_are_folders_and_never_on_both_sides(self) -> None:
        self.write_clips("abcdef", 3)
        (self.clips / "alone.webm").touch()
        (self.clips / "a" / "notes.txt").touch()
        entries = custom_model.manifest_of(self.clips)
        self.assertEqual(len(entries), 19)
        split = {entry["speaker"]: entry["split"] for entry in entries}
        self.assertEqual(set(split), {*"abcdef", "alone"})
        self.assertTrue(all(split[entry["speaker"]] == entry["split"] for entry in entries))
        self.assertIn(sum(entry["split"] == "validation" for entry in entries), (3, 4, 5, 6))

    def test_from_a_folder_to_weights_and_calibration(self) -> None:
        self.write_clips("abcdefgh", 6)
        done = self.run_training()
        self.assertEqual(done.returncode, 0, done.stderr)
        out = self.folder / "out"
        self.assertIn(f"MODEL_PATH={out / 'acme.safetensors'}", done.stdout)
        bundled = json.loads((ROOT / "models/lipsync.calibration.json").read_text())
        self.assertEqual(set(json.loads((out / "acme.calibration.json").read_text())), set(bundled))
        again = self.run_training()
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("48 clips were there, 0 cut now", again.stdout)

    def test_too_few_clips_are_refused_with_the_number_it_takes(self) -> None:
        self.write_clips("abc", 4)
        done = self.run_training()
        self.assertEqual(done.returncode, 1)
        self.assertIn("it takes 32 and 6", done.stderr)


if __name__ == "__main__":
    unittest.main()
