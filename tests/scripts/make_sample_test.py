#!/usr/bin/python3
"""scripts/make_sample makes what its options say."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np

MAKE_SAMPLE = Path(__file__).resolve().parents[2] / "scripts" / "make_sample"
RATE = 22050
SMALL = ["--size", "160x120", "--seconds", "1.2"]


class MakeSampleTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def make(self, name: str, *options: str) -> Path:
        out = self.folder / name
        subprocess.run([MAKE_SAMPLE, out, *SMALL, *options], check=True)
        return out

    def probe(self, clip: Path) -> dict[str, dict]:
        command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", clip]
        streams = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"]
        return {stream["codec_type"]: stream for stream in streams}

    def audio(self, clip: Path) -> np.ndarray:
        command = ["ffmpeg", "-v", "error", "-i", clip, "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
        return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.int16).astype(float)

    def mouth(self, clip: Path, left: int = 40) -> np.ndarray:
        """Grey images of the lower half of the clip's middle, or of a half of it."""
        command = ["ffmpeg", "-v", "error", "-i", clip, "-vf", f"crop=80:60:{left}:60", "-f", "rawvideo", "-pix_fmt", "gray", "-"]
        pixels = subprocess.run(command, check=True, capture_output=True).stdout
        return np.frombuffer(pixels, np.uint8).reshape(-1, 60, 80).astype(float)

    def test_each_container_has_both_streams_of_the_asked_length(self) -> None:
        for ending, frames, fps in (("mp4", 36, "30000/1001"), ("webm", 18, "15"), ("avi", 30, "25"), ("mkv", 12, "10")):
            with self.subTest(ending):
                clip = self.make(f"a.{ending}", "--fps", fps)
                streams = self.probe(clip)
                self.assertEqual(streams["video"]["r_frame_rate"].removesuffix("/1"), fps)
                self.assertEqual(int(streams["video"]["nb_read_frames"]), frames)
                self.assertAlmostEqual(len(self.audio(clip)) / RATE, 1.2, delta=0.1)

    def test_delay_shifts_the_audio_and_keeps_the_length(self) -> None:
        plain, late, early = (self.audio(self.make(f"{ms}.mkv", f"--delay-ms={ms}")) for ms in (0, 200, -120))
        self.assertEqual(len(plain), len(late))
        self.assertEqual(len(plain), len(early))
        shift = RATE * 200 // 1000
        np.testing.assert_allclose(late[shift:-100], plain[: -shift - 100], atol=4)
        self.assertLess(np.abs(late[: shift - 100]).max(), 4)
        shift = RATE * 120 // 1000
        np.testing.assert_allclose(early[100 : -shift - 100], plain[shift + 100 : -100], atol=4)

    def test_lips_move_with_a_voice_and_rest_in_a_still(self) -> None:
        moves = [np.abs(np.diff(self.mouth(self.make(f"{len(o)}.mkv", *o)), axis=0)).mean() for o in ((), ("--still",))]
        self.assertGreater(moves[0], 5 * moves[1])

    def test_a_hand_before_the_mouth_for_a_while(self) -> None:
        plain, covered, a_while = (self.mouth(self.make(f"{len(o)}{o[-1:]}.mkv".replace(":", "-"), *o)) for o in ((), ("--cover-mouth",), ("--cover-mouth", "0.4:0.8")))
        changed = np.abs(a_while - plain).mean(axis=(1, 2)) > 4
        self.assertEqual(changed.nonzero()[0].tolist(), list(range(10, 20)))
        self.assertTrue((np.abs(covered - plain).mean(axis=(1, 2)) > 4).all())
        self.assertLess(np.abs(np.diff(covered, axis=0)).mean(), 0.6 * np.abs(np.diff(plain, axis=0)).mean())

    def test_the_audio_is_silent_for_a_while(self) -> None:
        plain, muted = self.audio(self.make("plain.mkv")), self.audio(self.make("muted.mkv", "--mute", "0.4:0.6", "--mute", "1:"))
        near = 100  # samples that resampling smears
        for first, last, silent in ((0, 0.4, False), (0.4, 0.6, True), (0.6, 1, False), (1, 1.2, True)):
            part = slice(round(first * RATE) + near, round(last * RATE) - near)
            np.testing.assert_allclose(muted[part], 0 if silent else plain[part], atol=4)
            self.assertGreater(np.abs(plain[part]).max(), 1000)

    def test_drift_moves_the_audio_more_and_more(self) -> None:
        plain = self.audio(self.make("plain.mkv"))
        for drift in (100, -100):
            with self.subTest(drift):
                drifts = self.audio(self.make(f"{drift}.mkv", f"--drift={drift}"))
                time = np.arange(len(plain))
                expected = np.interp(time * (1 + drift / 1000), time, plain, right=0)
                self.assertEqual(len(drifts), len(plain))
                self.assertGreater(np.corrcoef(drifts, expected)[0, 1], 0.98)

    def test_two_people_take_turns(self) -> None:
        """The one whose lips move is heard; only one moves, unless both are to."""
        long = ("--seconds", "8", "--fps", "5", "--two-faces")
        both = self.make("left.mkv", *long)
        turns, both_move = (self.make(f"{len(o)}.mkv", *long[:-1], "--turns", *o) for o in ((), ("--both-move",)))
        for side, spoken, listened in ((0, slice(0, 19), slice(21, 40)), (80, slice(21, 40), slice(0, 19))):
            moving = self.mouth(both_move, side)
            np.testing.assert_array_equal(moving, self.mouth(both, side))
            still = np.abs(self.mouth(turns, side) - moving).mean(axis=(1, 2))
            self.assertGreater(still[listened].mean(), 3 * still[spoken].mean())
        left = self.audio(both)
        right = self.audio(self.make("right.mkv", *long[:-1], "--other-audio"))
        np.testing.assert_array_equal(self.audio(turns), self.audio(both_move))
        half, near = 4 * RATE, 100
        np.testing.assert_allclose(self.audio(turns)[: half - near], left[: half - near], atol=4)
        np.testing.assert_allclose(self.audio(turns)[half + near :], right[half + near :], atol=4)

    def test_another_face_is_cut_in(self) -> None:
        plain, cut_in = self.make("plain.mkv"), self.make("cut_in.mkv", "--other-face", "0.4:0.8")
        changed = np.abs(self.mouth(cut_in) - self.mouth(plain)).mean(axis=(1, 2)) > 10
        self.assertEqual(changed.nonzero()[0].tolist(), list(range(10, 20)))
        np.testing.assert_array_equal(self.audio(cut_in), self.audio(plain))

    def test_other_audio_keeps_the_images(self) -> None:
        plain, other = self.make("plain.mkv"), self.make("other.mkv", "--other-audio")
        np.testing.assert_array_equal(self.mouth(plain), self.mouth(other))
        self.assertFalse(np.array_equal(self.audio(plain), self.audio(other)))

    def test_no_audio_and_silence(self) -> None:
        self.assertNotIn("audio", self.probe(self.make("a.mp4", "--no-audio")))
        self.assertEqual(np.abs(self.audio(self.make("b.mkv", "--silence"))).max(), 0)

    def test_stream_oddities(self) -> None:
        late = self.probe(self.make("late.mp4", "--audio-start", "0.5"))["audio"]
        self.assertAlmostEqual(float(late["start_time"]), 0.5, delta=0.03)
        turned = self.probe(self.make("turned.mp4", "--rotate", "90"))["video"]
        self.assertEqual((turned["width"], turned["height"]), (120, 160))
        self.assertEqual(turned["side_data_list"][0]["rotation"], -90)
        command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0"]
        listed = subprocess.run([*command, self.make("vfr.mp4", "--vfr")], check=True, capture_output=True, text=True).stdout
        durations = np.diff([float(time.strip(",")) for time in listed.split()])
        self.assertLess(durations.min(), 0.025)
        self.assertGreater(durations.max(), 0.055)

    def test_a_wrong_option_is_refused(self) -> None:
        for options in (["x.txt"], ["x.avi", "--vfr"], ["x.mp4", "--size", "11x10"], ["x.mp4", "--voice", "nobody"], ["x.mp4", "--cover-mouth", "soon"],
                        ["x.mp4", "--mute", "1"], ["x.mp4", "--both-move"], ["x.mp4", "--turns", "--two-faces"], ["x.mp4", "--drift", "-1000"]):
            refused = subprocess.run([MAKE_SAMPLE, *options], cwd=self.folder, capture_output=True)
            self.assertNotEqual(refused.returncode, 0)
            self.assertNotIn(b"Traceback", refused.stderr)


if __name__ == "__main__":
    unittest.main()
