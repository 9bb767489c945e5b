"""Where there is nothing to judge by, the answer is NEXT with a reason, and no number is made up."""

import unittest

import support

NUMBERS = ["offset_frames", "confidence", "min_dist", "lag_ms", "score"]


class NotEnoughEvidence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clips = support.samples({
            "no_audio": ("--no-audio",),
            "no_face": ("--no-face",),
            "silence": ("--silence",),
            "music": ("--music",),
            "too_short": ("--seconds", "0.2"),
            "nothing": ("--no-face", "--no-audio"),
        })
        cls.answers = dict(zip(cls.clips, support.score(*cls.clips.values())))

    def abstains(self, clip, reason):
        answer = self.answers[clip]
        self.assertEqual(answer["decision"], "NEXT")
        self.assertIn(reason, answer["reason_codes"])
        self.assertEqual(len(answer["reasons"]), len(answer["reason_codes"]))
        for field in NUMBERS:
            self.assertIsNone(answer[field], field)
        self.assertEqual(answer["debug"]["num_results"], len(answer["debug"]["all_results"]))

    def test_no_audio(self):
        self.abstains("no_audio", "no_audio")

    def test_no_face(self):
        self.abstains("no_face", "no_face")

    def test_silence(self):
        self.abstains("silence", "no_speech")

    def test_music(self):
        self.abstains("music", "no_speech")

    def test_a_fifth_of_a_second(self):
        self.abstains("too_short", "too_short")

    def test_neither_face_nor_audio(self):
        self.abstains("nothing", "no_face")
        self.abstains("nothing", "no_audio")

    def test_people_read_the_reason_and_no_number(self):
        done = support.run("score", self.clips["silence"])
        self.assertEqual(done.returncode, 0)
        self.assertIn("NEXT", done.stdout)
        self.assertIn("Nobody is heard speaking", done.stdout)
        for reason in self.answers["silence"]["reasons"]:
            self.assertIn(reason, done.stdout)
        for word in ("score", "confidence", "min_dist", "offset"):
            self.assertNotIn(word, done.stdout.replace(str(self.clips["silence"]), ""))

    def test_the_service_answers_200(self):
        with support.Service() as service:
            for clip in ("no_audio", "no_face", "silence", "too_short"):
                with self.subTest(clip):
                    answer = service.upload(self.clips[clip], session_id=clip)
                    self.assertEqual(answer.status, 200)
                    self.assertEqual(answer.json()["decision"], "NEXT")
                    self.assertEqual(answer.json()["reason_codes"], self.answers[clip]["reason_codes"])
                    self.assertEqual(answer.json()["session_id"], clip)


if __name__ == "__main__":
    unittest.main()
