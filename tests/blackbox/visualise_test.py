"""`syncnet visualise`: a film that plays, with boxes where the faces are."""

import json
import subprocess
import unittest
from pathlib import Path

import numpy as np
import support


def probe(path: Path) -> dict:
    done = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path],
                          capture_output=True, text=True, check=True, timeout=support.PATIENCE)
    answer = json.loads(done.stdout)
    return {stream["codec_type"]: stream for stream in answer["streams"]} | {"format": answer["format"]}


def image(path: Path, second: float, size: tuple[int, int]) -> np.ndarray:
    """Of the film at that time, scaled to nothing, cut to `size`: rows of RGB."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-ss", str(second), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                          capture_output=True, check=True, timeout=support.PATIENCE)
    width = probe(path)["video"]["width"]
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, width, 3)[: size[1], : size[0]].astype(int)


class Visualised(unittest.TestCase):
    def setUp(self):
        self.out = support.scratch_folder() / "out.mp4"

    def visualise(self, clip, *flags, status=0):
        done = support.run("visualise", clip, "-o", self.out, *flags)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_a_film_that_plays(self):
        clip = support.sample("--seconds", "6", "--fps", "30", ending=".webm")
        answer, = support.score(clip)
        self.assertIn(f"{answer['decision']}, 1 face", self.visualise(clip).stdout)
        film = probe(self.out)
        self.assertEqual((film["video"]["codec_name"], film["audio"]["codec_name"]), ("h264", "aac"))
        self.assertEqual(film["video"]["avg_frame_rate"], "25/1")
        self.assertAlmostEqual(int(film["video"]["nb_read_frames"]), 150, delta=1)
        self.assertAlmostEqual(float(film["format"]["duration"]), 6, delta=0.15)
        self.assertEqual(film["video"]["width"], 320)
        self.assertGreater(film["video"]["height"], 240)

    def test_what_is_seen_and_heard_keeps_its_time(self):
        clip = support.sample("--seconds", "8", "--delay-ms", "240")
        self.visualise(clip)
        self.assertAlmostEqual(*support.offsets(clip, self.out), delta=1)

    def test_the_box_is_where_the_face_is(self):
        clip = support.sample("--seconds", "6")
        answer, = support.score(clip)
        left, top, right, bottom = map(round, answer["debug"]["all_results"][0]["mean_box"])
        self.visualise(clip)
        changed = np.abs(image(self.out, 3, (320, 240)) - image(clip, 3, (320, 240))).max(axis=2) > 80
        below_label = top + 12
        rows, columns = np.nonzero(changed[below_label:])
        for seen, expected in ((columns.min(), left), (columns.max(), right), (rows.max() + below_label, bottom)):
            self.assertAlmostEqual(seen, expected, delta=14)
        inside = changed[top + 20 : bottom - 20, left + 20 : right - 20]
        self.assertLess(inside.mean(), 0.05, "the face itself is left free")

    def test_clips_that_lack_something(self):
        for name, options in (("no face", ["--no-face"]), ("no audio", ["--no-audio"]), ("silence", ["--silence"]), ("late start", ["--audio-start", "1.5"]),
                              ("variable rate", ["--vfr"]), ("turned", ["--rotate", "90"]), ("two faces", ["--two-faces", "--size", "640x360"])):
            with self.subTest(name):
                clip = support.sample(*options)
                self.visualise(clip, "--force")
                film = probe(self.out)
                self.assertEqual("audio" in film, name != "no audio")
                self.assertAlmostEqual(int(film["video"]["nb_read_frames"]), 100, delta=2)

    def test_refused(self):
        clip = support.short_sample()
        self.assertIn("no such file", self.visualise("nowhere.mp4", status=3).stderr)
        self.out.write_bytes(b"mine")
        self.assertIn("--force", self.visualise(clip, status=3).stderr)
        self.assertEqual(self.out.read_bytes(), b"mine")
        self.assertEqual([p.name for p in self.out.parent.iterdir()], ["out.mp4"])
        self.out = self.out.with_suffix(".mkv")
        self.assertIn(".mp4", self.visualise(clip, status=3).stderr)


if __name__ == "__main__":
    unittest.main()
