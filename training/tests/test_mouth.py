"""The mouth head: what it is shown, that it trains, how it comes into a model."""
import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from training import graft, mouth, mouth_images, safetensors
from training.tests.synthetic_clips import mouth as draw_mouth

torch.set_num_threads(1)


def faces(count: int) -> np.ndarray:
    """uint8 [count, 176, 176]: mouths in the middle of skin."""
    random = np.random.default_rng(5)
    return np.stack([np.pad(draw_mouth(random.uniform(0, 1), random, random.uniform(110, 200)), 48, mode="reflect") for _ in range(count)])


def write_cuts(folder: Path) -> None:
    lines = []
    for number, split in enumerate(("train", "train", "validation")):
        np.save(folder / f"clip{number}.crops.npy", faces(20))
        lines.append({"name": f"clip{number}", "corpus": "grid", "speaker": f"s{number}", "split": split})
    (folder / "index.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


class Images(unittest.TestCase):
    def test_every_kind_is_a_image(self) -> None:
        kinds = list(mouth_images.KINDS) * 3
        frames = mouth_images.make(np.random.default_rng(0), faces(len(kinds)), kinds)
        self.assertEqual(frames.shape, (len(kinds), 64, 64))
        self.assertTrue(((frames >= 0) & (frames <= 255) & (frames == frames.round())).all())

    def test_hidden_lips_are_hidden_and_others_are_not(self) -> None:
        crop = np.full((80, 80), 1000.0)        # no filling looks like that
        for kind in mouth_images.HIDDEN_KINDS:
            for seed in range(10):
                random = np.random.default_rng(seed)
                made = mouth_images.cover(random, crop, kind, hides=True)
                self.assertGreaterEqual((mouth_images.LIP_AREA * (made < 500)).sum(), mouth_images.HIDDEN - 0.1, kind)
                made = mouth_images.cover(random, crop, kind, hides=False)
                if made is not None:
                    self.assertLessEqual((mouth_images.LIP_AREA * (made < 500)).sum(), mouth_images.CLEAR + 0.1, kind)

    def test_another_place_is_not_the_middle(self) -> None:
        random = np.random.default_rng(0)
        stored = np.zeros((176, 176), np.uint8)
        stored[83:93, 83:93] = 255
        self.assertEqual(mouth_images.part_of(random, stored, "plain")[35:45, 35:45].min(), 255)
        for _ in range(20):
            self.assertEqual(mouth_images.part_of(random, stored, "elsewhere")[31:49, 31:49].max(), 0)


class Head(unittest.TestCase):
    def test_export_computes_the_same(self) -> None:
        torch.manual_seed(0)
        model = mouth.MouthHead().eval()
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2.0)
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            exported = mouth.export(model, Path(folder) / "mouth.safetensors")
            self.assertEqual(len(safetensors.load(Path(folder) / "mouth.safetensors")[0]), 2 * 6)
            expected = mouth.golden(model)
            np.testing.assert_allclose(mouth.golden(exported)["logits"], expected["logits"], atol=0.05)
        self.assertEqual(expected["crops"].shape, (len(expected["logits"]), 64, 64))

    def test_trains_and_measures(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_cuts(folder)
            self.assertEqual(mouth.load_crops(folder, "train", None).pixels.shape, (8, 176, 176))
            shares = mouth.train_head(folder, folder / "out" / "mouth.safetensors", minutes=0.001)
            self.assertEqual(set(shares), {"real", "real, grid", *mouth_images.KINDS})
            self.assertTrue((folder / "out" / "mouth.safetensors").exists())

    def test_narrow_crops_are_refused(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            write_cuts(Path(name))
            np.save(Path(name) / "clip1.crops.npy", np.zeros((20, 80, 80), np.uint8))
            with self.assertRaisesRegex(ValueError, "--side"):
                mouth.load_crops(Path(name), "train", None)


class Graft(unittest.TestCase):
    def test_takes_the_place_of_one_part(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            source, target, manifest = folder / "new.safetensors", folder / "acme.safetensors", folder / "manifest.json"
            one, two = np.ones((2, 3), np.float16), np.full(4, 2, np.float16)
            safetensors.save(source, {"mouth.out.weight": two, "lip.stem.weight": two}, {})
            safetensors.save(target, {"lip.stem.weight": one, "mouth.old.weight": one}, {"format": "lipsync/2"})
            manifest.write_text(json.dumps({"models": [{"file": "other"}, {"file": "acme.safetensors", "bytes": 1, "sha256": ""}]}))
            self.assertEqual(graft.graft(source, target, "mouth"), 1)
            graft.tell_manifest(manifest, target)
            tensors, metadata = safetensors.load(target)
            self.assertEqual(graft.parts(target), {"lip", "mouth"})
            self.assertEqual(metadata, {"format": "lipsync/2"})
            self.assertEqual(set(tensors), {"lip.stem.weight", "mouth.out.weight"})
            self.assertTrue((tensors["lip.stem.weight"] == 1).all() and (tensors["mouth.out.weight"] == 2).all())
            entry = json.loads(manifest.read_text())["models"][1]
            self.assertEqual(entry["bytes"], target.stat().st_size)
            self.assertEqual(entry["sha256"], hashlib.sha256(target.read_bytes()).hexdigest())
            with self.assertRaises(ValueError):
                graft.graft(source, target, "speech")


if __name__ == "__main__":
    unittest.main()
