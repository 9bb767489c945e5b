"""Answers that are remembered: the same bytes with the same model and settings are looked at once."""

import unittest
from concurrent.futures import ThreadPoolExecutor

import support

CHANGING = ("cached", "processing_time_ms", "session_id")


class Cache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        clips = support.samples({n: ("--seconds", "1.6", "--delay-ms", str(n * 40)) for n in range(4)})
        cls.clip, *cls.others = clips.values()

    def service(self, folder=None, entries=100, **settings):
        return support.Service(folder=folder, CACHE_ENTRIES=entries, **settings)

    def scored(self, answer):
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def cached(self, answer) -> bool:
        return self.scored(answer)["cached"]

    def same(self, one: dict, other: dict) -> None:
        self.assertEqual(*({name: value for name, value in body.items() if name not in CHANGING} for body in (one, other)))

    def test_the_same_bytes_are_looked_at_once(self):
        with self.service() as service:
            first = self.scored(service.upload(self.clip, "one"))
            self.assertFalse(first["cached"])
            again = self.scored(service.upload(self.clip, "two"))
            self.assertTrue(again["cached"])
            self.same(first, again)
            self.assertEqual((first["session_id"], again["session_id"]), ("one", "two"))

            # However they come, by whatever name.
            path = service.put(self.clip, "another name.mp4")
            raw = service.request("POST", "/v1/score?session_id=three", self.clip.read_bytes(), {"Content-Type": "video/mp4"})
            named = service.post_json({"video_path": path, "model": first["model"]["name"]})
            for answer in (service.score_path(path), raw, named):
                self.assertTrue(self.cached(answer))
                self.same(first, answer.json())

            self.assertFalse(self.cached(service.upload(self.others[0])), "other bytes")

    def test_what_is_remembered_is_of_the_bytes_that_were_looked_at(self):
        with self.service(WORKERS=1) as service, ThreadPoolExecutor(1) as pool:
            path, long = service.put(self.clip, "changing.mp4"), service.put(support.long_sample(1200))
            body = b'{"video_path": "%s"}' % long.encode()
            with service.connect() as connection:  # the only worker has much to do
                connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" %
                                   (len(body), body))
                support.wait_until(lambda: b'syncnet_depth{of="busy_workers"} 1' in service.request("GET", "/metrics").body, "its beginning")
                waiting = pool.submit(service.score_path, path)
                support.wait_until(lambda: b'syncnet_depth{of="waiting_requests"} 1' in service.request("GET", "/metrics").body, "the other one to wait")
                with open(service.uploads / path, "r+b") as file:  # its hash is known by now
                    file.write(self.others[2].read_bytes())
                    file.truncate()
            changed = self.scored(waiting.result())
            self.assertFalse(changed["cached"])
            known = self.scored(service.upload(self.clip))
            self.assertTrue(known["cached"])
            self.same(known, changed)
        with self.service() as service:
            self.same(known, self.scored(service.upload(self.clip)))

    def test_nobody_hears_of_the_videos_of_others(self):
        keys = [support.new_key(name, "score") for name in ("one", "two")]
        file = support.scratch_folder() / "keys.jsonl"
        file.write_text("".join(line for _, line in keys))
        file.chmod(0o600)
        with self.service(API_KEYS=file) as service:
            for again in (False, True):
                for key, _ in keys:
                    headers = {"Content-Type": "video/mp4", "X-API-Key": key}
                    answer = service.request("POST", "/v1/score", self.clip.read_bytes(), headers)
                    self.assertEqual(self.cached(answer), again)

    def test_errors_are_not_remembered(self):
        with self.service() as service:
            for _ in range(2):
                self.assertEqual(service.upload(b"not a video" * 100).status, 415)
            whole = self.clip.read_bytes()
            self.assertEqual(service.upload(whole[: len(whole) // 2]).status, 422)
            self.assertFalse(self.cached(service.upload(whole)))

    def test_they_survive_a_restart_but_not_other_thresholds(self):
        folder = support.scratch_folder()
        with self.service(folder) as service:
            first = self.scored(service.upload(self.clip))
        with self.service(folder) as service:
            again = self.scored(service.upload(self.clip))
            self.assertTrue(again["cached"])
            self.same(first, again)
        with self.service(folder, NEXT_SCORE=0, ALLOW_SCORE=0, ALLOW_OFFSET_FRAMES=15) as service:
            other = self.scored(service.upload(self.clip))
            self.assertFalse(other["cached"])
            self.assertTrue(self.cached(service.upload(self.clip)))
            measured = lambda answer: [{name: value for name, value in face.items() if name not in ("decision", "reason_codes")}  # noqa: E731
                                       for face in answer["debug"]["all_results"]]
            self.assertEqual(measured(other), measured(first))
        with self.service(folder, entries=0) as service:
            self.assertFalse(self.cached(service.upload(self.clip)))

    def test_none_are_remembered_where_none_may(self):
        with self.service(entries=0) as service:
            for _ in range(3):
                self.assertFalse(self.cached(service.upload(self.clip)))

    def test_they_are_forgotten_after_a_while(self):
        with self.service(CACHE_SECONDS=1) as service:
            service.upload(self.clip)
            support.time.sleep(1.2)
            self.assertFalse(self.cached(service.upload(self.clip)))

    def test_the_oldest_go_when_there_are_too_many(self):
        folder = support.scratch_folder()
        clips = [self.clip, *self.others]
        with self.service(folder, entries=2) as service:
            for clip in clips:
                self.assertFalse(self.cached(service.upload(clip)))
        with self.service(folder, entries=2) as service:  # starting, it lets go what is too much
            self.assertEqual([self.cached(service.upload(clip)) for clip in reversed(clips)], [True, True, False, False])


if __name__ == "__main__":
    unittest.main()
