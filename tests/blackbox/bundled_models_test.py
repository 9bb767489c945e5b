"""LipSync models: the bundled ones, and a custom one (MODEL, MODEL_PATH)."""

import json
import shutil
import unittest

import support

MODELS = support.ROOT / "models"


class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clip = support.sample("--seconds", "8")
        cls.folder = support.scratch_folder()
        cls.own = cls.folder / "acme.safetensors"
        shutil.copy(MODELS / "lipsync.safetensors", cls.own)
        shutil.copy(MODELS / "lipsync.calibration.json", cls.folder / "acme.calibration.json")

    def scored(self, *flags) -> dict:
        done = support.run("score", "--json", *flags, self.clip)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_both_bundled_ones_find_a_clip_in_sync(self):
        for name in ("lipsync", "lipsync-grid"):
            with self.subTest(name):
                answer = self.scored("--model", name)
                self.assertEqual(answer["model"]["name"], name)
                self.assertLessEqual(abs(support.measured_offset(answer)), 2)

    def test_the_service_takes_the_one_that_it_is_told(self):
        with support.Service(MODEL="lipsync-grid") as service:
            health = service.health()
            self.assertEqual((health["model"]["name"], health["models"]), ("lipsync-grid", ["lipsync-grid", "lipsync"]))
            self.assertIn("MODEL names it", health["model_choice"])
            self.assertIsNone(health["calibration"])
            path = service.put(self.clip)
            self.assertEqual(service.score_path(path).json()["model"]["name"], "lipsync-grid")
            self.assertEqual(service.post_json({"video_path": path, "model": "lipsync"}).json()["model"]["name"], "lipsync")
        self.assertIn("lipsync, lipsync-grid", support.Service(MODEL="wav2lip").fails_to_start())

    def test_one_of_ones_own(self):
        own, bundled = self.scored("--model-path", self.own), self.scored("--model", "lipsync")
        self.assertEqual((own["model"]["name"], bundled["model"]["name"]), ("acme", "lipsync"))
        self.assertEqual(own["score"], bundled["score"])
        with support.Service(MODEL_PATH=self.own) as service:
            self.assertEqual(service.health()["models"], ["acme", "lipsync", "lipsync-grid"])
            self.assertEqual(service.score_path(service.put(self.clip)).json()["model"]["name"], "acme")
        listed = support.run("models", "--model-path", self.own, "list", "--json")
        self.assertIn("acme", json.loads(listed.stdout)["scores"])
        self.assertFalse({m["name"]: m["present"] for m in json.loads(listed.stdout)["models"]}["syncnet_v2"])

    def test_one_that_can_not_be_used_says_why(self):
        alone, taken = self.folder / "alone.safetensors", self.folder / "lipsync.safetensors"
        for file in (alone, taken):
            shutil.copy(self.own, file)
        shutil.copy(self.folder / "acme.calibration.json", self.folder / "lipsync.calibration.json")
        for file, says in ((alone, "alone.calibration.json"), (taken, "give the file another name")):
            done = support.run("score", "--model-path", file, self.clip)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(says, done.stderr)

    def test_verify_says_what_is_wrong_with_the_file_of_model_path(self):
        broken = self.folder / "broken.model"
        broken.write_bytes(b"no weights at all")
        done = support.run("models", "--model-path", broken, "verify")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("syncnet_v2: unusable", done.stdout)


if __name__ == "__main__":
    unittest.main()
