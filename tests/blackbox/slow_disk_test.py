"""A disk that takes its time holds up those who need it, and nobody else."""

import json
import threading
import time
import unittest

import faults
import support

VIDEO = {"Content-Type": "video/mp4"}


@unittest.skipUnless(faults.AVAILABLE, "the faulty disk is not built, or can't be loaded here")
class SlowDisk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clip = support.short_sample().read_bytes()

    def setUp(self):
        self.disk = support.scratch_folder()
        self.faults = faults.Faults(self.disk)

    def service(self, **settings):
        return support.Service(**self.faults.settings, **settings)

    def took(self, work) -> float:
        start = time.monotonic()
        work()
        return time.monotonic() - start

    def ok(self, service, method: str, path: str, *more):
        answer = service.request(method, path, *more)
        self.assertIn(answer.status, (200, 202), answer)
        return answer

    def waits(self, service, *request) -> threading.Thread:
        """A request that has to wait for the disk."""
        thread = threading.Thread(target=service.request, args=request)
        thread.start()
        self.addCleanup(thread.join)
        time.sleep(0.5)
        self.assertTrue(thread.is_alive(), "it needs the disk")
        return thread

    def test_writing_state_takes_long(self):
        with self.service(STATE_DIR=self.disk, CACHE_ENTRIES=10) as service:
            done = self.ok(service, "POST", "/v1/jobs", self.clip, VIDEO).headers["Location"]
            support.wait_until(lambda: service.request("GET", done).json()["state"] == "done", "a job")
            self.faults.slow("sync", "write", seconds=2)
            waiting = self.waits(service, "POST", "/v1/jobs", self.clip, VIDEO)
            for _ in range(5):
                for path in ("/health", "/readyz", "/metrics", done, done + "/events"):
                    self.assertLess(self.took(lambda p=path: self.ok(service, "GET", p)), 1.5, path)
                self.assertLess(self.took(lambda: self.ok(service, "POST", "/v1/score", self.clip, VIDEO)), 5)
            self.assertTrue(waiting.is_alive(), "the disk was still slow")
            self.faults.clear()
            waiting.join(support.PATIENCE)

    def test_reading_state_takes_long(self):
        with self.service(STATE_DIR=self.disk, CACHE_ENTRIES=10) as service:
            job = self.ok(service, "POST", "/v1/jobs", self.clip, VIDEO).headers["Location"]
            support.wait_until(lambda: service.request("GET", job).json()["state"] == "done", "a job")
            self.faults.slow("read", seconds=3)
            for _ in range(3):
                self.assertLess(self.took(lambda: self.ok(service, "GET", "/health")), 1)
                self.assertLess(self.took(lambda: self.ok(service, "GET", "/metrics")), 2.5)
                answer = []
                self.assertLess(self.took(lambda: answer.append(self.ok(service, "POST", "/v1/score", self.clip, VIDEO))), 6)
                self.assertIn("decision", answer[0].json())
            self.faults.clear()

    def test_storing_uploads_takes_long(self):
        with self.service(TMP_DIR=self.disk, CACHE_ENTRIES=10) as service:
            path = service.put(support.short_sample())
            job = self.ok(service, "POST", "/v1/jobs", json.dumps({"video_path": path}), {"Content-Type": "application/json"}).headers["Location"]
            self.faults.slow("write", seconds=2)
            waiting = self.waits(service, "POST", "/v1/score", self.clip, VIDEO)
            for _ in range(3):
                for address in ("/health", "/metrics", job):
                    self.assertLess(self.took(lambda a=address: self.ok(service, "GET", a)), 1)
            support.wait_until(lambda: service.request("GET", job).json()["state"] == "done", "the end of the job")
            self.faults.clear()
            waiting.join(support.PATIENCE)
            self.ok(service, "POST", "/v1/score", self.clip, VIDEO)

    def test_opening_a_video_takes_long(self):
        with self.service(UPLOAD_DIR=self.disk, CACHE_ENTRIES=0) as service:
            (self.disk / "clip.mp4").write_bytes(self.clip)
            self.faults.slow("read", seconds=2)
            waiting = self.waits(service, "POST", "/score", '{"video_path": "clip.mp4"}', {"Content-Type": "application/json"})
            for _ in range(3):
                self.assertLess(self.took(lambda: self.ok(service, "GET", "/health")), 1)
                self.assertLess(self.took(lambda: self.ok(service, "POST", "/v1/score", self.clip, VIDEO)), 5)
            self.faults.clear()
            waiting.join(support.PATIENCE)

    def test_clients_that_leave_meanwhile(self):
        with self.service(UPLOAD_DIR=self.disk, STATE_DIR=self.disk / "state", CACHE_ENTRIES=10, CLIENT_CONNECTIONS=200) as service:
            (self.disk / "clip.mp4").write_bytes(self.clip)
            body = b'{"video_path": "clip.mp4"}'
            head = b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self.faults.slow("read", "open", seconds=0.1)
            for wait in (0, 0.01, 0.05, 0.2, 0.5, 1):  # wherever they are
                connections = [service.connect() for _ in range(20)]
                for connection in connections:
                    connection.sendall(head + body)
                time.sleep(wait)
                for connection in connections:
                    connection.close()
            self.faults.clear()
            support.wait_until(lambda: service.health()["busy"] == 0, "the end of all that nobody waits for")
            self.ok(service, "POST", "/v1/score", self.clip, VIDEO)


if __name__ == "__main__":
    unittest.main()
