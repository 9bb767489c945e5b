"""`syncnet calibrate`: a list of clips to a calibration that the other commands and the service use."""

import csv
import json
import signal
import unittest
from pathlib import Path

import support

RAW = {"Content-Type": "application/octet-stream"}


class Calibrated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.genuine = [support.sample("--seconds", "3", "--seed", seed) for seed in "12"]
        cls.others = [support.sample("--seconds", "3", "--seed", seed, "--other-audio") for seed in "12"]

    def setUp(self):
        self.folder = support.scratch_folder()
        self.out = self.folder / "calibration.json"

    def rows(self, genuine: int, others: int) -> list[dict]:
        """The same few clips as if they were many people's."""

        def rows(clips: list[Path], label: str, count: int):
            for i in range(count):
                link = self.folder / f"{label}-{i}.mp4"
                link.symlink_to(clips[i % len(clips)])
                yield {"path": link.name, "label": label, "speaker": f"s{i % 10}"}

        return [*rows(self.genuine, "genuine", genuine), *rows(self.others, "swapped", others)]

    def calibrate(self, rows: list[dict], *flags, name="clips.jsonl"):
        manifest = self.folder / name
        with open(manifest, "w", newline="") as file:
            if name.endswith(".csv"):
                table = csv.DictWriter(file, rows[0])
                table.writeheader()
                table.writerows(rows)
            else:
                file.writelines(json.dumps(row) + "\n" for row in rows)
        return support.run("calibrate", manifest, "-o", self.out, *flags, timeout=6 * support.PATIENCE)

    def scored(self, *flags) -> dict:
        done = support.run("score", "--json", *flags, self.genuine[0])
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def own(self, **changes) -> dict:
        """A calibration for the bundled model, without measuring anything."""
        model = self.scored()["model"]
        bundled = json.loads((support.ROOT / "models/lipsync.calibration.json").read_text())
        return bundled | {"model": {"name": "lipsync", "version": model["version"]},
                          "thresholds": {"allow": 0.9, "next": 0.7, "max_offset_frames": 2}} | changes

    def test_a_calibration_is_made_and_used(self):
        missing = {"path": "nowhere.mp4", "label": "other", "speaker": "x"}
        done = self.calibrate([*self.rows(30, 6), missing], "--fpr", "0.5", name="clips.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("from 30 genuine clips and 6 others", done.stdout)
        self.assertRegex(done.stdout, r"after +allowed though not genuine \(FPR\) [\d.]+ %")
        self.assertRegex(done.stdout, r"\d+ decisions change")
        self.assertIn("nowhere.mp4: there is no such file", done.stderr)
        written = json.loads(self.out.read_text())
        self.assertEqual(written["model"]["name"], "lipsync")
        self.assertGreaterEqual(written["confidence_weight"], 0)
        self.assertLessEqual(written["min_dist_weight"], 0)
        self.assertLessEqual(written["thresholds"]["next"], written["thresholds"]["allow"])

        own, bundled = self.scored("--calibration", self.out), self.scored()
        self.assertEqual(own["confidence"], bundled["confidence"])
        self.assertNotEqual(own["score"], bundled["score"])
        again = support.run("calibrate", self.folder / "clips.csv", "-o", self.out)
        self.assertNotEqual(again.returncode, 0, "it is there already")
        self.assertEqual(json.loads(self.out.read_text()), written)

    def test_its_thresholds_decide(self):
        # BLOCK is earned by evidence of another voice, which a threshold can't make of a genuine clip.
        for allow, following, decision in ((0, 0, "ALLOW"), (1, 0, "NEXT"), (1, 1, "NEXT")):
            thresholds = {"allow": allow, "next": following, "max_offset_frames": 15}
            self.out.write_text(json.dumps(self.own(thresholds=thresholds)))
            self.assertEqual(self.scored("--calibration", self.out)["decision"], decision)

    def test_the_service_uses_what_it_started_with(self):
        self.out.write_text(json.dumps(self.own(thresholds={"allow": 1, "next": 1, "max_offset_frames": 2})))
        clip = self.genuine[0].read_bytes()
        with support.Service(CALIBRATION_PATH=self.out, ALLOW_SCORE="0.1", NEXT_SCORE="0") as service:
            decision = lambda: service.request("POST", "/v1/score", clip, RAW).json()["decision"]  # noqa: E731
            self.assertEqual(decision(), "NEXT")
            self.out.write_text(json.dumps(self.own(thresholds={"allow": 0, "next": 0, "max_offset_frames": 15})))
            service.process.send_signal(signal.SIGHUP)
            service.wait_for_line("read again")
            self.assertEqual(decision(), "NEXT")
        with support.Service(CALIBRATION_PATH=self.out, ALLOW_SCORE="1", NEXT_SCORE="1") as service:
            self.assertEqual(service.health()["calibration"], {"model": "lipsync", "thresholds": {"allow": 0, "next": 0, "max_offset_frames": 15}})
            self.assertEqual(service.request("POST", "/v1/score", clip, RAW).json()["decision"], "ALLOW")
        self.assertIn("nowhere.json: there is no such file", support.Service(CALIBRATION_PATH="nowhere.json").fails_to_start())

    def test_of_another_model(self):
        for model, says in (({"name": "lipsync", "version": "none"}, "for version none"), ({"name": "other", "version": "1"}, "model other, which is not here")):
            self.out.write_text(json.dumps(self.own(model=model)))
            done = support.run("score", "--calibration", self.out, self.genuine[0])
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(says, done.stderr)

    def test_refused(self):
        for rows, says in ((self.rows(4, 4), r"4 genuine clips and 4 others, of 4 speakers; needed are 30, 300 \(3 / 0.01\)"),
                           ([{"path": "a.mp4", "label": "maybe"}], "line 1: .*maybe"), ([{"label": "genuine"}], "line 1: .*path")):
            there = {path.name for path in self.folder.iterdir()} | {"clips.jsonl"}
            done = self.calibrate(rows)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertRegex(done.stderr, says)
            self.assertEqual({path.name for path in self.folder.iterdir()}, there)


if __name__ == "__main__":
    unittest.main()
