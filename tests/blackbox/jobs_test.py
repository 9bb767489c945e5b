"""Jobs: scored later, listened to, ended, told to webhooks; and what is accepted is done whatever happens."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import sqlite3
import threading
import time
import unittest
from collections import Counter

import support
from webhook_receiver import SECRET, WEBHOOKS, Receiver

GONE = (404, "not_found")


class Jobs(unittest.TestCase):
    def create(self, service, video, headers=(), query="", status=202):
        """With the video's bytes, or a body of {"video_path": …}."""
        kind = "application/json" if isinstance(video, dict) else "video/mp4"
        content = json.dumps(video) if isinstance(video, dict) else video if isinstance(video, bytes) else video.read_bytes()
        answer = service.request("POST", "/v1/jobs" + query, content, {"Content-Type": kind} | dict(headers))
        self.assertEqual(answer.status, status, answer)
        body = answer.json()
        if status == 202:
            self.assertEqual(answer.headers["Location"], "/v1/jobs/" + body["id"])
        return body

    def job(self, service, job, headers=()):
        answer = service.request("GET", f"/v1/jobs/{job['id']}", headers=dict(headers))
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def ended(self, service, job):
        support.wait_until(lambda: self.job(service, job)["state"] in ("done", "failed"), "the job's end")
        return self.job(service, job)

    def delete(self, service, job, headers=()):
        return service.request("DELETE", f"/v1/jobs/{job['id']}", headers=dict(headers)).status

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.json()["code"]), (status, code))


class OneService(Jobs):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service())
        cls.clip = support.short_sample()
        cls.path = cls.service.put(cls.clip)


class Results(OneService):
    def test_the_result_is_what_score_answers(self):
        expected = self.service.upload(self.clip, "me").json()
        content = self.clip.read_bytes()
        body, kind = support.form([("video", content, "x.mp4"), ("session_id", "me")])
        form = self.service.request("POST", "/v1/jobs", body, {"Content-Type": kind})
        self.assertEqual(form.status, 202, form)
        for name, job in {"path": self.create(self.service, {"video_path": self.path, "session_id": "me"}),
                          "bytes": self.create(self.service, content, query="?session_id=me"),
                          "form": form.json()}.items():
            with self.subTest(name):
                self.assertEqual((job["state"], job["session_id"]), ("queued", "me"))
                self.assertIsNone(job["result"])
                done = self.ended(self.service, job)
                self.assertEqual((done["state"], done["progress"], done["error"]), ("done", 1, None))
                self.assertEqual(set(done["result"]), set(expected))
                same = expected | {"processing_time_ms": done["result"]["processing_time_ms"]}
                self.assertEqual(done["result"], same)
                self.assertLessEqual(done["created_at"], done["finished_at"])

    def test_a_bad_video_fails_with_the_problem_that_score_answers(self):
        whole = support.sample().read_bytes()
        for bad in (b"not a video" * 100, whole[: len(whole) // 2], b""):
            problem = self.service.upload(bad).json()
            failed = self.ended(self.service, self.create(self.service, bad))
            self.assertEqual((failed["state"], failed["result"], failed["progress"]), ("failed", None, None))
            self.assertEqual(failed["error"], problem)

    def test_the_videos_of_ended_jobs_are_not_kept(self):
        for content in (self.clip.read_bytes(), b"nonsense" * 1000):
            self.ended(self.service, self.create(self.service, content))
        self.assertEqual(os.listdir(self.service.folder / "state/spool"), [])

    def test_there_are_only_jobs_that_there_are(self):
        for path in ("/v1/jobs/job_" + "0" * 32, "/v1/jobs/x", "/v1/jobs/'%20OR%201=1", "/v1/jobs/x/events"):
            self.refused(self.service.request("GET", path), *GONE)
        self.refused(self.service.request("DELETE", "/v1/jobs/x"), *GONE)

    def test_what_can_be_told_at_once_is(self):
        for status, code, body in ((404, "not_found", {"video_path": "missing.mp4"}),
                                   (403, "path_not_allowed", {"video_path": "../secret"}),
                                   (400, "model_not_available", {"video_path": self.path, "model": "nonsense"}),
                                   (400, "invalid_request", {"video_path": self.path, "webhook": "https://example.org"})):
            with self.subTest(code):
                self.assertEqual(self.create(self.service, body, status=status)["code"], code)
        with open(self.service.uploads / "large.mp4", "wb") as file:
            file.truncate(101 << 20)
        self.assertEqual(self.create(self.service, {"video_path": "large.mp4"}, status=413)["code"], "too_large")


class Idempotency(OneService):
    def test_the_same_key_is_the_same_job(self):
        key = {"Idempotency-Key": "order 17"}
        first = self.create(self.service, self.clip, key)
        self.assertEqual(self.create(self.service, {"video_path": self.path}, key)["id"], first["id"], "the same bytes")
        done = self.ended(self.service, first)
        self.assertEqual(self.create(self.service, self.clip, key), done, "also when it has ended")
        self.assertNotEqual(self.create(self.service, self.clip)["id"], first["id"])
        self.assertNotEqual(self.create(self.service, self.clip, {"Idempotency-Key": "order 18"})["id"], first["id"])

    def test_another_video_or_model_is_a_conflict(self):
        key = {"Idempotency-Key": "order 19"}
        self.create(self.service, self.clip, key)
        self.assertEqual(self.create(self.service, b"other bytes", key, status=409)["code"], "idempotency_conflict")
        model = self.service.health()["model"]["name"]
        for other in ({"model": model}, {"face": "largest"}, {"max_offset_ms": 3000}, {"windows": True}):
            self.create(self.service, {"video_path": self.path} | other, key, status=409)

    def test_long_keys_are_refused(self):
        self.create(self.service, self.clip, {"Idempotency-Key": "x" * 256})
        self.create(self.service, self.clip, {"Idempotency-Key": "x" * 257}, status=400)

    def test_a_job_that_was_deleted_can_be_asked_for_again(self):
        key = {"Idempotency-Key": "order 20"}
        first = self.create(self.service, self.clip, key)
        self.assertEqual(self.delete(self.service, first), 204)
        self.assertNotEqual(self.create(self.service, self.clip, key)["id"], first["id"])


class Events(OneService):
    def events(self, job, headers=""):
        """[(state, job)] of the whole stream, which ends by itself."""
        with self.service.connect() as connection:
            connection.sendall(f"GET /v1/jobs/{job['id']}/events HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
            with connection.makefile("rb") as stream:
                head, _, text = stream.read().decode().partition("\r\n\r\n")
        self.assertIn(" 200 ", head.splitlines()[0])
        self.assertIn("text/event-stream", head)
        self.assertIn("X-Content-Type-Options: nosniff", head)
        self.assertIn("Cache-Control: no-store", head)
        events = []
        for block in text.removesuffix("\n\n").split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if lines:
                events.append((lines["event"], json.loads(lines["data"])))
        return events

    def test_every_state_until_the_end(self):
        before = [self.create(self.service, support.sample()) for _ in range(3)]  # so that the next one has to wait
        job = self.create(self.service, support.sample())
        events = self.events(job)
        for name, data in events:
            self.assertEqual((name, data["id"]), (data["state"], job["id"]))
        states = [name for name, _ in events]
        self.assertEqual((states[0], states[-1]), ("queued", "done"))
        self.assertEqual(states, sorted(states, key=["queued", "running", "done"].index))
        self.assertIn("running", states)
        progress = [data["progress"] for name, data in events if name == "running" and data["progress"] is not None]
        self.assertEqual(progress, sorted(progress))
        self.assertEqual(events[-1][1], self.job(self.service, job))
        self.assertEqual([data for _, data in self.events(job)], [self.job(self.service, job)], "it had ended before")
        for other in before:
            self.ended(self.service, other)

    def test_the_stream_of_a_job_that_fails(self):
        self.assertEqual(self.events(self.create(self.service, b"nonsense"))[-1][0], "failed")

    def test_the_stream_ends_with_a_job_that_is_deleted(self):
        job = self.create(self.service, support.long_sample(600))
        deleter = threading.Timer(0.3, self.delete, (self.service, job))
        deleter.start()
        start = time.monotonic()
        self.assertNotIn("done", [name for name, _ in self.events(job)])
        self.assertLess(time.monotonic() - start, 10, "it heard of it")
        deleter.join()

    def test_pages_may_listen(self):
        with support.Service(CORS_ORIGINS="https://app.example") as service, service.connect() as connection:
            job = self.create(service, self.clip)
            connection.sendall(f"HEAD /v1/jobs/{job['id']}/events HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n\r\n".encode())
            with connection.makefile("rb") as stream:
                head, _, body = stream.read().partition(b"\r\n\r\n")
        self.assertIn(b"Access-Control-Allow-Origin: https://app.example", head)
        self.assertEqual(body, b"", "HEAD has no body")


class Ending(Jobs):
    def test_a_job_can_be_ended_at_any_time(self):
        with support.Service(WORKERS=1) as service:
            path = service.put(support.long_sample(600))
            running = self.create(service, {"video_path": path})
            queued = self.create(service, support.short_sample())
            support.wait_until(lambda: self.job(service, running)["state"] == "running", "the job's begin")
            self.assertEqual(self.job(service, queued)["state"], "queued")
            for job in (queued, running):
                self.assertEqual(self.delete(service, job), 204)
                self.assertEqual(self.delete(service, job), 404)
                self.refused(service.request("GET", f"/v1/jobs/{job['id']}"), *GONE)
            done = self.ended(service, self.create(service, support.short_sample()))  # the worker is free again
            self.assertEqual(done["state"], "done")
            self.assertEqual(self.delete(service, done), 204)
            self.refused(service.request("GET", f"/v1/jobs/{done['id']}"), *GONE)
            self.assertEqual(os.listdir(service.folder / "state/spool"), [])

    def test_a_full_queue_turns_jobs_away(self):
        with support.Service(WORKERS=1, JOB_QUEUE=2, DRAIN_SECONDS=1) as service:
            key = {"Idempotency-Key": "first"}
            running = self.create(service, support.long_sample(600))
            support.wait_until(lambda: self.job(service, running)["state"] == "running", "the job's begin")
            queued = [self.create(service, support.short_sample(), key), self.create(service, support.short_sample())]
            for _ in range(2):
                answer = service.request("POST", "/v1/jobs", support.short_sample().read_bytes(), {"Content-Type": "video/mp4"})
                self.refused(answer, 503, "overloaded")
                self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
            self.assertEqual(self.create(service, support.short_sample(), key)["id"], queued[0]["id"], "it has its place")
            self.delete(service, queued[1])
            self.create(service, support.short_sample())
            self.delete(service, running)
            self.assertEqual(self.ended(service, queued[0])["state"], "done")
            self.create(service, support.short_sample())


class Webhooks(Jobs):
    def verified(self, message):
        """The event, where its signature is good as standardwebhooks.com says."""
        headers, body = message
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], "v1," + expected)
        self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 60)
        self.assertEqual(headers["Content-Type"], "application/json")
        return json.loads(body)

    def test_the_end_of_a_job_is_told_and_signed(self):
        with Receiver() as receiver, support.Service(**WEBHOOKS) as service:
            path = service.put(support.short_sample())
            done = self.create(service, {"video_path": path, "webhook": receiver.address})
            failed = self.create(service, b"nonsense", query="?webhook=" + receiver.address.replace("?", "%3F"))
            self.create(service, {"video_path": path})  # without one
            support.wait_until(lambda: len(receiver.messages) >= 2, "two messages")
            events = {event["data"]["id"]: event for event in map(self.verified, receiver.messages)}
            for job, name in ((done, "done"), (failed, "failed")):
                now = self.ended(service, job)
                self.assertEqual(events[job["id"]], {"type": "job." + name, "timestamp": now["finished_at"], "data": now})
            self.assertCountEqual(receiver.ids(), [done["id"], failed["id"]])

    def test_they_are_sent_again_where_the_receiver_fails(self):
        with Receiver(500) as receiver, support.Service(**WEBHOOKS) as service:
            job = self.create(service, support.short_sample(), query="?webhook=" + receiver.address)
            support.wait_until(lambda: len(receiver.messages) == 2, "another try")  # after 5 s
            self.assertEqual(receiver.ids(), [job["id"]] * 2)
            self.verified(receiver.messages[1])

    def test_a_receiver_that_hangs_holds_up_no_other(self):
        with Receiver(hangs=True) as slow, Receiver() as quick, support.Service(**WEBHOOKS) as service:
            path = service.put(support.short_sample())
            for _ in range(10):
                self.create(service, {"video_path": path, "webhook": slow.address})
            support.wait_until(lambda: len(slow.messages) == 4, "as many on their way as one receiver may have")
            start = time.monotonic()
            for _ in range(3):
                self.create(service, {"video_path": path, "webhook": quick.address})
            support.wait_until(lambda: len(quick.messages) == 3, "the others' messages")
            self.assertLess(time.monotonic() - start, 12, "sooner than one of the slow ones is given up")

    def test_private_addresses_are_not_spoken_to(self):
        with Receiver() as receiver, support.Service(**WEBHOOKS | {"WEBHOOK_PRIVATE": "no"}) as service:
            job = self.create(service, support.short_sample(), query="?webhook=" + receiver.address)
            service.wait_for_line("webhook was not delivered.*not public")
            self.assertEqual(self.ended(service, job)["state"], "done")
            self.assertEqual(receiver.messages, [])

    def test_addresses_without_tls_are_refused_unless_allowed(self):
        with support.Service(**WEBHOOKS | {"WEBHOOK_HTTP_HOSTS": None}) as service:
            for address in ("http://127.0.0.1:8000/", "http://example.org/", "ftp://example.org/", "example.org", "https://user:pass@example.org/"):
                with self.subTest(address):
                    path = service.put(support.short_sample())
                    problem = self.create(service, {"video_path": path, "webhook": address}, status=400)
                    self.assertEqual(problem["code"], "invalid_request")


class Owners(Jobs):
    def test_jobs_of_others_are_not_there(self):
        folder = support.scratch_folder()
        (mine, line), (other, other_line) = support.new_key("mine", "jobs"), support.new_key("other", "jobs,score")
        (folder / "keys.jsonl").write_text(line + other_line)
        mine, other = ({"Authorization": f"Bearer {key}"} for key in (mine, other))
        with support.Service(folder=folder, API_KEYS=folder / "keys.jsonl") as service:
            key = {"Idempotency-Key": "the same"}
            job = self.create(service, support.short_sample(), mine | key)
            for method, path in (("GET", ""), ("GET", "/events"), ("DELETE", "")):
                answer = service.request(method, f"/v1/jobs/{job['id']}{path}", headers=other)
                self.refused(answer, *GONE)
            theirs = self.create(service, b"other bytes", other | key)  # not a conflict
            self.assertNotEqual(theirs["id"], job["id"])
            self.assertEqual(self.job(service, job, mine)["id"], job["id"])
            self.assertEqual(self.delete(service, job, mine), 204)


class Survival(Jobs):
    def all_done(self, service, ids):
        for job in ids:
            self.assertEqual(self.ended(service, {"id": job})["state"], "done")
        with contextlib.closing(sqlite3.connect(service.folder / "state/syncnet.db")) as database:
            rows = database.execute("SELECT id, state FROM jobs").fetchall()
        self.assertCountEqual([row[0] for row in rows], ids)
        self.assertEqual({row[1] for row in rows}, {2})

    def test_fifty_jobs_survive_a_service_that_is_killed(self):
        folder = support.scratch_folder()
        with Receiver() as receiver:
            with support.Service(folder=folder, **WEBHOOKS) as service:
                clip = support.short_sample().read_bytes()
                ids = [self.create(service, clip, query="?webhook=" + receiver.address)["id"] for _ in range(50)]
                self.assertEqual(len(set(ids)), 50)
                support.wait_until(lambda: len(receiver.messages) >= 5, "some to be done")
                family = service.processes()
                service.kill()
                self.assertLess(len(set(receiver.ids())), 50, "it was killed in the middle")
            support.wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in family), "the end of its workers", 10)
            with support.Service(folder=folder, **WEBHOOKS) as service:
                self.all_done(service, ids)
                support.wait_until(lambda: set(receiver.ids()) == set(ids), "all messages")
        # The one message that was on its way may come again.
        self.assertLessEqual(sum(Counter(receiver.ids()).values()), 51)

    def test_a_job_that_takes_the_service_down_is_not_tried_for_ever(self):
        folder = support.scratch_folder()
        bad = support.long_sample(1200)
        job = None
        for _ in range(3):
            with support.Service(folder=folder, WORKERS=1) as service:
                if job is None:
                    job = self.create(service, bad)
                    good = self.create(service, support.short_sample())
                support.wait_until(lambda: self.job(service, job)["state"] == "running", "its beginning")
                service.kill()
        with support.Service(folder=folder, WORKERS=1) as service:
            failed = self.ended(service, job)
            self.assertEqual((failed["state"], failed["error"]["code"]), ("failed", "broke_its_worker"))
            self.assertEqual(self.ended(service, good)["state"], "done", "the next one's turn comes")
            self.assertEqual(self.ended(service, self.create(service, bad))["error"]["code"], "quarantined")
        with support.Service(folder=folder) as service:
            self.refused(service.upload(bad), 422, "quarantined")

    def test_jobs_survive_a_stop(self):
        folder = support.scratch_folder()
        with support.Service(folder=folder, WORKERS=1, DRAIN_SECONDS=1) as service:
            ids = [self.create(service, video)["id"] for video in (support.long_sample(60), *[support.short_sample()] * 3)]
            support.wait_until(lambda: self.job(service, {"id": ids[0]})["state"] == "running", "the first job's begin")
        with support.Service(folder=folder) as service:
            self.all_done(service, ids)


if __name__ == "__main__":
    unittest.main()
