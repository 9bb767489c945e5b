"""The parts that need no training: front end, networks, curve, containers, cuts."""
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from training import augment_image, augment_sound, dataset, export, losses, measures, mel, networks, prepare, safetensors, sync
from training.batches import FIELD_SAMPLES, PLACES, BatchMaker, Cuts, apart, cut_sounds
from training.clip_store import ClipStore
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

    def test_a_lip_embedding_sees_29_frames(self) -> None:
        frames = torch.rand(1, 70, 64, 64) * 255
        with torch.no_grad():
            before, reliability = self.model.lip(frames)
            frames[0, 30] = 0
            changed = ((self.model.lip(frames)[0] - before).abs().amax((0, 2)) > 0).nonzero().flatten() + networks.LIP_FIRST
        self.assertEqual(before.shape, (1, 66, 128))
        self.assertEqual(reliability.shape, (1, 66))
        self.assertEqual(changed.tolist(), list(range(16, 45)))

    def test_what_sees_which_mel_frames(self) -> None:
        mels = torch.randn(1, 2, 40, 320)
        reach = 4 * networks.CONTEXT
        for what, first, field in ((lambda x: self.model.sound(x[:, :1])[0], networks.SOUND_FIRST, (4 + reach, 6 + reach)),
                                   (lambda x: self.model.speech(x)[..., None], networks.SPEECH_FIRST, (16, 18))):
            with torch.no_grad():
                before = what(mels)
                seen_by_40 = []
                for t in (159 - field[0], 160 - field[0], 160 + field[1], 161 + field[1]):
                    changed = mels.clone()
                    changed[..., t] += 3
                    seen_by_40.append(bool((what(changed) - before)[0, 40 - first].abs().max() > 0))
            self.assertEqual(seen_by_40, [False, True, True, False])

    def test_beyond_its_ends_a_sound_stands_still(self) -> None:
        mels = torch.randn(2, 1, 40, 200)
        with torch.no_grad():
            whole = self.model.sound(mels[:, :, :, 40:140])[0]
            part = self.model.sound(mels, torch.tensor([10, 10]), torch.tensor([33, 33]))[0][:, 10:33]
        torch.testing.assert_close(part, whole, atol=1e-5, rtol=0)

    def test_fixed_layers_compute_the_same(self) -> None:
        frames = torch.rand(2, 12, 64, 64) * 255
        with torch.no_grad():
            before = self.model.lip(frames)[0]
            self.model.lip.fix_edges()
            torch.testing.assert_close(self.model.lip(frames)[0], before, atol=1e-5, rtol=0)
        self.assertFalse(any(p.requires_grad for layer in self.model.lip.edges() for p in layer.parameters()))

    def test_export_computes_the_same(self) -> None:
        for module in self.model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2.0)
        with tempfile.TemporaryDirectory() as folder:
            export.export(self.model, Path(folder), "lipsync", {"trained_on": "nothing"})
            file = Path(folder) / "lipsync.safetensors"
            self.assertLess(file.stat().st_size, 8_000_000)
            tensors, metadata = safetensors.load(file)
            golden, _ = safetensors.load(Path(folder) / "lipsync_golden.safetensors")
        self.assertEqual(metadata["format"], "lipsync/2")
        self.assertEqual(len(tensors), 2 * (13 + 10 + 7))
        self.assertEqual(golden["lip_embeddings"].shape, (13, 128))
        self.assertEqual(golden["sound_embeddings"].shape, (30, 128))
        self.assertEqual(golden["speech_logits"].shape, (24,))
        with torch.no_grad():
            exact = self.model.lip(torch.from_numpy(golden["crops"].copy())[None])[0][0].numpy()
        np.testing.assert_allclose(golden["lip_embeddings"], exact, atol=0.01)


class Curve(unittest.TestCase):
    def test_delayed_sound_lowers_the_offset(self) -> None:
        rows = np.random.default_rng(0).normal(size=(60, 128))
        rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        lip = sync.Embeddings(5, rows[1:50], np.ones(49, np.float32))
        for delay in (-5, 0, 5):
            result = sync.read_curve(sync.sync_curve(lip, sync.Embeddings(4 + delay, rows, np.ones(60, np.float32))))
            self.assertEqual(result.offset, -delay)
            self.assertGreater(result.confidence, 1.0)

    def test_five_pairs_are_needed(self) -> None:
        all_ = sync.Embeddings(5, np.eye(128, dtype=np.float32)[:9], np.full(9, 0.5, np.float32))
        curve = sync.sync_curve(all_, all_)
        self.assertEqual(np.isfinite(curve.distance).sum(), 9)      # shifts -4 .. 4
        self.assertAlmostEqual(curve.evidence, 9 * 0.25)
        self.assertIsNone(sync.read_curve(sync.sync_curve(all_.part(0, 4), all_)))

    def test_what_is_not_reliable_counts_less(self) -> None:
        rows = np.eye(128, dtype=np.float32)
        lip = sync.Embeddings(0, rows[:40], np.ones(40, np.float32))
        wrong_half = np.concatenate([rows[:20], rows[60:80]])
        unsure = np.concatenate([np.ones(20), np.full(20, 0.1)]).astype(np.float32)
        equal, weighed = (sync.read_curve(sync.sync_curve(lip, sync.Embeddings(0, wrong_half, weights)))
                          for weights in (np.ones(40, np.float32), unsure))
        self.assertLess(weighed.min_dist, equal.min_dist - 0.2)

    def test_error_rates(self) -> None:
        self.assertEqual(measures.auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])), 1.0)
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
            index = augment_image.held_frames(random, 40)
            self.assertTrue((index <= np.arange(40)).all())
            self.assertTrue((np.arange(40) - index <= 3).all())
            self.assertTrue((np.diff(index) >= 0).all())

    def test_noise_of_the_pool_is_finite(self) -> None:
        random = np.random.default_rng(0)
        sound = augment_sound.not_speech(random, 12, 16000, SoundPool(0, pieces=4, seconds=2.0))
        self.assertTrue(torch.isfinite(sound).all() and sound.abs().max() <= 1)


class CutSounds(unittest.TestCase):
    def setUp(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_corpus(Path(folder), {"train": 2})
            self.clips = dataset.load_clips(Path(folder), "train", {"lrc_ar"})
        for clip in self.clips:
            clip.heard = (0, len(clip.sound))
        self.store = ClipStore(self.clips, torch.device("cpu"))

    def cuts(self, rate: float, start: int) -> Cuts:
        return Cuts(np.array([0, 1]), np.full(2, rate), np.array([2, 2]), np.full(2, start))

    def test_what_is_the_clips_own_sound_is_marked(self) -> None:
        start, samples = -20 * 640, 70 * 640
        for seed in range(20):
            tapes = cut_sounds(np.random.default_rng(seed), self.store, self.cuts(1.0, start), samples)
            self.assertEqual(tapes.own.shape, (2, 70 - 3))
            self.assertTrue((tapes.valid | ~tapes.own).all())
            for row, clip in enumerate(self.clips):
                for j in np.flatnonzero(tapes.own[row].numpy()):      # heard as it is in the clip, wherever it was cut
                    heard = tapes.sound[row, 640 * j:640 * j + FIELD_SAMPLES].numpy()
                    at = start + 640 * j
                    np.testing.assert_allclose(heard * 32768, clip.sound[at:at + FIELD_SAMPLES], atol=0.01)
                alone = bool(tapes.end[row] - tapes.first[row] < 67)
                self.assertEqual(alone, bool((tapes.valid[row] == tapes.own[row]).all()))
                self.assertTrue(alone or not tapes.own[row].all())

    def test_retimed_clips_stay_in_sync(self) -> None:
        clip = self.clips[0]
        for rate in (0.85, 1.0, 1.18):
            times = (2 + np.arange(20)) * rate
            images = self.store.images(np.array([0]), times[None])[0].numpy()
            for time, shown in zip(times - clip.first_frame, images):
                near = clip.crops[max(0, int(time)):int(time) + 2].astype(float)
                self.assertTrue((shown >= near.min(0) - 0.01).all() and (shown <= near.max(0) + 0.01).all())
            tapes = cut_sounds(np.random.default_rng(0), self.store, self.cuts(rate, 2 * 640), 20 * 640)
            expected = np.interp((2 * 640 + np.arange(10 * 640)) * rate, np.arange(len(clip.sound)), clip.sound)
            np.testing.assert_allclose(tapes.sound[0, :10 * 640].numpy() * 32768, expected, atol=0.5)

    def test_one_speech_cut_twice_is_no_example_of_another(self) -> None:
        cuts = Cuts(np.array([0, 0, 0, 1]), np.ones(4), np.array([10, 30, 200, 10]), np.array([5, 25, 195, 5]) * 640)
        self.assertEqual(apart(cuts, 25, 55 * 640).astype(int).tolist(), [[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]])

    def test_every_speaker_weighs_the_same(self) -> None:
        many = [replace(self.clips[0], speaker=speaker) for speaker in "aaaaaaab"]
        maker = BatchMaker(many, {"lrc_ar": 1.0}, 400, 4, seed=1)
        chosen = maker.choose(np.random.default_rng(0), 25)
        self.assertAlmostEqual(np.mean(maker.store.speaker[chosen] == "lrc_ar/b"), 0.5, delta=0.1)

    def test_names(self) -> None:
        self.assertEqual(prepare.clip_name("clips/grid/s1/bbaf2n.mkv"), "clips_grid_s1_bbaf2n")


if __name__ == "__main__":
    unittest.main()
