"""Memory stays bounded, however long a video is and however often it is cut."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import support

LONG_SECONDS = 600
LONG_MAX_MB = 500
# 87 MB were measured; when every track kept its buffers to the end, a clip like this took four times as much.
CUTS_MAX_MB = 200


def score_and_peak(video: Path) -> tuple[dict, float]:
    """The answer, and the most memory that the program had, in MB."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([support.BINARY, "score", "--json", video], stdout=output,
                                   stdin=subprocess.DEVNULL, env=support.environment())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        answer = json.loads(output.read())
    peak_mb = used.ru_maxrss / 1024
    print(f"peak memory {peak_mb:.0f} MB, {used.ru_utime + used.ru_stime:.0f} s of processor time", end=" ", flush=True)
    return answer, peak_mb


class MemoryGrowth(unittest.TestCase):
    def assert_below(self, peak_mb, limit):
        if not support.SANITIZED:
            self.assertLess(peak_mb, limit)

    def test_ten_minutes(self):
        answer, peak_mb = score_and_peak(support.long_sample(LONG_SECONDS))
        self.assert_below(peak_mb, LONG_MAX_MB)
        self.assertAlmostEqual(answer["video"]["seconds"], LONG_SECONDS, delta=2)
        expected = support.measured_offset(support.score(support.long_sample(20))[0])
        self.assertAlmostEqual(support.measured_offset(answer), expected, delta=1)
        # One face from beginning to end, whatever is done with it in between.
        shown = sum(track["end_s"] - track["start_s"] for track in answer["debug"]["all_results"])
        self.assertAlmostEqual(shown, LONG_SECONDS, delta=LONG_SECONDS * 0.05)

    def test_a_cut_in_every_image(self):
        one, other = support.sample("--seconds", "8"), support.sample("--seconds", "8", "--face", "collins", "--face-height", "0.7")
        with tempfile.TemporaryDirectory() as folder:
            clip = Path(folder) / "cuts.mp4"
            subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", one, "-i", other, "-filter_complex",
                            "[0:v][1:v]blend=all_expr='if(mod(N,2),A,B)'[v]", "-map", "[v]", "-map", "0:a", "-c:a", "copy", clip],
                           check=True, timeout=support.PATIENCE)
            answer, peak_mb = score_and_peak(clip)
        self.assertEqual(answer["video"]["shots"], 200)
        self.assertEqual((answer["decision"], answer["score"]), ("NEXT", None))
        self.assertEqual(answer["reason_codes"], ["mouth_not_visible"])
        self.assert_below(peak_mb, CUTS_MAX_MB)


if __name__ == "__main__":
    unittest.main()
