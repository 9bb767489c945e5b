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

from training import crossfit, dataset, evaluate, trainer
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
from training.tests.synthetic_clips import write_clip
for line in Path(sys.argv[3]).read_text().splitlines():
    video, name = line.split("\\t")
    if "broken" in video:
        print(json.dumps({{"video": video, "error": "no face"}}))
    else:
        print(json.dumps({{"video": video, **write_clip(Path(sys.argv[5]), name, 40, seed=1)}}))
"""


class Prepare(unittest.TestCase):
    def test_goes_on_where_it_stopped(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            binary = folder / "syncnet"
            binary.write_text(STAND_IN)
            os.chmod(binary, 0o755)
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
        export(model, self.data / "exported", {"trained_on": "nothing"})
        return self.data / "exported" / "lipsync.safetensors"

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
        report = evaluate.evaluate(model, self.validation[:6])
        self.assertEqual(set(report), {"grid", "lrc_ar", "all"})
        self.assertIn("injected delay", evaluate.table(report))
        offsets = crossfit.estimate(model, self.validation)
        self.assertTrue(all(abs(offset) <= crossfit.LARGEST + 0.5 for offset in offsets.values()))


if __name__ == "__main__":
    unittest.main()
