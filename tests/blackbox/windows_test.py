"""`syncnet windows`: what is right in one place and wrong in another is told by its place."""

import json
import unittest

import support


def joined(first, second):
    """One clip after the other; a cut, as two faces."""
    return support.edited("-i", first, "-i", second, "-filter_complex", "[0:v][0:a][1:v][1:a]concat=n=2:v=1:a=1", "-preset", "veryfast", ending=".mp4")


def drifting():
    """One shot whose audio is in place for 8 s and 320 ms late from then on."""
    clip = support.sample("--seconds", "16")
    graph = "[0:a]asplit[a][b];[a]atrim=0:8[c];[b]adelay=320:all=1,atrim=8:16,asetpts=PTS-STARTPTS[d];[c][d]concat=n=2:v=0:a=1"
    return support.edited("-i", clip, "-filter_complex", graph, "-c:v", "copy", ending=".mp4")


def windows(video, *flags) -> dict:
    done = support.run("windows", video, "--json", *flags)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)["windows"]


class InTheService(unittest.TestCase):
    def test_the_service_says_the_same(self):
        clip = support.sample("--seconds", "8", "--delay-ms", "200")
        with support.Service(CACHE_ENTRIES=10) as service:
            path = service.put(clip)
            raw = {"Content-Type": "video/mp4"}
            for answer in (service.post_json({"video_path": path, "windows": True}), service.post_form([("video", clip.read_bytes(), "x"), ("windows", "true")]),
                           service.request("POST", "/v1/score?windows=true", clip.read_bytes(), raw)):
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(answer.json()["windows"], windows(clip))
            self.assertNotIn("windows", service.score_path(path).json(), "nor from the cache where it is not asked for")
            self.assertEqual(service.post_json({"video_path": path, "windows": "yes"}).status, 400)


class Windows(unittest.TestCase):
    def test_a_steady_clip_has_one_offset(self):
        found = windows(support.sample("--seconds", "8", "--delay-ms", "200"))
        track, = found["tracks"]
        self.assertFalse(track["drifts"])
        run, = track["offsets"]
        self.assertAlmostEqual(run["offset"], -5, delta=1)
        self.assertEqual([w["start"] for w in track["windows"][:3]], ["00:00:00:00", "00:00:01:00", "00:00:02:00"])
        good = [w for w in track["windows"] if w["evidence"]]
        self.assertGreater(len(good), 4)
        near = [w for w in good if abs(w["offset"] - run["offset"]) <= 1]
        self.assertGreaterEqual(len(near), 0.7 * len(good))

    def test_a_change_is_found_where_it_is(self):
        track, = windows(drifting())["tracks"]
        self.assertTrue(track["drifts"])
        before, after = track["offsets"]
        self.assertAlmostEqual(before["offset"], 0, delta=1)
        self.assertAlmostEqual(after["offset"], -8, delta=1)
        self.assertAlmostEqual(before["end_s"], 8, delta=1.5)
        self.assertEqual(before["end"], after["start"])

    def test_windows_without_speech_have_no_numbers(self):
        found = windows(support.sample("--silence"))
        self.assertEqual((found["speech"], found["speakers"]), ([], []))
        for window in found["tracks"][0]["windows"]:
            self.assertFalse(window["evidence"])
            self.assertNotIn("offset", window)

    def test_who_speaks_is_the_one_who_is_heard(self):
        both = joined(*(support.sample("--two-faces", "--face-height", "0.4", "--seconds", "8", "--speaker", side, "--size", "640x480")
                        for side in ("left", "right")))
        done = support.run("windows", both, "--json", "--all")
        answer = json.loads(done.stdout)
        boxes = {track["track"]: track["mean_box"] for track in answer["debug"]["all_results"]}
        heard = {"left": [0.0, 0.0], "right": [0.0, 0.0]}  # seconds in the first and the second half
        for speaking in answer["windows"]["speakers"]:
            if speaking["track"] is not None:
                side = "left" if sum(boxes[speaking["track"]][::2]) < 640 else "right"
                heard[side][speaking["start_s"] >= 8] += speaking["end_s"] - speaking["start_s"]
        self.assertEqual(len(answer["windows"]["tracks"]), len(boxes))
        self.assertGreater(heard["left"][0], 2 * heard["right"][0])
        self.assertGreater(heard["right"][1], 2 * heard["left"][1])

    def test_the_table_is_for_people(self):
        done = support.run("windows", drifting(), "--window", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the offset changes", done.stdout)
        self.assertIn("who speaks", done.stdout)


if __name__ == "__main__":
    unittest.main()
