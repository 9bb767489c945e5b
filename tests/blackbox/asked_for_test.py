"""The model, the weights and the precision that were asked for, or an error that says what was looked for."""

import json
import unittest

import support

MISSING = "/nonexistent/weights.model"


class AskedFor(unittest.TestCase):
    def refused(self, *flags, settings=None, status=2) -> str:
        done = support.run("score", *flags, support.short_sample(), settings=settings)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_a_model_that_is_not_there(self):
        for flags, settings in ((("--model-path", MISSING), {}), ((), {"MODEL_PATH": MISSING})):
            said = self.refused(*flags, settings=settings)
            self.assertIn(MISSING + ": there is no such file", said)
            self.assertIn("the model that scores (MODEL_PATH, --model-path)", said)
            self.assertIn("models fetch", said)

    def test_a_detector_that_is_not_there(self):
        said = self.refused("--detector-path", MISSING)
        self.assertIn("the weights of S3FD (DETECTOR_PATH, --detector-path)", said)

    def test_a_name_that_nobody_has(self):
        said = self.refused(settings={"MODEL": "typo"})
        self.assertIn("there is no model typo here, but lipsync, lipsync-grid", said)
        self.assertIn("syncnet models list", said)

    def test_the_published_pipeline_without_its_weights(self):
        said = self.refused("--reference")
        self.assertIn("there is no model syncnet_v2 here", said)
        self.assertIn("models fetch", said)

    def test_the_service_does_not_start_with_another_model(self):
        for setting in ("MODEL_PATH", "DETECTOR_PATH"):
            self.assertIn(MISSING + ": there is no such file", support.Service(**{setting: MISSING}).fails_to_start())

    def test_a_precision_that_the_processor_has_not(self):
        for precision in ("bf16", "bf16x3"):
            said = self.refused("--precision", precision, settings={"ONEDNN_MAX_CPU_ISA": "AVX2"})
            self.assertIn(f"the precision {precision} takes AVX-512 BF16 or AMX", said)
            self.assertIn("f32 is as exact and slower", said)

    def test_a_processor_without_avx2(self):
        self.assertIn("it has no AVX2", self.refused(settings={"ONEDNN_MAX_CPU_ISA": "AVX"}, status=4))

    def test_every_answer_names_its_model(self):
        folder, late = support.scratch_folder(), support.sample("--seconds", "8", "--delay-ms", "320")
        for command in (("score", late), ("explain", late), ("windows", late), ("fix", late, "-o", folder / "f.mp4"),
                        ("visualise", late, "-o", folder / "v.mp4"), ("batch", late)):
            with self.subTest(command[0]):
                self.assertRegex(support.run(*command).stdout, r"lipsync \d+\.\d+\b")
        for command in (("score", "--json", late), ("explain", "--json", late), ("windows", "--json", late)):
            with self.subTest(command[0]):
                model = json.loads(support.run(*command).stdout)["model"]
                self.assertEqual(model["name"], "lipsync")
                self.assertRegex(model["version"], r"\d+\.\d+")
        self.assertRegex(json.loads(support.run("features", late, "--out", folder).stdout)["model_version"], r"\d+\.\d+")
        support.run("report", late, "-o", folder / "r.html")
        self.assertRegex((folder / "r.html").read_text(), r"lipsync \d+\.\d+\b")


if __name__ == "__main__":
    unittest.main()
