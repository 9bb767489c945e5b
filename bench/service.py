"""What the service adds to the analyzer: start, latency, throughput, memory, and what slow clients do to others.

  bench/service.py build/syncnet CLIP

What can be compared is measured in turns, in this run.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

os.environ["SYNCNET_BINARY"] = sys.argv[1]
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/blackbox"))
import support  # noqa: E402

ROUNDS, PER_ROUND = 5, 12
CLIENTS, VIDEOS = 16, 96
SLOW = 1000


def bare(clip: Path, count: int) -> list[float]:
    """Milliseconds of each of `count` analyses in one warm process; the first warms it."""
    lines = support.run("score", "--json", *[clip] * (count + 1)).stdout.splitlines()
    return [json.loads(line)["processing_time_ms"] for line in lines[1:]]


class Client:
    """One connection, kept."""

    def __init__(self, service):
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port)

    def score(self, video: bytes) -> float:
        start = time.perf_counter()
        self.connection.request("POST", "/v1/score", video, {"Content-Type": "application/octet-stream"})
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        return 1000 * (time.perf_counter() - start)


def latency(service, clip: Path) -> None:
    video, client = clip.read_bytes(), Client(service)
    client.score(video)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs += bare(clip, PER_ROUND)
        ours += [client.score(video) for _ in range(PER_ROUND)]
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"latency, 4-s clip, p50: service {a:.0f} ms, bare analyzer {b:.0f} ms: +{a - b:.1f} ms (wanted: <= 15)")


def throughput(service, clip: Path) -> None:
    video = clip.read_bytes()
    rates = {"service": [], "bare": []}
    for _ in range(3):
        start = time.perf_counter()
        run = [subprocess.Popen([support.BINARY, "score", "--json", *[clip] * (VIDEOS // 2)], stdout=subprocess.DEVNULL) for _ in range(2)]
        for process in run:
            process.wait()
        rates["bare"].append(VIDEOS / (time.perf_counter() - start))

        left = iter(range(VIDEOS))
        lock = threading.Lock()

        def work():
            client = Client(service)
            while True:
                with lock:
                    if next(left, None) is None:
                        return
                client.score(video)

        start = time.perf_counter()
        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rates["service"].append(VIDEOS / (time.perf_counter() - start))
    a, b = (statistics.median(rates[name]) for name in ("service", "bare"))
    print(f"throughput, {CLIENTS} clients: service {a:.1f}/s, two bare analyzers {b:.1f}/s: {100 * a / b:.0f} % (wanted: >= 95)")


def slow_clients(service, clip: Path) -> None:
    video = clip.read_bytes()

    def p95() -> float:
        client = Client(service)
        return sorted(client.score(video) for _ in range(60))[56]

    without, beside = [], []
    for _ in range(3):
        without.append(p95())
        slow = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(SLOW)]
        for n, connection in enumerate(slow):
            if n % 2:  # a request's head that never ends, or a body that drips
                connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 999999\r\n\r\nx"
                                   if n % 4 == 1 else b"GET /health HT")
        stop = threading.Event()

        def drip():
            while not stop.wait(0.5):
                for connection in slow[1::4]:
                    try:
                        connection.send(b"x")
                    except OSError:
                        pass

        thread = threading.Thread(target=drip)
        thread.start()
        beside.append(p95())
        stop.set()
        thread.join()
        for connection in slow:
            connection.close()
    a, b = statistics.median(beside), statistics.median(without)
    print(f"{SLOW} idle or slow connections: p95 {a:.0f} ms, without them {b:.0f} ms: {100 * (a / b - 1):+.0f} % (wanted: <= +20)")


def main() -> None:
    clip = Path(sys.argv[2])
    with support.Service(WORKERS=2, HEADER_TIMEOUT_SECONDS=120, IDLE_TIMEOUT_SECONDS=120) as service:
        print(f"start to ready: {1000 * service.ready_after:.0f} ms")
        latency(service, clip)
        throughput(service, clip)
        slow_clients(service, clip)
        print(f"memory of all processes: {service.resident_mb():.0f} MB")


if __name__ == "__main__":
    main()
