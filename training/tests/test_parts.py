"""The parts that need no training: front end, networks, curve, containers, cuts."""
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from training import augment_picture, augment_sound, dataset, export, losses, measures, mel, networks, prepare, safetensors, sync
from training.batches import FIELD_SAMPLES, PLACES, BatchMaker
from training.synthetic_sound import SoundPool
from training.tests.synthetic_clips import write_corpus

torch.set_num_threads(2)


class FrontEnd(unittest.TestCase):
    def test_torch_agrees_with_the_definition(self) -> None:
        sound = (np.random.default_rng(0).normal(size=48000) * 2000).astype(np.int16)
        expected = mel.log_mel_reference(sound)
        fast = mel.log_mel(torch.from_numpy(sound.astype(np.float32) / 32768)[None])
        np.testing.assert_allclose(fast[0].numpy(), expected, atol=1e-3)
        np.testing.assert_allclose(mel.normalise(fast)[0].numpy(), mel.normalise_reference(expected), atol=1e-3)

    def test_every_band_hears_something(self) -> None:
        self.assertTrue((mel.mel_filters().sum(axis=1) > 0.5).all())


class Networks(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        self.model = networks.LipSync().eval()

    def test_a_lip_embedding_sees_eleven_frames(self) -> None:
        frames = torch.rand(1, 40, 64, 64) * 255
        with torch.no_grad():
            before = self.model.lip(frames)
            frames[0, 20] = 0
            changed = ((self.model.lip(frames) - before).abs().amax((0, 2)) > 0).nonzero().flatten() + networks.LIP_REACH
        self.assertEqual(before.shape, (1, 30, 128))
        self.assertEqual(changed.tolist(), list(range(15, 26)))

    def test_a_sound_embedding_sees_its_35_mel_frames(self) -> None:
        mels = torch.randn(1, 2, 40, 160)
        for tower, channels in ((self.model.sound, 1), (self.model.speech, 2)):
            with torch.no_grad():
                before = tower(mels[:, :channels])
                seen_by_20 = []
                for t in (63, 64, 98, 99):      # 4i-16 .. 4i+18 for i = 20
                    changed = mels.clone()
                    changed[..., t] += 3
                    after = tower(changed[:, :channels])
                    seen_by_20.append(bool((after - before)[0, 20 - networks.SOUND_FIRST].abs().max() > 0))
            self.assertEqual(seen_by_20, [False, True, True, False])
            self.assertEqual(before.shape[1], (160 - 35) // 4 + 1)

    def test_export_computes_the_same(self) -> None:
        for module in self.model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2.0)
        with tempfile.TemporaryDirectory() as folder:
            export.export(self.model, Path(folder), {"trained_on": "nothing"})
            file = Path(folder) / "lipsync.safetensors"
            self.assertLess(file.stat().st_size, 8_000_000)
            tensors, metadata = safetensors.load(file)
            golden, _ = safetensors.load(Path(folder) / "lipsync_golden.safetensors")
        self.assertEqual(metadata["format"], "lipsync/1")
        self.assertEqual(len(tensors), 2 * (10 + 7 + 7))
        self.assertEqual(golden["lip_embeddings"].shape, (7, 128))
        self.assertEqual(golden["sound_embeddings"].shape, (24, 128))
        self.assertEqual(golden["speech_logits"].shape, (24,))
        with torch.no_grad():
            exact = self.model.lip(torch.from_numpy(golden["crops"].copy())[None])[0].numpy()
        np.testing.assert_allclose(golden["lip_embeddings"], exact, atol=0.01)


class Curve(unittest.TestCase):
    def test_delayed_sound_lowers_the_offset(self) -> None:
        rows = np.random.default_rng(0).normal(size=(60, 128))
        rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        lip = sync.Embeddings(5, rows[1:50])
        for delay in (-5, 0, 5):
            result = sync.read_curve(sync.sync_curve(lip, sync.Embeddings(4 + delay, rows)))
            self.assertEqual(result.offset, -delay)
            self.assertGreater(result.confidence, 1.0)

    def test_five_pairs_are_needed(self) -> None:
        rows = np.eye(128, dtype=np.float32)[:9]
        curve = sync.sync_curve(sync.Embeddings(5, rows), sync.Embeddings(5, rows))
        self.assertEqual(np.isfinite(curve).sum(), 9)       # shifts -4 .. 4
        self.assertIsNone(sync.read_curve(sync.sync_curve(sync.Embeddings(5, rows[:4]), sync.Embeddings(5, rows))))

    def test_error_rates(self) -> None:
        self.assertEqual(measures.auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])), 1.0)
        self.assertEqual(measures.equal_error_rate(np.array([2.0, 3.0]), np.array([0.0, 1.0])), 0.0)
        self.assertEqual(measures.auc(np.array([1.0]), np.array([1.0])), 0.5)


class Diagonals(unittest.TestCase):
    def test_row_k_at_place_v(self) -> None:
        x = torch.rand(2, 15, 15 + PLACES)
        y = losses.diagonals(x)
        self.assertEqual(y.shape, (2, 15, PLACES + 1))
        self.assertTrue(all(y[1, k, v] == x[1, k, k + v] for k in range(15) for v in range(PLACES + 1)))


class Augmentation(unittest.TestCase):
    def test_sound_stays_where_it_is(self) -> None:
        random = np.random.default_rng(3)
        click = torch.zeros(16, 32000)
        click[:, 12000] = 1.0
        augment_sound.reverberate(random, click)
        augment_sound.colour(random, click)
        self.assertTrue(((click.abs().argmax(1) - 12000).abs() <= 1).all())

    def test_held_frames_are_never_from_the_future(self) -> None:
        random = np.random.default_rng(0)
        for _ in range(200):
            index = augment_picture.held_frames(random, 40)
            self.assertTrue((index <= np.arange(40)).all())
            self.assertTrue((np.arange(40) - index <= 3).all())
            self.assertTrue((np.diff(index) >= 0).all())

    def test_noise_of_the_pool_is_finite(self) -> None:
        random = np.random.default_rng(0)
        sound = augment_sound.not_speech(random, 12, 16000, SoundPool(0, pieces=4, seconds=2.0))
        self.assertTrue(torch.isfinite(sound).all() and sound.abs().max() <= 1)


class Cuts(unittest.TestCase):
    def test_sound_outside_is_marked(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_corpus(Path(folder), {"train": 1})
            clip = dataset.load_clips(Path(folder), "train", {"lrc_ar"})[0]
        clip.heard = (0, len(clip.sound))
        sound, valid = BatchMaker.cut_sound(clip, -3 * 640, 55 * 640)
        self.assertEqual(len(valid), 55 - 9)
        np.testing.assert_allclose(sound[3 * 640:3 * 640 + 1000] * 32768, clip.sound[:1000])
        expected = [640 * (j - 3) >= 0 and 640 * (j - 3) + FIELD_SAMPLES <= len(clip.sound) for j in range(46)]
        self.assertEqual(valid.tolist(), expected)

    def test_names(self) -> None:
        self.assertEqual(prepare.clip_name("clips/grid/s1/bbaf2n.mkv"), "clips_grid_s1_bbaf2n")


if __name__ == "__main__":
    unittest.main()
