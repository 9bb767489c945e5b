"""`syncnet explain`: the reasons are those of the decision, in words."""

import json
import unittest

import support
from windows_test import drifting


def explained(clip) -> tuple[dict, str]:
    """The JSON, and what a person reads."""
    done = support.run("explain", clip, "--json")
    text = support.run("explain", clip)
    if done.returncode != 0 or text.returncode != 0:
        raise AssertionError(done.stderr + text.stderr)
    return json.loads(done.stdout), text.stdout


class Explained(unittest.TestCase):
    def test_in_sync(self):
        answer, text = explained(support.sample("--seconds", "8"))
        why = answer["explanation"]
        self.assertIn("ALLOW", why["decision"])
        self.assertIn("belongs to the lips", text)
        self.assertIn("8.0 s of video, 320x240, one shot", why["seen"])
        self.assertTrue(any("One face" in line for line in why["seen"]))
        parts = {part["name"]: part for part in why["parts"]}
        self.assertEqual(set(parts), {"confidence", "min_dist", "evidence", "offset_frames"})
        self.assertAlmostEqual(parts["confidence"]["value"], answer["confidence"], places=2)
        self.assertTrue(all(part["enough"] for part in parts.values()), parts)
        self.assertLess(parts["confidence"]["needed"], parts["confidence"]["value"])
        self.assertGreater(parts["min_dist"]["needed"], parts["min_dist"]["value"])
        self.assertTrue(why["carried_by"])
        self.assertLess(max(abs(w["offset"] - answer["offset_frames"]) for w in why["carried_by"]), 2)
        self.assertIn("agrees", [w["role"] for w in why["windows"]])
        self.assertEqual(why["windows"][0]["start"], "00:00:00:00")
        self.assertIn("Nothing: it is as it should be", text)

    def test_the_needed_value_is_where_the_decision_changes(self):
        """What it says of one clip is true of another: a clip with that confidence would have been allowed."""
        answer, _ = explained(support.sample("--seconds", "8", "--other-audio"))
        for part in answer["explanation"]["parts"]:
            if part["name"] != "offset_frames" and part["needed"] is not None:
                better = part["value"] <= part["needed"] if part["name"] == "min_dist" else part["value"] >= part["needed"]
                self.assertEqual(part["enough"], better, part)

    def test_late(self):
        answer, text = explained(support.sample("--seconds", "8", "--delay-ms", "320"))
        self.assertEqual(answer["reason_codes"], ["offset_too_large"])
        self.assertIn("320 ms late", text)
        self.assertIn("Too far off for ALLOW", text)
        self.assertRegex(answer["explanation"]["would_change"][0], r"in its place: the score would be (0\.9\d|1\.00), which is ALLOW")
        self.assertIn("syncnet fix", text)

    def test_another_voice(self):
        answer, text = explained(support.sample("--seconds", "8", "--seed", "3", "--other-audio"))
        self.assertEqual(answer["decision"], "BLOCK")
        self.assertIn("Not enough", text)
        self.assertIn("disagrees", [w["role"] for w in answer["explanation"]["windows"]])

    def test_a_change_on_the_way(self):
        self.assertIn("The offset changes on the way", explained(drifting())[1])

    def test_no_evidence(self):
        for options, says in ((["--no-face"], "A face that is large enough"), (["--silence"], "of speech while the mouth is visible; there were 0.0 s"),
                              (["--seconds", "0.6"], "A video of at least 1.0 s; it has 0.6 s"), (["--no-audio"], "Audio with a voice in it")):
            with self.subTest(options):
                answer, text = explained(support.sample(*options))
                why = answer["explanation"]
                self.assertIn("no score is given", why["decision"])
                self.assertEqual((why["parts"], why["windows"], why["carried_by"]), ([], [], []))
                self.assertTrue(any(says in line for line in why["would_change"]), why["would_change"])
                self.assertIn("Record again", text)
                self.assertNotIn("What the score is made of", text)


if __name__ == "__main__":
    unittest.main()
