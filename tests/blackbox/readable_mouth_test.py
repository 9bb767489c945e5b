"""`features` tells, five times a second, whether the mouth can be read."""

import unittest

import numpy as np
import support

SURELY = 0.3    # a mouth that can be read has more


class ReadableMouth(unittest.TestCase):
    def readable(self, *flags: str, options: tuple = ()) -> np.ndarray:
        clip = support.sample("--seconds", "4", *options)
        out = support.scratch_folder()
        done = support.run("features", "--out", out, *flags, clip)
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.load(out / f"{clip.stem}.track0.readable.npy").ravel()

    def test_a_hand_before_the_mouth_for_a_while(self):
        free = self.readable()
        self.assertEqual(len(free), 20)
        self.assertGreater(free.min(), SURELY)
        seen = self.readable(options=("--cover-mouth", "1.1:3.1"))
        covered = (np.arange(20) >= 6) & (np.arange(20) < 16)     # looks are at 0, 0.2, 0.4 ... s
        self.assertGreater(seen[~covered].min(), SURELY)
        self.assertLess(seen[covered].max(), SURELY)


if __name__ == "__main__":
    unittest.main()
