"""Files with several sounds, and sounds whose channels differ: the voice that belongs to the lips is found, and told."""

import json
import unittest

import support

SILENCE = ("-f", "lavfi", "-t", "8", "-i", "anullsrc=r=48000:cl=mono")
TONE = ("-f", "lavfi", "-t", "8", "-i", "sine=f=440:r=48000")
LISTED = {"track", "language", "codec", "channels", "layout", "sample_rate", "default", "speech_s"}


def genuine():
    return support.sample("--seconds", "8", "--seed", "3")


def stranger():
    return support.sample("--seconds", "8", "--seed", "3", "--other-audio")


def edited(*arguments, ending=".mkv"):
    return support.edited("-i", genuine(), *arguments, ending=ending)


def channels(matrix: str, *codec, ending=".mkv"):
    return edited("-c:v", "copy", "-af", matrix, *(codec or ("-c:a", "pcm_s16le")), ending=ending)


def two_languages():
    """The default track is another voice, in German; the second is the one that is filmed."""
    return edited("-i", stranger(), "-map", "0:v", "-map", "1:a", "-map", "0:a", "-c", "copy",
                  "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=eng", "-disposition:a:0", "default",
                  "-disposition:a:1", "0")


def scored(video, *flags) -> dict:
    done = support.run("score", "--json", video, *flags)
    if done.returncode != 0:
        raise AssertionError(f"score ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


class Tracks(unittest.TestCase):
    def assert_belongs(self, answer, track, used="mix"):
        self.assertEqual(answer["decision"], "ALLOW", answer["reasons"])
        self.assertLessEqual(abs(answer["offset_frames"]), 1)
        self.assertEqual((answer["audio"]["track"], answer["audio"]["used"]), (track, used))

    def test_the_one_with_a_voice_is_judged(self):
        for name, other in (("silence", SILENCE), ("a tone", TONE)):
            with self.subTest(name):
                video = edited(*other, "-map", "0:v", "-map", "1:a", "-map", "0:a", "-c:v", "copy", "-c:a", "aac", "-t", "8",
                               "-disposition:a:0", "default", "-disposition:a:1", "0")
                answer = scored(video)
                self.assert_belongs(answer, 2)
                self.assertEqual([row["track"] for row in answer["audio"]["tracks"]], [1, 2])
                self.assertLess(answer["audio"]["tracks"][0]["speech_s"], 0.5)
                self.assertGreater(answer["audio"]["tracks"][1]["speech_s"], 2)
                self.assertEqual(set(answer["audio"]["tracks"][0]), LISTED)

    def test_of_two_voices_the_one_that_fits_is_judged(self):
        answer = scored(two_languages())
        self.assert_belongs(answer, 2)
        self.assertEqual(answer["audio"]["language"], "eng")
        self.assertEqual([(row["language"], row["default"]) for row in answer["audio"]["tracks"]], [("deu", True), ("eng", False)])

    def test_the_default_one_is_enough_where_it_fits(self):
        video = edited("-i", stranger(), "-map", "0:v", "-map", "0:a", "-map", "1:a", "-c", "copy")
        answer = scored(video)
        self.assert_belongs(answer, 1)
        self.assertIsNone(answer["audio"]["tracks"][1]["speech_s"])

    def test_one_can_be_asked_for(self):
        for choice, track, decision in (("1", 1, "BLOCK"), ("deu", 1, "BLOCK"), ("default", 1, "BLOCK"), ("2", 2, "ALLOW"), ("ENG", 2, "ALLOW")):
            with self.subTest(choice):
                answer = scored(two_languages(), "--audio-track", choice)
                self.assertEqual((answer["audio"]["track"], answer["decision"]), (track, decision))

    def test_there_is_no_such_track(self):
        for choice in ("3", "fra"):
            done = support.run("score", two_languages(), "--audio-track", choice)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("1 (deu), 2 (eng)", done.stderr)
        done = support.run("score", two_languages(), "--audio-track", "0")
        self.assertIn("best, default, an audio track's number (from 1 on) or its language", done.stderr)

    def test_the_voice_of_a_broadcaster_on_one_of_four_mono_tracks(self):
        video = edited(*SILENCE, "-map", "0:v", "-map", "1:a", "-map", "1:a", "-map", "0:a", "-map", "1:a", "-c:v", "mpeg2video",
                       "-b:v", "8M", "-c:a", "pcm_s16le", "-ac", "1", "-ar", "48000", "-t", "8", ending=".mxf")
        self.assert_belongs(scored(video), 3)

    def test_over_http(self):
        with support.Service() as service:
            body = {"video_path": service.put(two_languages()), "session_id": "s"}
            best, asked = (service.post_json(body | extra) for extra in ({}, {"audio_track": "deu"}))
            self.assertEqual((best.json()["audio"]["track"], asked.json()["audio"]["track"]), (2, 1))
            wrong = service.post_json(body | {"audio_track": 0})
            self.assertEqual(wrong.status, 400)
            self.assertIn("audio_track must be best, default", wrong.json()["detail"])


class Channels(unittest.TestCase):
    def assert_used(self, video, used, notes=()):
        answer = scored(video)
        self.assertEqual(answer["decision"], "ALLOW", answer["reasons"])
        self.assertEqual((answer["audio"]["used"], answer["audio"]["notes"]), (used, list(notes)))

    def test_sides_that_cancel_each_other(self):
        self.assert_used(channels("pan=stereo|c0=c0|c1=-1*c0"), "difference", ["phase_inverted"])

    def test_one_side_alone(self):
        self.assert_used(channels("pan=stereo|c0=0*c0|c1=c0"), "mix", ["one_sided"])

    def test_the_voice_in_the_centre(self):
        for codec, ending in (("ac3", ".mkv"), ("eac3", ".mp4")):
            with self.subTest(codec):
                self.assert_used(channels("pan=5.1|FC=c0", "-c:a", codec, ending=ending), "mix")

    def test_another_voice_on_the_other_side(self):
        video = edited("-i", stranger(), "-filter_complex", "[0:a][1:a]amerge=inputs=2,pan=stereo|c0=2*c1|c1=0.5*c0[a]", "-map", "0:v",
                       "-map", "[a]", "-c:v", "copy", "-c:a", "pcm_s16le")
        self.assert_used(video, "right")

    def test_two_sides_that_are_the_same(self):
        self.assert_used(channels("pan=stereo|c0=c0|c1=c0"), "mix")


if __name__ == "__main__":
    unittest.main()
