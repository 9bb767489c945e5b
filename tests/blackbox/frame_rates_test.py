"""The offset is a property of the recording, not of its frame rate, its timestamps or the way the camera was held."""

import unittest

import support

RATES = ["10", "25/2", "15", "24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"]


class FrameRates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        wanted = {rate: ("--fps", rate) for rate in RATES}
        wanted |= {
            "variable, webm": ("--vfr", ".webm"),
            "variable, mp4": ("--vfr",),
            "variable, around 15": ("--vfr", "--fps", "15", ".webm"),
            "audio starts late, mp4": ("--audio-start", "0.48"),
            "audio starts late, webm": ("--audio-start", "0.48", ".webm"),
            "audio starts late, ts": ("--audio-start", "0.48", ".ts"),
            "turned 90": ("--rotate", "90"),
            "turned 180": ("--rotate", "180"),
            "turned 270": ("--rotate", "270"),
        }
        clips = support.samples(wanted)
        cls.answers = dict(zip(clips, support.score(*clips.values())))
        cls.offset = {name: support.measured_offset(answer) for name, answer in cls.answers.items()}

    def same_as_at_25(self, names, within=1):
        for name in names:
            with self.subTest(name):
                self.assertAlmostEqual(self.offset[name], self.offset["25"], delta=within)

    def test_every_constant_rate_gives_the_same_offset(self):
        self.same_as_at_25(RATES[1:])

    def test_ten_frames_a_second_are_nearly_as_good(self):
        self.same_as_at_25(["10"], within=2)

    def test_variable_rate_gives_the_same_offset(self):
        self.same_as_at_25([name for name in self.offset if name.startswith("variable")])

    def test_audio_that_starts_late_keeps_its_offset(self):
        self.same_as_at_25([name for name in self.offset if name.startswith("audio starts late")])

    def test_turned_images_are_turned_back(self):
        turned = [name for name in self.offset if name.startswith("turned")]
        self.same_as_at_25(turned)
        upright = self.answers["25"]["debug"]["all_results"][0]["mean_box"]
        for name in turned:
            box = self.answers[name]["debug"]["all_results"][0]["mean_box"]
            for edge, expected in zip(box, upright):
                self.assertAlmostEqual(edge, expected, delta=12, msg=name)

    def test_the_whole_length_is_scored(self):
        for name, answer in self.answers.items():
            with self.subTest(name):
                self.assertAlmostEqual(answer["video"]["seconds"], 4.0, delta=0.15)
                self.assertAlmostEqual(answer["video"]["speech_s"], self.answers["25"]["video"]["speech_s"], delta=0.7)

    def test_the_rate_is_reported(self):
        for rate in RATES:
            numerator, _, denominator = rate.partition("/")
            with self.subTest(rate):
                self.assertAlmostEqual(self.answers[rate]["video"]["fps"], int(numerator) / int(denominator or 1), delta=0.01)


if __name__ == "__main__":
    unittest.main()
