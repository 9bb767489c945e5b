"""A service under load whose workers, disk, database, files and receivers fail, and that is itself killed: every job that it
accepted has its one right answer in the end, and nothing is left over. The clock jumps, too.

For longer, and otherwise: ./run chaos --minutes 30 --seed 7
"""

import contextlib
import http.client
import json
import os
import random
import signal
import sqlite3
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path

import support
from faults import AVAILABLE, Faults
from webhook_receiver import WEBHOOKS, Receiver

SECONDS = float(os.environ.get("CHAOS_SECONDS", 30))
SEED = int(os.environ.get("CHAOS_SEED", 1))
DISK_MB = 64
# What becomes of a video whose workers were killed under it, or whose file was taken away.
KILLED = {"decoder_crashed", "broke_its_worker", "quarantined", "worker_failed", "not_found", "unreadable_video"}


@contextlib.contextmanager
def small_disk(folder: Path):
    """A disk of its own below the folder, where one may be mounted; else a folder."""
    place = folder / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", place], capture_output=True).returncode == 0
    try:
        yield place, mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", place], check=True)


class Clip:
    def __init__(self, content: bytes, expected: str):
        self.content, self.expected = content, expected

    def fresh(self, number: int) -> bytes:
        """The same to see and hear, but another file."""
        return self.content + struct.pack(">I4sQ", 16, b"free", number)


class Chaos:
    def __init__(self, state: Path, mounted: bool, receivers: list[str]):
        self.random = random.Random(SEED)
        self.state, self.mounted, self.receivers = state, mounted, receivers
        self.folder = support.scratch_folder()
        self.faults = Faults(state) if AVAILABLE else None
        self.accepted: dict[str, str] = {}  # job: what is to come of it
        self.keys: dict[str, str] = {}      # Idempotency-Key: its job
        self.wrong: list[str] = []
        self.over = threading.Event()
        self.started: dict[str, int] = {}
        good, late = support.sample("--seconds", "2"), support.sample("--seconds", "3", "--delay-ms", "320")
        self.clips = [Clip(p.read_bytes(), support.score(p)[0]["decision"]) for p in (good, late)]
        self.clips.append(Clip(b"no video at all " * 64, "unsupported_media"))
        self.start()

    def start(self) -> None:
        (self.state / "tmp").mkdir(exist_ok=True)
        service = support.Service(folder=self.folder, STATE_DIR=self.state, TMP_DIR=self.state / "tmp", CACHE_ENTRIES=50, SPOOL_MB=16, UPLOADS_MB=16,
                                  CLIENT_UPLOADS_MB=16,
                                  HEADER_TIMEOUT_SECONDS=3, IDLE_TIMEOUT_SECONDS=3, WORKERS=2, **WEBHOOKS,
                                  **(self.faults.settings if self.faults else {}))
        self.service = service.__enter__()

    # -- load

    def create_job(self, random_: random.Random, number: int) -> None:
        """Until the service has said yes or no: a client that hears nothing asks again with the same key."""
        clip = random_.choice(self.clips)
        content, key = clip.fresh(number), f"key-{number}"
        query = "?webhook=" + random_.choice(self.receivers).replace(":", "%3A").replace("/", "%2F").replace("?", "%3F") if random_.random() < 0.3 else ""
        for _ in range(20):
            try:
                answer = self.service.request("POST", "/v1/jobs" + query, content, {"Content-Type": "video/mp4", "Idempotency-Key": key}, timeout=20)
            except (OSError, http.client.HTTPException):
                time.sleep(0.3)
                continue
            if answer.status == 202:
                job = answer.json()["id"]
                self.accepted[job] = clip.expected
                if self.keys.setdefault(key, job) != job:
                    self.wrong.append(f"{key} made two jobs")
                return
            if answer.status not in (429, 503, 507, 500):
                self.wrong.append(f"a job was answered with {answer}")
            time.sleep(0.3)

    def score(self, random_: random.Random, number: int) -> None:
        clip = random_.choice(self.clips)
        try:
            answer = self.service.upload(clip.fresh(number))
        except (OSError, http.client.HTTPException):
            return
        if answer.status == 200 and answer.json()["decision"] != clip.expected:
            self.wrong.append(f"{clip.expected} was expected of {answer}")

    def nonsense(self, random_: random.Random, number: int) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            with self.service.connect(2) as connection:
                head = b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: 100000\r\n\r\n"
                connection.sendall(random_.choice([head + b"x" * 5000, head[:20], b"\x16\x03\x01", b"GET /v1/jobs/job_0/events HTTP/1.1\r\n\r\n"]))
                time.sleep(random_.random() / 2)

    def watch(self, random_: random.Random, number: int) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException, IndexError):
            job = random_.choice(list(self.accepted)[-20:])
            self.service.request(random_.choice(["GET"]), f"/v1/jobs/{job}" + random_.choice(["", "/events"]), timeout=3)
            self.service.request("GET", random_.choice(["/health", "/readyz", "/metrics"]), timeout=5)

    def load(self, client: int) -> None:
        random_ = random.Random(f"{SEED} {client}")
        number = client << 32
        while not self.over.is_set():
            number += 1
            random_.choice([self.create_job, self.create_job, self.score, self.nonsense, self.watch])(random_, number)
            time.sleep(0.05)

    # -- what goes wrong

    def kill_a_worker(self) -> None:
        workers = self.service.workers()
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.random.choice(workers), signal.SIGKILL)

    def kill_the_fork_server(self) -> None:
        family = self.service.processes()
        if len(family) > 1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(family[1], signal.SIGKILL)

    def kill_the_service(self) -> None:
        self.service.kill()
        self.start()

    def restart_the_service(self) -> None:
        self.service.__exit__(None)
        self.start()

    def fill_the_disk(self) -> None:
        ballast = self.state / "ballast"
        try:
            with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
                for _ in range(DISK_MB * 4 if self.mounted else 0):
                    file.write(bytes(1 << 18))
            time.sleep(2)
        finally:
            ballast.unlink(missing_ok=True)

    def lock_the_database(self) -> None:
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(self.state / "syncnet.db", timeout=1)) as database:
            database.execute("BEGIN IMMEDIATE")
            time.sleep(self.random.random() * 3)
            database.rollback()

    def take_a_file_away(self) -> None:
        files = list((self.state / "spool").glob("*"))
        if files:
            self.random.choice(files).unlink(missing_ok=True)

    def jump_the_clock(self) -> None:
        if self.faults:
            self.faults.jump(self.random.randint(-3600, 3600))

    def strike(self, end: float) -> None:
        ways = [self.kill_a_worker, self.kill_a_worker, self.kill_the_fork_server, self.kill_the_service, self.restart_the_service, self.fill_the_disk,
                self.lock_the_database, self.take_a_file_away, self.jump_the_clock]
        while time.monotonic() < end and not self.wrong:
            time.sleep(self.random.random() * 2)
            way = self.random.choice(ways)
            self.started[way.__name__] = self.started.get(way.__name__, 0) + 1
            way()

    # -- the end

    def job(self, job: str) -> dict:
        answer = self.service.request("GET", f"/v1/jobs/{job}")
        if answer.status != 200:
            raise AssertionError(f"{job} was accepted and is gone: {answer}")
        return answer.json()

    def judge(self, job: str) -> None:
        ended = self.job(job)
        got = ended["result"]["decision"] if ended["state"] == "done" else ended["error"]["code"]
        if got != self.accepted[job] and not (ended["state"] == "failed" and got in KILLED):
            self.wrong.append(f"{job}: {self.accepted[job]} was expected of {json.dumps(ended)[:500]}")


class EveryJobHasItsAnswer(unittest.TestCase):
    def threads(self, service: support.Service) -> int:
        return len(os.listdir(f"/proc/{service.process.pid}/task"))

    def test_whatever_happens(self):
        with contextlib.ExitStack() as stack:
            well, slow = stack.enter_context(Receiver()), stack.enter_context(Receiver(500, 503))
            hangs = stack.enter_context(Receiver(hangs=True))
            disk, mounted = stack.enter_context(small_disk(support.scratch_folder()))
            chaos = Chaos(disk, mounted, [well.address, slow.address, hangs.address])
            stack.callback(lambda: chaos.service.__exit__(None))
            chaos.service.upload(chaos.clips[0].content)
            before = (chaos.service.open_files(), self.threads(chaos.service), chaos.service.resident_mb())

            clients = [threading.Thread(target=chaos.load, args=(client,)) for client in range(1, 4)]
            for client in clients:
                client.start()
            try:
                chaos.strike(time.monotonic() + SECONDS)
            finally:
                chaos.over.set()
                for client in clients:
                    client.join()
            print(f"{len(chaos.accepted)} jobs; {chaos.started}; a disk of its own: {mounted}")
            self.assertEqual(chaos.wrong, [])
            self.assertGreater(len(chaos.accepted), 3)

            for job in chaos.accepted:
                support.wait_until(lambda: chaos.job(job)["state"] in ("done", "failed"), f"the end of {job}", 300)
                chaos.judge(job)
            self.assertEqual(chaos.wrong, [])

            # A clip that nobody was killed over, as ever; then everything is as it was.
            support.wait_until(lambda: chaos.service.upload(chaos.clips[0].fresh(0)).status == 200, "an answer")
            support.wait_until(lambda: not list((disk / "spool").glob("*")), "an empty spool", 30)
            support.wait_until(lambda: not [p for p in (disk / "tmp").rglob("*") if p.is_file()], "an empty TMP_DIR", 30)
            support.wait_until(lambda: len(chaos.service.processes()) <= 2 + 2 * 3, "no process too many", 30)
            support.wait_until(lambda: chaos.service.open_files() <= before[0] + 8, "no descriptor too many", 60)
            support.wait_until(lambda: self.threads(chaos.service) <= before[1] + 4, "no thread too many", 30)
            if not support.SANITIZED:
                self.assertLess(chaos.service.resident_mb(), before[2] + 150)


if __name__ == "__main__":
    unittest.main()
