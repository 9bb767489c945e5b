"""Many, slow and impatient clients: nobody starves, nothing is left behind."""

import contextlib
import os
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import support


def at_once(count, call):
    """The results of `count` calls that all begin together."""
    start = threading.Barrier(count)

    def one(number):
        start.wait(support.PATIENCE)
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def comparable(answer):
    body = answer.json()
    body.pop("processing_time_ms")
    return body


class Load(unittest.TestCase):
    def test_twenty_requests_at_once_get_the_same_answers(self):
        clip = support.short_sample()
        with support.Service() as service:
            path = service.put(clip)
            expected = comparable(service.score_path(path))
            answers = at_once(20, lambda n: service.upload(clip) if n % 2 else service.score_path(path))
            self.assertEqual([answer.status for answer in answers], [200] * 20)
            for answer in answers:
                self.assertEqual(comparable(answer), expected)
            self.assertEqual(service.health()["busy"], 0)

    def test_more_than_the_queue_holds_is_turned_away(self):
        clip = support.sample()
        with support.Service(WORKERS=1, QUEUE=1) as service:
            path = service.put(clip)
            answers = at_once(12, lambda _: service.score_path(path))
            statuses = [answer.status for answer in answers]
            self.assertLessEqual(set(statuses), {200, 503})
            self.assertIn(200, statuses)
            refused = [answer for answer in answers if answer.status == 503]
            self.assertGreater(len(refused), 0, "one worker and one place took twelve requests")
            for answer in refused:
                self.assertEqual(answer.json()["code"], "overloaded")
                self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
            self.assertEqual(service.score_path(path).status, 200, "there is room again")

    def test_full_service_turns_away_before_the_body_is_sent(self):
        with support.Service(WORKERS=1, QUEUE=1, DRAIN_SECONDS=1) as service, service.connect() as one, service.connect() as two:
            path = service.put(support.long_sample(600))
            for connection in (one, two):
                self.ask_for(connection, path)
            support.wait_until(lambda: service.health()["busy"] == 2, "taking on two requests")
            answer = service.raw(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n")
            self.assertIsNotNone(answer)  # and not a byte of the body was sent
            self.assertEqual((answer.status, answer.json()["code"]), (503, "overloaded"))

    def test_slow_uploads_take_nobodys_place(self):
        head = (b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n"
                b"Expect: 100-continue\r\n\r\n")
        with support.Service(WORKERS=1, QUEUE=1) as service, contextlib.ExitStack() as stack:
            for _ in range(10):
                connection = stack.enter_context(service.connect())
                connection.sendall(head)
                self.assertIn(b"100", connection.recv(100))  # it waits for the body now
            self.assertEqual(service.upload(support.short_sample()).status, 200)

    @staticmethod
    def ask_for(connection, path):
        """Without waiting for the answer."""
        body = support.json.dumps({"video_path": path}).encode()
        connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def test_health_answers_while_all_workers_work(self):
        with support.Service(WORKERS=1, DRAIN_SECONDS=1) as service, service.connect() as connection:
            self.ask_for(connection, service.put(support.long_sample(600)))
            support.wait_until(lambda: service.health()["busy"] == 1, "beginning the work")
            start = time.monotonic()
            for _ in range(10):
                self.assertEqual(service.health()["status"], "healthy")
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(service.health()["busy"], 1, "it was to last longer")

    def test_idle_connections_do_not_block(self):
        with support.Service() as service:
            idle = [service.connect() for _ in range(100)]
            for number, connection in enumerate(idle):
                if number % 2:
                    connection.sendall(b"POST /score HT")  # half of a request
            self.assertEqual(service.health()["status"], "healthy")
            self.assertEqual(service.upload(support.short_sample()).status, 200)
            for connection in idle:
                connection.close()


class SlowClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service(IDLE_TIMEOUT_SECONDS=1, UPLOAD_TIMEOUT_SECONDS=3))
        cls.head = (b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
                    b'--b\r\nContent-Disposition: form-data; name="video"; filename="x"\r\n\r\n')

    def closed_after(self, connection, drip=b""):
        """Seconds until the service hangs up."""
        start = time.monotonic()
        connection.settimeout(0.25)
        while time.monotonic() - start < support.PATIENCE:
            try:
                if drip:
                    connection.sendall(drip)
                if connection.recv(4096) == b"":
                    return time.monotonic() - start
            except TimeoutError:
                continue
            except ConnectionError:
                return time.monotonic() - start
        self.fail("the service never hung up")

    def test_nothing_is_sent(self):
        with self.service.connect() as connection:
            self.assertGreater(self.closed_after(connection), 0.5)

    def test_the_upload_stops(self):
        with self.service.connect() as connection:
            connection.sendall(self.head)
            self.closed_after(connection)
        self.assertEqual(os.listdir(self.service.temporary), [])

    def test_the_upload_drips(self):
        with self.service.connect() as connection:
            connection.sendall(self.head)
            self.assertGreater(self.closed_after(connection, drip=b"x"), 1.5, "each byte came in time")
        self.assertEqual(os.listdir(self.service.temporary), [])

    def test_the_header_drips(self):
        with self.service.connect() as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nX: ")
            self.closed_after(connection, drip=b"x")

    def test_the_answer_is_not_read(self):
        # The answers to these do not fit into the socket's buffers.
        with self.service.connect() as connection:
            connection.settimeout(0.25)
            start = time.monotonic()
            try:
                while time.monotonic() - start < support.PATIENCE:
                    try:
                        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
                    except TimeoutError:
                        continue
            except ConnectionError:
                pass
        self.assertLess(time.monotonic() - start, support.PATIENCE)
        self.assertEqual(self.service.health()["status"], "healthy")


class Timeout(unittest.TestCase):
    def test_processing_that_takes_too_long_is_408(self):
        with support.Service(PROCESSING_TIMEOUT_SECONDS=1) as service:
            path = service.put(support.long_sample(600))
            start = time.monotonic()
            answer = service.score_path(path)
            self.assertEqual(answer.status, 408, answer)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            self.assertEqual(answer.json()["code"], "timeout")
            self.assertLess(time.monotonic() - start, 15)
            support.wait_until(lambda: service.health()["busy"] == 0, "giving the place back")
            self.assertEqual(service.request("GET", "/health").status, 200)

    def test_time_in_the_queue_counts(self):
        with support.Service(PROCESSING_TIMEOUT_SECONDS=1, WORKERS=1) as service:
            path = service.put(support.long_sample(600))
            answers = at_once(3, lambda _: service.score_path(path))
            self.assertEqual([answer.status for answer in answers], [408] * 3)

    def test_audio_that_goes_on_after_the_images(self):
        # One second of images, nearly two hours of audio: no image comes by on which the time could be checked.
        folder = support.scratch_folder()
        clip = folder / "audio.mkv"
        command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", support.short_sample(), "-f", "lavfi", "-i", "anoisesrc=r=8000:d=6600",
                   "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "pcm_u8", "-f", "matroska", clip]
        support.subprocess.run(command, check=True, timeout=support.PATIENCE)
        with support.Service(PROCESSING_TIMEOUT_SECONDS=1) as service:
            start = time.monotonic()
            answer = service.score_path(service.put(clip))
            self.assertEqual(answer.status, 408, answer)
            self.assertLess(time.monotonic() - start, 15)


class Leaks(unittest.TestCase):
    def test_uploads_leave_nothing_behind(self):
        clip = support.short_sample()
        content = clip.read_bytes()
        with support.Service() as service:
            path = service.put(clip)
            body, content_type = support.form([("video", content, "x.mp4"), ("session_id", "s")])
            head = f"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()

            def every_kind_of_request():
                self.assertEqual(service.upload(clip).status, 200)
                self.assertEqual(service.score_path(path).status, 200)
                for bad in (b"", b"nonsense", content[: len(content) // 2]):
                    self.assertIn(service.upload(bad).status, (415, 422))
                self.assertEqual(service.score_path("missing.mp4").status, 404)
                self.assertEqual(service.score_path("../x").status, 403)
                for part in (10, len(head) + 10, len(head) + len(body) // 2):
                    with service.connect() as connection:
                        connection.sendall((head + body)[:part])

            def settled():
                return service.health()["busy"] == 0 and service.open_files() <= before

            before = 1 << 30
            every_kind_of_request()
            support.wait_until(settled, "an end of the requests")
            before = service.open_files()
            for _ in range(3):
                every_kind_of_request()
            support.wait_until(settled, f"closing files (there were {before})", timeout=20)
            self.assertEqual(os.listdir(service.temporary), [])
            self.assertEqual(os.listdir(service.uploads), [path])

    def test_memory_stays_bounded(self):
        clip = support.short_sample()
        with support.Service() as service:
            path = service.put(clip)

            def some_requests(count):
                with ThreadPoolExecutor(4) as pool:
                    for answer in pool.map(lambda n: service.upload(clip) if n % 2 else service.score_path(path), range(count)):
                        self.assertEqual(answer.status, 200, answer)

            some_requests(10)
            before = service.resident_mb()
            some_requests(30)
            growth = service.resident_mb() - before
            if support.SANITIZED:
                self.skipTest("a sanitizer holds freed memory back")
            self.assertLess(growth, 30, f"{before:.0f} MB grew by {growth:.0f} MB in 30 requests")
            self.assertLess(before, 400)


if __name__ == "__main__":
    unittest.main()
