"""Ten minutes of video: scored in bounded memory, with the same offset as a short clip of it."""

import json
import os
import subprocess
import tempfile
import unittest

import support

SECONDS = 600
MAX_MB = 500


class LongVideo(unittest.TestCase):
    def test_ten_minutes(self):
        short = support.long_sample(20)
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen([support.BINARY, "score", "--json", support.long_sample(SECONDS)], stdout=output,
                                       stdin=subprocess.DEVNULL, env=support.environment())
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            answer = json.loads(output.read())
        self.assertEqual(process.returncode, 0)
        peak_mb = used.ru_maxrss / 1024
        print(f"peak memory {peak_mb:.0f} MB, {used.ru_utime + used.ru_stime:.0f} s of processor time", end=" ", flush=True)
        if not support.SANITIZED:
            self.assertLess(peak_mb, MAX_MB)
        self.assertAlmostEqual(answer["video"]["seconds"], SECONDS, delta=2)
        expected = support.measured_offset(support.score(short)[0])
        self.assertAlmostEqual(support.measured_offset(answer), expected, delta=1)
        # One face from beginning to end, whatever is done with it in between.
        self.assertAlmostEqual(sum(t["end_s"] - t["start_s"] for t in answer["debug"]["all_results"]), SECONDS, delta=SECONDS * 0.05)


if __name__ == "__main__":
    unittest.main()
