"""`syncnet fix`: what is late comes in time, without an image being touched; what is not certain is left alone."""

import json
import re
import subprocess
import unittest
from pathlib import Path

import support
from windows_test import drifting


def video_packets(path: Path) -> list[str]:
    """Hashes of the coded images. AVI and transport streams wrap them otherwise; the rest copies them bit by bit."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "framehash", "-hash", "md5", "-"],
                          capture_output=True, text=True, check=True, timeout=support.PATIENCE)
    return [line.split(",")[5].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def fix(video, out, *flags) -> dict:
    done = support.run("fix", video, "-o", out, "--json", *flags)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


class Fixed(unittest.TestCase):
    def setUp(self):
        self.folder = support.scratch_folder()

    def test_every_container(self):
        for ending, out, delay in ((".mp4", "a.mp4", 320), (".mp4", "b.mp4", -240), (".mp4", "c.mkv", -240), (".webm", "d.webm", 240),
                                   (".mkv", "e.mkv", -320), (".mov", "f.mov", 280), (".avi", "g.mkv", 320), (".ts", "h.ts", -240), (".ts", "i.mp4", 240),
                                   (".mpg", "j.mpg", 240)):
            with self.subTest(out=out, delay=delay):
                clip = support.sample("--seconds", "8", "--delay-ms", str(delay), ending=ending)
                before, = support.offsets(clip)
                report = fix(clip, self.folder / out)
                self.assertTrue(report["written"])
                self.assertEqual(report["before"]["offset_frames"], before)
                self.assertAlmostEqual(report["sound_later_ms"], -delay, delta=60)
                after, = support.offsets(self.folder / out)
                self.assertEqual(report["after"]["offset_frames"], after)
                self.assertLessEqual(abs(after), 1)
                if ending == Path(out).suffix or out.endswith(".mkv"):
                    self.assertEqual(video_packets(clip), video_packets(self.folder / out))

    def test_a_turned_image_stays_turned(self):
        clip = support.sample("--seconds", "8", "--delay-ms", "240", "--rotate", "90")
        fix(clip, self.folder / "out.mov")
        done = support.run("score", "--json", self.folder / "out.mov")
        self.assertLessEqual(abs(json.loads(done.stdout)["offset_frames"]), 1)

    def test_the_report_is_for_people(self):
        clip = support.sample("--seconds", "8", "--delay-ms", "320")
        done = support.run("fix", clip, "-o", self.folder / "out.mp4")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\d+\.\d ms earlier than")
        self.assertRegex(done.stdout, r"before +offset +-[789] frames")
        self.assertRegex(done.stdout, r"after +offset +-?[01] frames")


def duration(path: Path, stream: str) -> float:
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "stream=duration", "-of", "csv=p=0", path],
                          capture_output=True, text=True, check=True, timeout=support.PATIENCE)
    return float(done.stdout)


class Drift(unittest.TestCase):
    """Audio that runs too fast or too slow."""

    @classmethod
    def setUpClass(cls):
        cls.clips = support.samples({drift: ("--seconds", "20", "--drift", str(drift)) for drift in (40, -15)})

    def setUp(self):
        self.folder = support.scratch_folder()

    def test_it_gets_the_speed_of_the_image(self):
        for drift, clip in self.clips.items():
            for manner in ("keep-pitch", "resample"):
                with self.subTest(drift=drift, manner=manner):
                    out = self.folder / f"{manner}{drift}.mp4"
                    report = fix(clip, out, "--drift", manner)
                    self.assertTrue(report["written"])
                    self.assertAlmostEqual(report["speed"], 1 - drift / 1000, delta=0.002)
                    self.assertEqual(report["after"]["decision"], "ALLOW", report["after"]["reasons"])
                    self.assertLessEqual(abs(report["after"]["offset_frames"]), 1)
                    self.assertLess(abs(report["after"]["drift_ms_per_s"]), 2)
                    self.assertAlmostEqual(duration(out, "a"), duration(clip, "a") / report["speed"], delta=0.1)
                    self.assertEqual(video_packets(clip), video_packets(out))

    def test_mixed_up_rates_are_undone_exactly(self):
        report = fix(self.clips[40], self.folder / "out.mkv", "--drift", "resample")
        self.assertAlmostEqual(report["speed"], 24 / 25, places=9)

    def test_nobody_encodes_audio_unasked(self):
        done = support.run("fix", self.clips[-15], "-o", self.folder / "out.mp4")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, "drifts by -1[45].* ms a second.*--drift keep-pitch or --drift resample")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_without_drift_nothing_is_encoded(self):
        clip = support.sample("--seconds", "8", "--delay-ms", "320")
        report = fix(clip, self.folder / "out.mp4", "--drift", "keep-pitch")
        self.assertEqual(report["speed"], 1)
        self.assertEqual(report["after"]["decision"], "ALLOW")


class Refused(unittest.TestCase):
    def setUp(self):
        self.folder = support.scratch_folder()

    def refused(self, video, says: str, out="out.mp4", status=3, flags=()):
        before = sorted(self.folder.iterdir())
        done = support.run("fix", video, "-o", self.folder / out, *flags)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertRegex(done.stderr, re.compile(says, re.IGNORECASE))
        self.assertEqual(sorted(self.folder.iterdir()), before, "a file was left")

    def test_what_is_not_certain(self):
        self.refused(support.sample("--no-face"), "no face")
        self.refused(support.sample("--silence"), "nobody is heard speaking")
        self.refused(support.sample("--no-audio"), "no audio")
        self.refused(support.sample("--seconds", "8", "--other-audio"), "does not surely belong")
        self.refused(drifting(), "the offset changes .*00:00:0[6789]")

    def test_in_sync_is_left_alone(self):
        clip = support.sample("--seconds", "8")
        done = support.run("fix", clip, "-o", self.folder / "out.mp4")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("in sync already; nothing was written", done.stdout)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertFalse(fix(clip, self.folder / "out.mp4")["written"])

    def test_outputs_that_can_not_be(self):
        late = support.sample("--seconds", "8", "--delay-ms", "320")
        webm = support.sample("--seconds", "8", "--delay-ms", "240", ending=".webm")
        self.refused(webm, r"\.mkv can", "out.mp4")
        self.refused(late, r"\.mkv", "out.avi")
        self.refused(late, r"\.mkv", "out.txt")
        self.refused(late, "can't be written", "nowhere/out.mp4")
        there = self.folder / "there.mp4"
        there.write_bytes(b"mine")
        self.refused(late, "there already", "there.mp4", status=3)
        self.assertEqual(there.read_bytes(), b"mine")
        fix(late, there, "--force")
        self.assertLessEqual(abs(support.offsets(there)[0]), 1)

    def test_the_video_itself_is_never_written(self):
        own = self.folder / "own.mp4"
        own.write_bytes(support.sample("--seconds", "8", "--delay-ms", "320").read_bytes())
        (self.folder / "link.mp4").symlink_to(own)
        for out in ("own.mp4", "link.mp4"):
            self.refused(own, "the video itself", out, status=2, flags=["--force"])
        self.refused(self.folder / "none.mp4", "no such file")
        self.refused(support.ROOT / "README.md", "not a video")


if __name__ == "__main__":
    unittest.main()
