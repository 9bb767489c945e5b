"""The same recording gives the same answer whatever it is packed in."""

import unittest

import support

CONTAINERS = {".mp4": "mp4", ".mov": "mp4", ".webm": "matroska", ".mkv": "matroska", ".avi": "avi", ".mpg": "mpegps", ".ts": "mpegts"}
CODECS = {  # beside the ones that the containers bring: h264, vp8, mpeg4, mpeg2video, aac, opus, mp3, mp2, flac
    "vp9 and vorbis": ("--video-codec", "libvpx-vp9", "--audio-codec", "libvorbis", ".webm"),
    "mjpeg and pcm": ("--video-codec", "mjpeg", "--audio-codec", "pcm_s16le", ".avi"),
    "hevc": ("--video-codec", "libx265", ".mp4"),
}


class Containers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        clips = support.samples({ending: (ending,) for ending in CONTAINERS} | CODECS)
        cls.answers = dict(zip(clips, support.score(*clips.values())))

    def test_each_gives_the_same_offset(self):
        expected = support.measured_offset(self.answers[".mp4"])
        for name, answer in self.answers.items():
            with self.subTest(name):
                self.assertAlmostEqual(support.measured_offset(answer), expected, delta=1)

    def test_each_is_recognised_by_its_content(self):
        for ending, container in CONTAINERS.items():
            with self.subTest(ending):
                self.assertEqual(self.answers[ending]["video"]["container"], container)

    def test_none_is_reported_as_damaged(self):
        for name, answer in self.answers.items():
            with self.subTest(name):
                self.assertEqual(answer["video"]["damaged_packets"], 0)
                self.assertFalse(answer["video"]["truncated"])


if __name__ == "__main__":
    unittest.main()
