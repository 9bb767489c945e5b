"""What a caller may choose: whose voice it has to be, and how far the offset is searched."""

import json
import re
import subprocess
import unittest

import support

VIDEO = {"Content-Type": "video/mp4"}
WIDTH = 640
TOO_HIGH = 99
BAD_FACES = ("both", "Left", "-1", "1.5")
FACES_ALLOWED = "all, largest, left, right or a face's number"
BAD_OFFSETS = ("199", "10001", "-400", "2000.5", "far")
LATE_MS = 320


def two_faces():
    """The one on the left is heard; the one on the right says something else."""
    return support.sample("--two-faces", "--seconds", "8", "--size", f"{WIDTH}x480")


def late():
    return support.sample("--seconds", "8", "--delay-ms", str(LATE_MS))


def middle(face: dict) -> float:
    return (face["mean_box"][0] + face["mean_box"][2]) / 2


def area(face: dict) -> float:
    left, top, right, bottom = face["mean_box"]
    return (right - left) * (bottom - top)


def scored(*flags, video) -> dict:
    done = support.run("score", "--json", video, *flags)
    if done.returncode != 0:
        raise AssertionError(f"score ended with {done.returncode}: {done.stderr}")
    answer = json.loads(done.stdout)
    answer.pop("processing_time_ms")
    return answer


class OnTheCommandLine(unittest.TestCase):
    def one_face(self, choice) -> dict:
        answer = scored("--face", choice, video=two_faces())
        face, = answer["debug"]["all_results"]
        return answer | {"face": face}

    def test_one_face_is_judged(self):
        everybody = scored(video=two_faces())
        faces = everybody["debug"]["all_results"]
        self.assertEqual(len(faces), 2)
        self.assertEqual(scored("--face", "all", video=two_faces()), everybody)

        left, right = self.one_face("left"), self.one_face("right")
        self.assertLess(middle(left["face"]), WIDTH / 2)
        self.assertGreater(middle(right["face"]), WIDTH / 2)
        self.assertGreater(left["score"], right["score"] or 0)
        self.assertNotEqual(right["decision"], "ALLOW", "nobody on the right says this")
        self.assertEqual(area(self.one_face("largest")["face"]), max(map(area, faces)))
        for face in faces:
            self.assertEqual(self.one_face(face["track"])["face"]["mean_box"], face["mean_box"])
        self.assertEqual(self.one_face(left["face"]["track"]), left)

    def test_a_face_that_there_is_not(self):
        done = support.run("score", "--json", two_faces(), "--face", str(TOO_HIGH))
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]), (3, "invalid_request"))
        self.assertIn(f"no face number {TOO_HIGH}", done.stderr)

    def test_the_range_that_is_searched(self):
        offset = -LATE_MS // 40
        for max_ms in (2000, 1200):
            answer = scored("--max-offset-ms", max_ms, video=late())
            self.assertEqual(answer["max_offset_ms"], max_ms)
            curve = answer["debug"]["all_results"][0]["curve"]
            self.assertEqual(len(curve), 2 * max_ms // 40 + 1)
            self.assertAlmostEqual(support.measured_offset(answer), offset, delta=1)
            self.assertNotIn("offset_at_edge", answer["reason_codes"])
        near = scored("--max-offset-ms", 200, video=late())
        self.assertIn("offset_at_edge", near["reason_codes"])
        self.assertNotEqual(near["decision"], "ALLOW")

    def test_every_command_that_judges_knows_both(self):
        clip = two_faces()
        out = support.scratch_folder()
        for command in (("score", clip), ("batch", clip), ("windows", clip), ("explain", clip), ("fix", clip, "-o", out / "fixed.mp4"),
                        ("visualise", clip, "-o", out / "seen.mp4"), ("report", clip, "-o", out / "r.html"), ("evaluate", clip), ("calibrate", clip, "-o", out / "c.json")):
            with self.subTest(command[0]):
                for bad in BAD_FACES:
                    done = support.run(*command, f"--face={bad}")
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn(FACES_ALLOWED, done.stderr)
                for bad in BAD_OFFSETS:
                    done = support.run(*command, f"--max-offset-ms={bad}")
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn("from 200 to 10000", done.stderr)

    def test_the_environment_may_say_how_far(self):
        ask = lambda value: subprocess.run([support.BINARY, "score", "--json", late()], capture_output=True, text=True,  # noqa: E731
                                           env=support.environment(MAX_OFFSET_MS=value))
        self.assertEqual(json.loads(ask("1200").stdout)["max_offset_ms"], 1200)
        refused = ask("20000")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("MAX_OFFSET_MS", refused.stderr)

    def test_the_commands_that_tell_more_judge_the_same_face(self):
        clip = two_faces()
        out = support.scratch_folder()
        chosen = ("--face", "right", "--max-offset-ms", "400")
        expected = scored(*chosen, video=clip)
        row = json.loads(support.run("batch", clip, *chosen).stdout)
        self.assertEqual((row["faces"], row["score"], row["evidence_s"], row["drift_ms_per_s"]),
                         (1, expected["score"], expected["evidence_s"], expected["drift_ms_per_s"]))
        for command in ("windows", "explain"):
            answer = json.loads(support.run(command, clip, "--json", *chosen).stdout)
            self.assertEqual({name: answer[name] for name in expected}, expected)
        self.assertIn("1 face ", support.run("visualise", clip, "-o", out / "seen.mp4", *chosen).stdout)

    def test_fix_looks_as_far_as_it_is_told(self):
        out = support.scratch_folder() / "fixed.mp4"
        near = support.run("fix", late(), "-o", out, "--max-offset-ms", "200")
        self.assertEqual(near.returncode, 3, near.stdout)
        self.assertIn("--max-offset-ms", near.stderr)
        self.assertFalse(out.exists())
        far = support.run("fix", late(), "-o", out, "--json", "--max-offset-ms", "1200", "--face", "largest")
        self.assertEqual(far.returncode, 0, far.stderr)
        self.assertAlmostEqual(json.loads(far.stdout)["sound_later_ms"], -LATE_MS, delta=40)


class InTheService(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service(MAX_OFFSET_MS=400, CACHE_ENTRIES=100))
        cls.content = two_faces().read_bytes()
        cls.path = cls.service.put(two_faces())

    def ways(self, path="/v1/score", **fields):
        """The same asked in each of the three ways, text as text."""
        yield self.service.request("POST", path, json.dumps({"video_path": self.path} | fields), {"Content-Type": "application/json"})
        body, kind = support.form([("video", self.content, "x.mp4"), *fields.items()])
        yield self.service.request("POST", path, body, {"Content-Type": kind})
        query = "&".join(f"{name}={value}" for name, value in fields.items())
        yield self.service.request("POST", f"{path}?{query}", self.content, VIDEO)

    def refused(self, answer, said):
        self.assertEqual((answer.status, answer.json()["code"]), (400, "invalid_request"), answer)
        self.assertIn(said, answer.json()["detail"])

    def test_it_answers_what_the_command_line_says(self):
        expected = scored("--face", "right", "--max-offset-ms", "800", video=two_faces())
        for answer in self.ways(face="right", max_offset_ms="800"):
            self.assertEqual(answer.status, 200, answer)
            body = answer.json()
            self.assertEqual({name: body[name] for name in expected}, expected)

    def test_what_stands_in_the_address_counts_unless_the_body_says_otherwise(self):
        form, kind = support.form([("video", self.content, "x.mp4"), ("max_offset_ms", "800")])
        named = json.dumps({"video_path": self.path, "max_offset_ms": 800})
        for body, headers in ((form, {"Content-Type": kind}), (named, {"Content-Type": "application/json"})):
            answer = self.service.request("POST", "/score?face=right&max_offset_ms=600&session_id=s", body, headers)
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual((answer.json()["max_offset_ms"], answer.json()["session_id"], answer.json()["debug"]["num_results"]), (800, "s", 1))
            refused = self.service.request("POST", f"/score?face={TOO_HIGH}", body, headers)
            self.refused(refused, f"no face number {TOO_HIGH}")

    def test_numbers_in_json_are_numbers(self):
        track = self.service.score_path(self.path).json()["debug"]["all_results"][0]["track"]
        answer = self.service.post_json({"video_path": self.path, "face": track, "max_offset_ms": 800})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual((answer.json()["max_offset_ms"], answer.json()["debug"]["num_results"]), (800, 1))

    def test_the_setting_counts_where_nothing_is_said(self):
        self.assertEqual(self.service.score_path(self.path).json()["max_offset_ms"], 400)

    def test_what_is_allowed_is_said(self):
        for path in ("/score", "/v1/score", "/v1/jobs"):
            for bad in BAD_FACES:
                for answer in self.ways(path, face=bad):
                    self.refused(answer, FACES_ALLOWED)
            for bad in BAD_OFFSETS:
                for answer in self.ways(path, max_offset_ms=bad):
                    self.refused(answer, "from 200 to 10000")

    def lost_workers(self) -> float:
        text = self.service.request("GET", "/metrics").body.decode()
        return float(re.search(r"^syncnet_worker_restarts_total\S* (\S+)$", text, re.MULTILINE).group(1))

    def test_a_face_that_there_is_not_is_the_callers_mistake(self):
        for answer in self.ways(face=str(TOO_HIGH)):
            self.refused(answer, f"no face number {TOO_HIGH}")
        job = self.service.request("POST", f"/v1/jobs?face={TOO_HIGH}", self.content, VIDEO).headers["Location"]
        support.wait_until(lambda: self.service.request("GET", job).json()["state"] == "failed", "the job's end")
        self.assertEqual(self.service.request("GET", job).json()["error"]["code"], "invalid_request")
        self.assertEqual(self.lost_workers(), 0)
        self.assertEqual(self.service.score_path(self.path).status, 200, "the video is not to blame")

    def test_jobs_do_as_they_were_asked(self):
        expected = self.service.post_json({"video_path": self.path, "face": "right", "max_offset_ms": 600}).json()
        for answer in self.ways("/v1/jobs", face="right", max_offset_ms="600"):
            self.assertEqual(answer.status, 202, answer)
            job = answer.headers["Location"]
            support.wait_until(lambda: self.service.request("GET", job).json()["state"] == "done", "the job's end")
            result = self.service.request("GET", job).json()["result"]
            for name in ("score", "decision", "passages", "max_offset_ms", "debug"):
                self.assertEqual(result[name], expected[name], name)

    def test_a_key_belongs_to_what_was_chosen(self):
        ask = lambda query: self.service.request("POST", "/v1/jobs" + query, self.content, VIDEO | {"Idempotency-Key": "k"})  # noqa: E731
        first = ask("?face=left&max_offset_ms=600")
        self.assertEqual(first.status, 202, first)
        self.assertEqual(ask("?face=left&max_offset_ms=600").json()["id"], first.json()["id"])
        for other in ("?face=right&max_offset_ms=600", "?face=left&max_offset_ms=800", "?face=left", ""):
            answer = ask(other)
            self.assertEqual((answer.status, answer.json()["code"]), (409, "idempotency_conflict"), other)

    def test_what_is_remembered_was_chosen_alike(self):
        def cached(**fields):
            answer = self.service.post_json({"video_path": path} | fields)
            self.assertEqual(answer.status, 200, answer)
            return answer.json()["cached"]

        path = self.service.put(support.sample("--two-faces", "--size", f"{WIDTH}x480"))
        self.assertFalse(cached())
        for fields in ({"face": "left"}, {"face": "right"}, {"max_offset_ms": 800}, {"face": "left", "max_offset_ms": 800}):
            self.assertFalse(cached(**fields), fields)
            self.assertTrue(cached(**fields), fields)
        self.assertTrue(cached(face="all", max_offset_ms=400), "the default, said or not")


if __name__ == "__main__":
    unittest.main()
