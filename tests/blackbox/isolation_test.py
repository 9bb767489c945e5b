"""What a video does to its worker, it does to no other: workers die in every way, and the service lives."""

import os
import signal
import threading
import time
import unittest
from pathlib import Path

import support


def later(seconds: float, what) -> threading.Thread:
    thread = threading.Timer(seconds, what)
    thread.start()
    return thread


def busy_workers(service: support.Service) -> list[int]:
    """Those that have used the processor: idle ones wait for their first job."""

    def ticks(pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    busy = []
    for pid in service.workers():
        try:
            if ticks(pid) >= 5:
                busy.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return busy


class Hunter:
    """Sends a signal to every worker that is at work, until it is told to stop."""

    def __init__(self, service: support.Service, sign: signal.Signals):
        self.service, self.sign, self.struck, self.over = service, sign, set(), threading.Event()
        self.thread = threading.Thread(target=self.hunt)

    def hunt(self):
        while not self.over.wait(0.02):
            for pid in busy_workers(self.service):
                try:
                    os.kill(pid, self.sign)
                    self.struck.add(pid)
                except ProcessLookupError:
                    pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class WorkersDie(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.long = support.long_sample(120)
        cls.short = support.short_sample()

    def problem(self, answer, status, code):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.json()["code"], code)

    def test_a_worker_that_crashes_costs_one_request_a_try(self):
        with support.Service() as service:
            path = service.put(self.long)
            with Hunter(service, signal.SIGSEGV):
                self.problem(service.score_path(path), 422, "decoder_crashed")
            start = time.monotonic()
            self.problem(service.score_path(path), 422, "quarantined")
            self.assertLess(time.monotonic() - start, 1)
            self.assertEqual(service.upload(self.short).status, 200, "another video is welcome")
            self.assertIn("syncnet_worker_restarts_total 2", service.request("GET", "/metrics").body.decode())

    def test_a_worker_that_is_killed_from_outside_is_replaced_unnoticed(self):
        with support.Service() as service:
            path = service.put(self.long)
            struck = []

            def strike():
                support.wait_until(lambda: busy_workers(service), "a worker at work")
                struck.extend(busy_workers(service)[:1])
                os.kill(struck[0], signal.SIGKILL)

            thread = later(0.1, strike)
            answer = service.score_path(path)
            thread.join()
            self.assertEqual(answer.status, 200, answer)
            self.assertTrue(struck)

    def test_a_worker_that_hangs_is_ended(self):
        with support.Service(PROCESSING_TIMEOUT_SECONDS=12, QUARANTINE_SECONDS=2) as service:
            path = service.put(support.long_sample(20))
            with Hunter(service, signal.SIGSTOP):
                self.problem(service.score_path(path), 408, "timeout")
            self.problem(service.score_path(path), 422, "quarantined")
            time.sleep(2.2)
            self.assertEqual(service.score_path(path).status, 200, "after a while it gets another chance")

    def test_neighbours_notice_nothing(self):
        with support.Service(WORKERS=2) as service:
            bad, good = service.put(self.long), service.put(self.short)
            answers = []
            with Hunter(service, signal.SIGSEGV):
                thread = threading.Thread(target=lambda: answers.append(service.score_path(bad)))
                thread.start()
                thread.join()
            self.problem(answers[0], 422, "decoder_crashed")
            for _ in range(5):
                self.assertEqual(service.score_path(good).status, 200)

    @unittest.skipIf(support.SANITIZED, "a sanitizer's memory is not the product's")
    def test_a_worker_that_grows_is_stopped(self):
        # The processor decides how much the networks need: the small clip takes 170 to 200 MB, the large one 270 and more.
        clip = support.sample("--size", "3840x2160", "--seconds", "1.2")
        with support.Service(WORKER_MEMORY_MB=230) as service:
            self.problem(service.upload(clip), 422, "out_of_memory")
            self.assertEqual(service.upload(self.short).status, 200)

    def test_the_parent_of_the_workers_is_replaced(self):
        with support.Service() as service:
            for _ in range(3):
                fork_server = service.processes()[1]
                os.kill(fork_server, signal.SIGKILL)
                support.wait_until(lambda: fork_server not in service.processes(), "its end")
                self.assertEqual(service.upload(self.short).status, 200)
            support.wait_until(lambda: service.request("GET", "/readyz").status == 200, "being ready again")

    def test_idle_workers_are_replaced(self):
        with support.Service(WORKERS=2) as service:
            support.wait_until(lambda: len(service.workers()) == 2, "two workers")
            before = set(service.workers())
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            support.wait_until(lambda: len(set(service.workers()) - before) == 2, "two others")
            self.assertEqual(service.upload(self.short).status, 200)

    def test_nothing_outlives_the_service(self):
        with support.Service() as service:
            support.wait_until(service.workers, "workers")
            family = service.processes()
            service.process.kill()
            service.process.wait()
            support.wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family[1:]), "their end")
            service.process.returncode = 0  # it was meant

    def test_a_client_that_goes_takes_its_work_with_it(self):
        with support.Service(WORKERS=1) as service:
            path = service.put(support.long_sample(1200))
            body = b'{"video_path": "%s"}' % path.encode()
            with service.connect() as connection:
                connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" %
                                   (len(body), body))
                support.wait_until(lambda: service.health()["busy"] == 1, "its beginning")
            support.wait_until(lambda: service.health()["busy"] == 0, "its end", 5)

    def test_a_client_that_will_send_no_more_gets_its_answer(self):
        clip = support.sample("--seconds", "8").read_bytes()
        with support.Service() as service:
            for version in ("1.1", "1.0"):
                head = f"POST /v1/score HTTP/{version}\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: {len(clip)}\r\n\r\n"
                answer = service.raw(head.encode() + clip, half_close=True)
                self.assertEqual(answer.status, 200, answer)


class FromInside(unittest.TestCase):
    def test_workers_can_reach_nothing(self):
        with support.Service() as service:
            def status(pid: int) -> str:
                return Path(f"/proc/{pid}/status").read_text()

            # They confine themselves as soon as they live, and before they take a job.
            support.wait_until(lambda: service.workers() and all("Seccomp:\t2" in status(pid) for pid in service.workers()), "confined workers")
            for pid in service.workers():
                self.assertIn("NoNewPrivs:\t1", status(pid))
                sockets = [os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()]
                self.assertEqual(sum(name.startswith("socket:") for name in sockets), 1, sockets)
                self.assertEqual(len(sockets), 4, sockets)  # and three times nothing
            sandbox = service.health()["sandbox"]
            self.assertTrue(sandbox["system_calls"])
            for part, namespace in (("namespaces", "ipc"), ("process_namespace", "pid"), ("mount_namespace", "mnt")):
                if sandbox[part]:
                    self.assertNotEqual(os.readlink(f"/proc/{pid}/ns/{namespace}"), os.readlink(f"/proc/self/ns/{namespace}"))
                else:
                    service.wait_for_line(f"confined by {part}")
            for pid in service.workers():
                self.assertRegex(status(pid), r"CapPrm:\t0+\n", "no privilege is left")
            if sandbox["namespaces"]:
                self.assertNotEqual(os.readlink(f"/proc/{pid}/ns/net"), os.readlink("/proc/self/ns/net"))
                self.assertEqual(os.listdir(f"/proc/{pid}/root"), [])


if __name__ == "__main__":
    unittest.main()
