"""Where the zero lies, of clips whose lips part when a burst is heard, or a known time before."""
import unittest

import numpy as np

from training import zero
from training.dataset import SAMPLES_PER_FRAME, Clip

FRAMES, BURSTS = 200, range(20, 190, 12)
NOISE = np.random.default_rng(1)


def talking(late_ms: float, speaker: str) -> Clip:
    """Two lips as blurred edges, which part within a frame around each burst and close slowly; the sound comes `late_ms` later."""
    gap = np.zeros(FRAMES)
    for burst in BURSTS:
        gap[burst:burst + 8] = np.linspace(6, 0, 8)
    rows = np.arange(80)[None, :] - 40.0
    dark = lambda place: 80 / (1 + np.exp((np.abs(rows) - 12 - place[:, None]) / 2))  # noqa: E731
    crops = np.repeat((170 - dark(gap / 2))[:, :, None], 80, axis=2).clip(0, 255).astype(np.uint8)
    sound = NOISE.normal(0, 3, FRAMES * SAMPLES_PER_FRAME)
    for burst in BURSTS:
        # Seen to part between two frames: in the middle of them.
        start = int((burst - 0.5) * SAMPLES_PER_FRAME + late_ms * 16)
        sound[start:start + 2500] += NOISE.normal(0, 4000, 2500) * np.exp(-np.arange(2500) / 900)
    return Clip(speaker, "made", speaker, "train", 0, crops, sound.astype(np.int16), 0.0, 0.01, (0, FRAMES), (0, len(sound)))


class Zero(unittest.TestCase):
    def error(self, late: list[float], measured: list[float]) -> float:
        """In ms."""
        clips = [talking(ms, f"person {k}") for k, ms in enumerate(late)]
        error, spread, events = zero.zero_of(clips, {clip.name: frames for clip, frames in zip(clips, measured)})
        self.assertGreater(events, 30)
        self.assertLess(spread, 0.01)
        return 1000 * error

    def test_what_was_measured_right_is_no_error(self) -> None:
        self.assertLess(abs(self.error([0, 60, 120], [0, -1.5, -3])), 20)

    def test_late_sound_that_was_taken_for_sound_in_place_is_told(self) -> None:
        for late in (40, 80, 120):
            self.assertAlmostEqual(self.error([late] * 3, [0] * 3) - self.error([0] * 3, [0] * 3), late, delta=3)

    def test_offsets_are_put_in_place(self) -> None:
        clips = [talking(0, name) for name in "abc"]
        self.assertEqual(zero.in_place(clips, {"a": 1.0, "b": 2.0}, error=0.04, zero_ms=20), {"a": 0.5, "b": 1.5, "c": 1.0})


if __name__ == "__main__":
    unittest.main()
