"""The published SyncNet and S3FD, in files as PyTorch writes them, with made-up weights: the real ones may not be shipped.

What PyTorch makes of the same weights and the same crops is in tests/golden (tests/reference/make_golden.py).
"""

import json
import os
import pickle
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

import numpy as np
import support

sys.path.insert(0, str(support.ROOT))
from tests.reference import made_up, made_up_models, torch_files  # noqa: E402

FRAMES = 40


def write_models() -> tuple[Path, Path]:
    folder = support.SAMPLES / "official"
    done = folder / f"done-{support._version}"
    if not done.exists():
        made_up_models.write(folder)
        done.touch()
    return folder / "syncnet_v2.model", folder / "sfd_face.pth"


def write_crop_video(path: Path) -> None:
    """The crops and the audio of the golden files, without loss."""
    audio = path.with_suffix(".s16")
    made_up.audio(FRAMES * 640).tofile(audio)
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "224x224", "-r", "25", "-i", "-",
                    "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", audio, "-c:v", "libx264rgb", "-qp", "0", "-c:a", "flac", path],
                   input=made_up.crops(FRAMES).tobytes(), check=True)
    audio.unlink()


class PublishedNumbers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.syncnet, cls.s3fd = write_models()
        cls.golden = made_up_models.safetensors(made_up_models.GOLDEN / "syncnet_v2.safetensors")
        cls.crops = support.scratch_folder() / "crops.mkv"
        write_crop_video(cls.crops)

    def score(self, *flags) -> dict:
        done = support.run("score", "--json", "--model-path", self.syncnet, *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_crop_video_has_pytorchs_offset_confidence_and_distance(self):
        offset, confidence, distance = self.golden["result"]
        for precision in ("f32", "bf16x3", "bf16"):
            with self.subTest(precision=precision):
                if precision != "f32" and not support.has_bf16():
                    self.skipTest("this processor has no bf16")
                answer = self.score("--cropped", "--precision", precision, "--framewise", self.crops)
                self.assertEqual(answer["model"]["name"], "syncnet_v2")
                result = answer["debug"]["all_results"][0]
                self.assertEqual(result["offset"], int(offset))
                # The images went through YCbCr of 8 bits.
                self.assertAlmostEqual(result["confidence"], float(confidence), delta=0.01 * float(confidence))
                self.assertAlmostEqual(result["min_dist"], float(distance), delta=0.01 * float(distance))
                self.assertEqual(len(result["framewise_confidence"]), FRAMES - 5)

    def test_features_are_those_of_pytorch(self):
        out = support.scratch_folder()
        done = support.run("features", "--cropped", "--model-path", self.syncnet, "--out", out, self.crops)
        self.assertEqual(done.returncode, 0, done.stderr)
        track = json.loads(done.stdout)["tracks"][0]
        # The images went through YCbCr of 8 bits.
        for part, golden, tolerance in (("track0.features", "features", 0.06), ("track0.lips", "lips", 0.06), ("sound", "sound", 1e-3)):
            got, expected = np.load(out / f"crops.{part}.npy"), self.golden[golden]
            self.assertEqual(got.shape[1], expected.shape[1])
            self.assertLess(np.abs(got[:len(expected)] - expected).max() / np.abs(expected).max(), tolerance)
        self.assertEqual(track["embeddings"], FRAMES - 4)

    def test_a_whole_clip_by_every_detector(self):
        clip = support.short_sample()
        by_blaze_face = self.score("--detector", "blazeface", clip)
        self.assertEqual(by_blaze_face["model"]["detector"], "blaze_face")
        by_s3fd = self.score("--detector-path", self.s3fd, clip)
        self.assertEqual(by_s3fd["model"]["detector"], "s3fd")
        # BlazeFace on every frame, or on every fourth: the same measure.
        every = self.score("--detector", "blazeface", "--stride", "1", clip)["debug"]["all_results"][0]
        fourth = by_blaze_face["debug"]["all_results"][0]
        self.assertEqual(every["offset"], fourth["offset"])
        self.assertAlmostEqual(every["confidence"], fourth["confidence"], delta=0.02 * every["confidence"])

    def test_the_bundled_model_can_be_asked_for(self):
        clip = support.short_sample()
        self.assertEqual(self.score("--model", "lipsync", clip)["model"]["name"], "lipsync")
        done = support.run("score", "--model", "lipsync", "--model-path", self.syncnet, "--detector-path", self.s3fd, "--detector", "s3fd", clip)
        self.assertIn("lipsync needs", done.stderr)

    def test_the_service_says_which_model_scores_and_why(self):
        clip = support.short_sample()
        with support.Service(MODEL_PATH=self.syncnet, DETECTOR_PATH=self.s3fd) as service:
            health = service.health()
            self.assertEqual(health["model"]["name"], "syncnet_v2")
            self.assertEqual(health["models"], ["syncnet_v2", "lipsync", "lipsync-grid"])
            self.assertIn("MODEL_PATH", health["model_choice"])
            service.wait_for_line("model syncnet_v2 .*MODEL_PATH")
            path = service.put(clip)
            self.assertEqual(service.score_path(path).json()["model"]["name"], "syncnet_v2")
            self.assertEqual(service.post_json({"video_path": path, "model": "lipsync"}).json()["model"]["name"], "lipsync")
            unknown = service.post_json({"video_path": path, "model": "wav2lip"})
            self.assertEqual((unknown.status, unknown.json()["code"]), (400, "model_not_available"))
            self.assertIn("syncnet_v2, lipsync", unknown.json()["detail"])


class BadWeights(unittest.TestCase):
    """Each its own error at start, no crash, nothing run."""

    @classmethod
    def setUpClass(cls):
        cls.syncnet, cls.s3fd = write_models()
        cls.folder = support.scratch_folder()
        cls.tensors = made_up_models.syncnet_v2()

    def refused(self, content: bytes, *expected: str, setting: str = "MODEL_PATH") -> None:
        file = self.folder / "weights"
        file.write_bytes(content)
        said = support.Service(**{setting: file}).fails_to_start()
        for text in expected:
            self.assertIn(text, said)

    def test_cut_short(self):
        content = self.syncnet.read_bytes()
        for size in (10, 1000, len(content) // 2, len(content) - 1):
            with self.subTest(size=size):
                self.refused(content[:size], "weights: ")

    def test_another_file(self):
        self.refused(b"\xff\xd8\xff\xe0" + bytes(2000), "no weights")
        self.refused(b"", "weights")
        self.refused(self.s3fd.read_bytes(), "not the weights of SyncNet", "is missing")
        self.refused(self.syncnet.read_bytes(), "not the weights of S3FD", setting="DETECTOR_PATH")

    def test_a_pickle_that_runs_a_command(self):
        mark = self.folder / "was-run"

        class Run:
            def __reduce__(self):
                return os.system, (f"touch {mark}",)

        head = pickle.dumps(torch_files.MAGIC, 2) + pickle.dumps(torch_files.PROTOCOL, 2) + pickle.dumps({}, 2)
        self.refused(head + pickle.dumps(Run(), 2), "system", "nothing was run")
        self.assertFalse(mark.exists())

    def test_a_zip_bomb(self):
        bomb = torch_files.archive({"netcnnlip.0.weight": np.zeros((96, 3, 5, 7, 7), np.float32)}, compression=zipfile.ZIP_DEFLATED)
        self.refused(bomb, "compressed")

    def test_wrong_tensors(self):
        wrong = self.tensors["netcnnlip.4.weight"][:, :95]
        self.refused(torch_files.legacy(self.tensors | {"netcnnlip.4.weight": wrong}),
                     "netcnnlip.4.weight is [256, 95, 1, 5, 5] and should be [256, 96, 1, 5, 5]")
        missing = {name: value for name, value in self.tensors.items() if name != "netfcaud.3.bias"}
        self.refused(torch_files.legacy(missing), "netfcaud.3.bias is missing")
        bad = self.tensors["netfclip.0.weight"].copy()
        bad[3, 4] = np.nan
        self.refused(torch_files.legacy(self.tensors | {"netfclip.0.weight": bad}), "netfclip.0.weight", "not finite")

    def test_module_names_and_the_other_container_are_the_same_weights(self):
        clip = support.short_sample()
        answers = []
        for content in (self.syncnet.read_bytes(), torch_files.archive({f"__S__.{name}": value for name, value in self.tensors.items()})):
            file = self.folder / "weights"
            file.write_bytes(content)
            done = support.run("score", "--json", "--model-path", file, clip)
            self.assertEqual(done.returncode, 0, done.stderr)
            answers.append(json.loads(done.stdout)["debug"])
        self.assertEqual(*answers)


if __name__ == "__main__":
    unittest.main()
