"""The Python package: the same answers as the program's, on numpy, from threads, and as a wheel."""

import dataclasses
import io
import json
import math
import os
import subprocess
import sys
import threading
import time
import unittest

import support

BUILD = support.BINARY.parent
sys.path.insert(0, str(BUILD / "python"))
MISSING = ""
try:
    import numpy as np

    if support.SANITIZED:
        raise ImportError("Python itself is not sanitized")
    import syncnet
except ImportError as error:
    MISSING = f"the package is not there ({error}); configure with -DSYNCNET_PYTHON=ON"


def raw(clip, *options) -> bytes:
    return subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", clip, *options, "-"], capture_output=True, check=True).stdout


@unittest.skipIf(MISSING, MISSING)
class Python(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clip = support.sample("--seconds", "4")
        cls.expected = support.score(cls.clip)[0]
        cls.expected.pop("processing_time_ms")

    def code(self, work) -> str:
        with self.assertRaises(syncnet.Error) as caught:
            work()
        self.assertTrue(str(caught.exception))
        return caught.exception.code

    def test_the_answer_is_the_programs(self):
        result = syncnet.score(self.clip)
        self.assertEqual(result.as_dict(), self.expected)
        self.assertEqual(result.decision, self.expected["decision"])
        self.assertAlmostEqual(result.confidence, self.expected["confidence"], places=3)
        self.assertEqual(result.curve.offsets[np.nanargmin(result.curve.distances)], result.offset_frames)
        with self.clip.open("rb") as file:
            self.assertEqual(syncnet.score(file).json, result.json)
            content = file.read()
        self.assertEqual(syncnet.score(content).json, result.json)
        self.assertEqual(syncnet.score(io.BytesIO(content), timeout=math.inf).json, result.json)
        self.assertTrue(dataclasses.is_dataclass(result))
        with self.assertRaises(AttributeError):
            result.score = 1.0
        self.assertEqual(syncnet.__version__, support.run("--version").stdout.split()[-1])

    def test_frames_and_samples_are_as_good_as_the_file(self):
        frames = np.frombuffer(raw(self.clip, "-f", "rawvideo", "-pix_fmt", "rgb24"), np.uint8).reshape(-1, 240, 320, 3)
        samples = np.frombuffer(raw(self.clip, "-f", "f32le", "-ac", "1", "-ar", "48000"), np.float32)
        analyzer = syncnet.Analyzer()
        pushed = analyzer.score_frames(frames, samples, sample_rate=48000)
        self.assertEqual((pushed.decision, pushed.offset_frames), (self.expected["decision"], self.expected["offset_frames"]))
        self.assertAlmostEqual(pushed.confidence, self.expected["confidence"], delta=0.3)
        late = analyzer.score_frames(frames, np.concatenate([np.zeros(9600, np.float32), samples]), sample_rate=48000)
        self.assertEqual(late.offset_frames, pushed.offset_frames - 5, "200 ms of silence before it make the audio late")
        # Bottom up in memory, but not to who looks at it.
        turned = analyzer.score_frames(frames[:, ::-1].copy()[:, ::-1], samples, sample_rate=48000)
        self.assertEqual(turned.confidence, pushed.confidence)
        self.assertEqual(analyzer.score_frames(frames, None).reasons[0].code, "no_audio")

        feed = analyzer.feed(320, 240, sample_rate=48000)
        for bad in (frames[0].astype(np.float32), frames[0][..., 0], frames[0][:100]):
            self.assertEqual(self.code(lambda bad=bad: feed.push_frame(bad)), "invalid_request")
        for bad in ((samples * 32767).astype(np.int16), samples.reshape(-1, 2)):
            self.assertEqual(self.code(lambda bad=bad: feed.push_samples(bad)), "invalid_request")
        self.assertEqual(self.code(lambda: analyzer.score_frames([], samples)), "no_video_stream")

    def test_what_is_wrong_has_a_code(self):
        self.assertEqual(self.code(lambda: syncnet.score("absent.mp4")), "not_found")
        self.assertEqual(self.code(lambda: syncnet.score(b"no video")), "unsupported_media")
        self.assertEqual(self.code(lambda: syncnet.score(self.clip, face="prettiest")), "invalid_request")
        self.assertEqual(self.code(lambda: syncnet.score(self.clip, timeout=0.001)), "timeout")
        self.assertEqual(self.code(lambda: syncnet.Analyzer("wav2lip")), "model_not_available")
        self.assertEqual(self.code(lambda: syncnet.score(self.clip, timeout=math.nan)), "invalid_request")
        with self.assertRaises(TypeError):
            syncnet.score(self.clip, fase="largest")
        for video in (None, 3, ["clip.mp4"]):
            with self.assertRaisesRegex(TypeError, "a path, bytes or an open file"):
                syncnet.score(video)

    def test_threads_run_side_by_side(self):
        long = support.long_sample(40)
        done = []
        thread = threading.Thread(target=lambda: done.append(syncnet.score(long)))
        thread.start()
        turns = 0
        while thread.is_alive():
            turns += 1
            time.sleep(0.005)
        self.assertGreater(turns, 20, "the interpreter was held while a video was scored")
        results = []
        threads = [threading.Thread(target=lambda: results.append(syncnet.score(self.clip).json)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(results), 4)
        self.assertEqual(len(set(results)), 1)

    def test_progress_and_giving_up(self):
        seen = []
        syncnet.score(self.clip, on_progress=seen.append)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(seen[-1], 1)
        stop = syncnet.Stop()
        self.assertEqual(self.code(lambda: syncnet.score(self.clip, stop=stop, on_progress=lambda _: stop.request())), "cancelled")
        with self.assertRaises(ZeroDivisionError):
            syncnet.score(self.clip, on_progress=lambda _: 1 / 0)

    def test_a_folder_as_rows(self):
        folder = support.scratch_folder()
        (folder / "b.mp4").write_bytes(self.clip.read_bytes())
        (folder / "a.mp4").write_text("no video")
        (folder / "notes.txt").touch()
        first, second = syncnet.rows(folder)
        self.assertEqual((first["video"], first["error"]), (str(folder / "a.mp4"), "unsupported_media"))
        self.assertEqual((second["video"], second["decision"]), (str(folder / "b.mp4"), self.expected["decision"]))
        self.assertTrue(all(isinstance(value, str | int | float) for value in second.values()), second)
        self.assertNotIn("lse_c", second, "these are the published SyncNet's alone")

    def test_pip_makes_a_wheel_without_a_network(self):
        if subprocess.run(["/usr/bin/python3", "-m", "pip", "--version"], capture_output=True).returncode != 0:
            self.skipTest("python3-pip is not installed")
        place = support.scratch_folder()
        done = subprocess.run(
            ["/usr/bin/python3", "-m", "pip", "install", "--no-build-isolation", "--no-index", "--no-deps", "--quiet", "--target", place, support.ROOT],
            capture_output=True, text=True, timeout=3 * support.PATIENCE, env=support.environment(SYNCNET_BUILD_DIR=str(BUILD)),
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        script = "import sys, syncnet; print(syncnet.__file__); print(syncnet.score(sys.argv[1]).json)"
        environment = support.environment(PYTHONPATH=str(place))
        environment.pop("SYNCNET_MODELS", None)
        out = subprocess.run(["/usr/bin/python3", "-c", script, self.clip], capture_output=True, text=True, env=environment, cwd=place)
        self.assertEqual(out.returncode, 0, out.stderr)
        where, answer = out.stdout.splitlines()
        self.assertTrue(where.startswith(os.path.realpath(place)) or where.startswith(str(place)), where)
        self.assertEqual(json.loads(answer), self.expected)


if __name__ == "__main__":
    unittest.main()
