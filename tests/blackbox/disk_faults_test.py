"""Every file call that writes fails once, in turn, in each way that a disk or a system has: what can't be done is said, nothing is left
lying about, and when the disk is well again, so is the service."""

import errno
import os
import time
import unittest

import faults
import support

VIDEO = {"Content-Type": "video/mp4"}
SAID = {(503, "storage_full"), (500, "cannot_write"), (500, "internal")}


@unittest.skipUnless(faults.AVAILABLE, "the faulty disk is not built, or can't be loaded here")
class DiskFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clip = support.short_sample().read_bytes()

    def setUp(self):
        self.disk = support.scratch_folder()
        self.state = self.disk / "state"
        self.faults = faults.Faults(self.disk)

    def service(self, **settings):
        temporary = self.disk / "tmp"
        temporary.mkdir(exist_ok=True)
        return support.Service(STATE_DIR=self.state, TMP_DIR=temporary, CACHE_ENTRIES=10, **self.faults.settings, **settings)

    def judged(self, answer, good: int) -> bool:
        """Whether it went well; else it must be said why."""
        if answer.status == good:
            return True
        self.assertIn((answer.status, answer.json()["code"]), SAID, answer)
        self.assertNotIn(str(self.disk), answer.body.decode(), "no path of the server is told")
        return False

    def work(self, service, name: str) -> str | None:
        """A score and a job of a video that was never seen before; where to ask for the job, if it was taken on."""
        content = self.clip + (8 + len(name)).to_bytes(4, "big") + b"free" + name.encode()
        self.judged(service.request("POST", "/v1/score", content, VIDEO), 200)
        answer = service.request("POST", "/v1/jobs", content, VIDEO)
        return answer.headers["Location"] if self.judged(answer, 202) else None

    def ended(self, service, job: str) -> dict:
        body = {}

        def over() -> bool:
            answer = service.request("GET", job)
            if answer.status != 200:
                self.judged(answer, 200)
                return False
            body.update(answer.json())
            return body["state"] in ("done", "failed")

        support.wait_until(over, f"the end of {job}")
        return body

    def nothing_is_left(self, service) -> None:
        def spooled() -> list[str]:
            return os.listdir(self.state / "spool")

        support.wait_until(lambda: not spooled(), "the end of all videos", 10)
        self.assertEqual(os.listdir(self.disk / "tmp"), [])

    def each_call_fails_once(self, service, error: int, *calls: str) -> None:
        for n in range(1000):
            self.faults.fail(*calls, error=error, first=n, times=1)
            job = self.work(service, f"{error} {n} {calls}")
            if job:
                self.assertEqual(self.ended(service, job)["state"], "done", f"{errno.errorcode[error]} at {n}")
            seen = self.faults.seen()
            self.faults.clear()
            if seen <= n:  # all have had their turn
                self.assertGreater(n, 1)
                return
        self.fail("there is no end of calls")

    def check(self, error: int) -> None:
        with self.service() as service:
            self.work(service, "warm")
            files = service.open_files()
            self.each_call_fails_once(service, error, *(call for call in faults.WRITING if call != "unlink"))
            self.nothing_is_left(service)
            self.assertIsNotNone(self.work(service, "afterwards"))
            support.wait_until(lambda: service.open_files() <= files + 3, "its files to be closed")
            self.assertTrue(service.request("GET", "/readyz").json()["ready"])

    def test_full(self):
        self.check(errno.ENOSPC)

    def test_broken(self):
        self.check(errno.EIO)

    def test_no_descriptors(self):
        with self.service() as service:
            self.work(service, "warm")
            self.each_call_fails_once(service, errno.EMFILE, "open")
            self.nothing_is_left(service)

    def test_all_of_it_is_broken_for_a_while(self):
        for error, seconds in ((errno.ENOSPC, 60), (errno.EIO, 80)):  # two videos: the answer to the first may be cached
            with self.service() as service:
                video = support.long_sample(seconds).read_bytes()
                running = service.request("POST", "/v1/jobs", video, VIDEO).headers["Location"]
                support.wait_until(lambda: service.request("GET", running).json()["state"] == "running", "its beginning")
                self.faults.fail(*faults.WRITING, error=error)
                for n in range(5):
                    self.assertIsNone(self.work(service, f"while it is broken {error} {n}"))
                    self.assertEqual(service.health()["status"], "healthy")
                time.sleep(2)
                self.faults.clear()
                self.assertEqual(self.ended(service, running)["state"], "done", "its end waited for the disk")
                self.nothing_is_left(service)
                self.assertIsNotNone(self.work(service, f"afterwards {error}"))

    def test_what_can_not_be_removed_goes_later(self):
        with self.service() as service:
            self.faults.fail("unlink")
            job = self.work(service, "stays")
            self.assertEqual(self.ended(service, job)["state"], "done")
            self.assertEqual(len(os.listdir(self.state / "spool")), 1)
            self.faults.clear()
            job = self.work(service, "stays")  # the same again finds it there
            self.assertEqual(self.ended(service, job)["state"], "done")
            self.nothing_is_left(service)

    def test_starting_says_what_is_wrong_or_goes_well(self):
        with self.service() as service:  # a state to go on with
            self.work(service, "before")
        for n in range(0, 200, 3):
            self.faults.fail("open", "write", "sync", "truncate", error=errno.EIO, first=n, times=1)
            service = self.service()
            support.wait_until(lambda s=service: s.process.poll() is not None or any("listening" in line for line in s.stderr), "a start or its end")
            seen = self.faults.seen()
            self.faults.clear()
            if service.process.poll() is None:
                with service:
                    self.assertEqual(service.health()["status"], "healthy")
            else:
                service.__exit__(ValueError)
                self.assertGreater(service.process.returncode, 0, "".join(service.stderr))
                self.assertRegex("".join(service.stderr), "_DIR")
            if seen <= n:
                break


if __name__ == "__main__":
    unittest.main()
