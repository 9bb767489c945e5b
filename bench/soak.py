"""Mixed requests for a long time, good and bad, while workers are killed: nothing may be lost, wrong, or left behind.

  bench/soak.py build/syncnet [REQUESTS]      (10,000; about 25 minutes on two cores)
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ["SYNCNET_BINARY"] = sys.argv[1]
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/blackbox"))
import support  # noqa: E402

CLIENTS, KILL_EVERY = 8, 2.0
RAW = {"Content-Type": "application/octet-stream"}


def variants(clip: bytes) -> dict[str, bytes]:
    """Bad inputs of every kind, and what they must be answered with."""
    middle = len(clip) // 2
    noise = random.Random(1).randbytes
    return {
        "good": clip,
        "empty": b"",
        "text": b"this is no video\n" * 50,
        "noise": noise(40_000),
        "header alone": clip[:64],
        "truncated": clip[:middle],
        "damaged": clip[:middle] + noise(2000) + clip[middle + 2000:],
        "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "image": b"\xff\xd8\xff\xe0" + noise(3000),
    }


def numbers(answer: support.Answer) -> tuple:
    """What must be the same for the same bytes."""
    body = answer.json()
    return answer.status, body.get("code"), body.get("decision"), body.get("offset_frames"), body.get("confidence")


class Soak:
    def __init__(self, service: support.Service):
        self.service = service
        self.inputs = variants(support.short_sample().read_bytes())
        self.path = service.put(support.short_sample())
        self.expected = {name: numbers(self.upload(video)) for name, video in self.inputs.items()}
        self.kinds, self.wrong, self.jobs = Counter(), [], {}
        self.lock = threading.Lock()

    def upload(self, video: bytes) -> support.Answer:
        return self.service.request("POST", "/v1/score", video, RAW)

    def one(self, number: int) -> None:
        name = random.choice([*self.inputs, "good", "good"])
        kind = random.choice(["score", "score", "form", "path", "job", "job", "nonsense", "gone"])
        with self.lock:
            self.kinds[kind] += 1
        try:
            self.do(kind, name)
        except Exception as e:  # noqa: BLE001  whatever it is, it is counted
            with self.lock:
                self.wrong.append((kind, name, repr(e)))

    def do(self, kind: str, name: str) -> None:
        video = self.inputs[name]
        if kind == "score":
            self.judge(kind, name, numbers(self.upload(video)))
        elif kind == "form":
            self.judge(kind, name, numbers(self.service.upload(video)))
        elif kind == "path":
            self.judge(kind, "good", numbers(self.service.score_path(self.path)))
        elif kind == "job":
            answer = self.service.request("POST", "/v1/jobs", video, RAW)
            if answer.status == 503:
                return
            assert answer.status == 202, answer
            with self.lock:
                self.jobs[answer.json()["id"]] = name
        elif kind == "nonsense":
            path, body = random.choice([("/score", b"{"), ("/score", b'{"video_path": "../x"}'), ("/v1/jobs/none", b""), ("/nowhere", b"")])
            assert self.service.request("POST", path, body, {"Content-Type": "application/json"}).status in (400, 403, 404, 405)
        else:
            with self.service.connect() as connection:
                connection.sendall(b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n" % len(video))
                connection.sendall(video)

    def judge(self, kind: str, name: str, got: tuple) -> None:
        if got != self.expected[name] and got[0] != 503:
            with self.lock:
                self.wrong.append((kind, name, got, self.expected[name]))

    def finish_jobs(self) -> int:
        """How many accepted jobs are lost."""
        lost = 0
        for job, name in self.jobs.items():
            end = time.monotonic() + 600
            while (answer := self.service.request("GET", f"/v1/jobs/{job}")).status == 200:
                body = answer.json()
                if body["state"] in ("done", "failed") or time.monotonic() > end:
                    break
                time.sleep(0.2)
            if answer.status != 200 or body["state"] not in ("done", "failed"):
                lost += 1
                continue
            result, error = body["result"] or {}, body["error"] or {}
            self.judge("job", name, (error.get("status", 200), error.get("code"), result.get("decision"),
                                     result.get("offset_frames"), result.get("confidence")))
        return lost


def kill_workers(service: support.Service, over: threading.Event, killed: list) -> None:
    while not over.wait(KILL_EVERY):
        workers = service.workers()
        if workers:
            try:
                os.kill(random.choice(workers), random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV]))
                killed.append(1)
            except ProcessLookupError:
                pass


def main() -> None:
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with support.Service(WORKERS=2, JOB_QUEUE=100_000, QUARANTINE_SECONDS=1) as service:
        soak = Soak(service)
        files, memory = service.open_files(), service.resident_mb()
        over, killed = threading.Event(), []
        killer = threading.Thread(target=kill_workers, args=(service, over, killed))
        killer.start()
        start = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            for done, _ in enumerate(pool.map(soak.one, range(requests)), 1):
                if done % 1000 == 0:
                    print(f"{done} requests, {len(killed)} workers killed, {len(soak.wrong)} wrong, {service.resident_mb():.0f} MB", flush=True)
        lost = soak.finish_jobs()
        over.set()
        killer.join()
        support.wait_until(lambda: service.health()["busy"] == 0, "the end of all work")
        time.sleep(2)
        left = [*service.temporary.iterdir(), *(service.folder / "state/spool").iterdir()]
        print(json.dumps({"requests": requests, "seconds": round(time.monotonic() - start), "kinds": soak.kinds, "workers_killed": len(killed),
                          "accepted_jobs": len(soak.jobs), "lost_jobs": lost, "wrong_answers": len(soak.wrong),
                          "files_left": len(left), "descriptors": [files, service.open_files()],
                          "memory_mb": [round(memory), round(service.resident_mb())]}, indent=1))
        for case in soak.wrong[:20]:
            print("wrong:", case)


if __name__ == "__main__":
    main()
