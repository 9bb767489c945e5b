"""The sign and the size of the offset: positive means that the audio is early."""

import unittest

import support


class SyncSigns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        clips = support.samples({0: (), 200: ("--delay-ms", "200"), -200: ("--delay-ms", "-200"), 320: ("--delay-ms", "320")})
        cls.answers = dict(zip(clips, support.score(*clips.values())))
        cls.offset = {delay: support.measured_offset(answer) for delay, answer in cls.answers.items()}

    def test_clip_in_sync_is_near_zero(self):
        self.assertLessEqual(abs(self.offset[0]), 2)

    def test_audio_200_ms_late_is_five_frames_less(self):
        self.assertAlmostEqual(self.offset[200] - self.offset[0], -5, delta=1)

    def test_audio_320_ms_late_is_eight_frames_less(self):
        self.assertAlmostEqual(self.offset[320] - self.offset[0], -8, delta=1)

    def test_audio_200_ms_early_is_five_frames_more(self):
        self.assertAlmostEqual(self.offset[-200] - self.offset[0], 5, delta=1)

    def test_lag_is_the_offset_at_40_ms_a_frame(self):
        for delay, answer in self.answers.items():
            with self.subTest(delay=delay):
                self.assertEqual(answer["offset_frames"], self.offset[delay])
                self.assertEqual(answer["lag_ms"], answer["offset_frames"] * 40)
                self.assertAlmostEqual(answer["fine_lag_ms"], answer["lag_ms"], delta=20)


if __name__ == "__main__":
    unittest.main()
