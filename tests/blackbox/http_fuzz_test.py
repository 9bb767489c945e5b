"""Random and damaged requests, made of the service's own description: none is answered with 500, or with what isn't described.

For longer, and otherwise: HTTP_FUZZ_SECONDS=1800 HTTP_FUZZ_SEED=7 /usr/bin/python3 tests/blackbox/http_fuzz_test.py
"""

import http.client
import json
import os
import random
import threading
import time
import unittest

import support
from openapi_test import Description

SECONDS = float(os.environ.get("HTTP_FUZZ_SECONDS", 20))
SEED = int(os.environ.get("HTTP_FUZZ_SEED", 1))
CLIENTS = 3
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "BREW")
NASTY = ("", "0", "-1", "1e999", "null", "true", "../../etc/passwd", "%00", "%2e%2e/", "\xff\xfe", "a" * 5000, "{}", "[[", "'\"<>", "best", "left", "lipsync", "2000")


class Requests:
    """Makes one request after the other; the same for the same seed."""

    def __init__(self, description: Description, clip: bytes, path: str, seed: int):
        self.random = random.Random(seed)
        self.description, self.clip, self.path = description, clip, path
        self.jobs: list[str] = []

    def value(self, name: str) -> str:
        likely = {"id": self.jobs[-20:] or ["job_" + "0" * 32], "model": ["lipsync", "lipsync-grid"], "face": ["largest", "all", "track:1"],
                  "audio_track": ["best", "1"], "max_offset_ms": ["600", "2000"], "windows": ["true", "1"], "boxes": ["true"], "early": ["true", "false"], "session_id": ["s", "ü"],
                  "webhook": ["https://example.org/x", "http://127.0.0.1/"]}.get(name, ["x"])
        return self.random.choice(likely if self.random.random() < 0.6 else NASTY)

    def quoted(self, text: str) -> str:
        return text if self.random.random() < 0.2 else "".join(c if c.isalnum() else f"%{b:02x}" for c in text for b in c.encode()[:1])

    def target(self) -> tuple[str, str]:
        """A method and where to."""
        name = self.random.choice(sorted(self.description.operations()))
        method, path = name.split(" ")
        if self.random.random() < 0.1:
            method = self.random.choice(METHODS)
        path = path.replace("{id}", self.value("id") if self.random.random() < 0.8 else self.quoted(self.random.choice(NASTY)) or "x")
        if self.random.random() < 0.05:
            path += self.random.choice(["/", "x", "//", "/../health"])
        names = ["session_id", "model", "face", "audio_track", "max_offset_ms", "windows", "boxes", "early", "webhook", "unknown"]
        query = [f"{n}={self.quoted(self.value(n))}" for n in self.random.sample(names, self.random.choice([0, 0, 1, 2]))]
        target = path + ("?" + "&".join(query) if query else "")
        return method, "".join(c for c in target if " " < c < "\x7f")

    def body(self) -> tuple[bytes, str]:
        kind = self.random.randrange(5)
        clip = self.clip if self.random.random() < 0.2 else self.damaged(self.clip[:4000])
        if kind == 0:
            fields = {n: self.value(n) for n in self.random.sample(["session_id", "model", "face", "max_offset_ms", "windows"], self.random.randrange(4))}
            path = self.random.choice([self.path, "no.mp4", *NASTY])
            return json.dumps({"video_path": path} | fields).encode(), "application/json"
        if kind == 1:
            return self.random.choice([b"{", b"[" * 3000, b'{"video_path":1}', b'{"video_path":"a","video_path":"b"}', b"\xff", b""]), "application/json"
        if kind == 2:
            return clip, self.random.choice(["video/mp4", "application/octet-stream", "text/plain", "video/" + "x" * 300])
        fields = [(n, self.value(n)) for n in self.random.sample(["session_id", "model", "face", "video_path"], self.random.randrange(3))]
        return support.form([*fields, ("video", clip, "x.mp4")])

    def damaged(self, data: bytes) -> bytes:
        data = bytearray(data)
        for _ in range(self.random.randrange(1, 5)):
            at = self.random.randrange(len(data) or 1)
            change = self.random.randrange(4)
            if change == 0:
                data[at:at + 1] = bytes([self.random.randrange(256)])
            elif change == 1:
                data[at:at] = self.random.choice([b"\r\n", b"\0", b"0\r\n\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff\r\n"])
            elif change == 2:
                del data[at:at + self.random.randrange(1, 30)]
            else:
                del data[at:]
        return bytes(data)

    def chunked(self, body: bytes) -> bytes:
        pieces = []
        while body:
            length = self.random.randrange(1, len(body) + 1)
            extension = self.random.choice(["", "", ";x=y", ' ; a="b"'])
            pieces.append(f"{length:x}{extension}\r\n".encode() + body[:length] + b"\r\n")
            body = body[length:]
        return b"".join(pieces) + b"0\r\n" + self.random.choice([b"", b"Trailer: x\r\n"]) + b"\r\n"

    def next(self) -> tuple[str, str, bytes, bool]:
        """Method, target, all its bytes, and whether they are as HTTP has it."""
        method, target = self.target()
        headers = ["Host: " + self.random.choice(["localhost", "127.0.0.1", "[::1]:80"])]
        body = b""
        if method == "POST" or self.random.random() < 0.05:
            body, kind = self.body()
            if self.random.random() < 0.95:
                headers.append("Content-Type: " + kind)
            if self.random.random() < 0.3:
                headers.append("Transfer-Encoding: chunked")
                body = self.chunked(body)
            elif self.random.random() < 0.95:
                headers.append(f"Content-Length: {len(body)}")
        if self.random.random() < 0.3:
            headers.append(self.random.choice(["Expect: 100-continue", "Connection: close", "Idempotency-Key: k", "traceparent: 00-x", "Authorization: Bearer x",
                                               "X-API-Key: " + "k" * 4000, "Origin: null", "Accept-Encoding: gzip", "Idempotency-Key: " + "k" * 300]))
        data = f"{method} {target} HTTP/1.1\r\n".encode("latin-1") + "".join(h + "\r\n" for h in headers).encode("latin-1") + b"\r\n" + body
        if self.random.random() < 0.35:
            return method, target, self.damaged(data), False
        return method, target, data, True


class HttpFuzz(unittest.TestCase):
    def ask(self, service: support.Service, data: bytes, patience: float) -> support.Answer | None:
        """None: nothing is answered, or not in time (a stream of events, a body that is waited for)."""
        with service.connect(patience) as connection:
            try:
                connection.sendall(data)
            except OSError:
                pass  # it may have answered before
            try:
                return support.read_answer(connection)
            except (http.client.HTTPException, OSError):
                return None

    def test_nothing_is_answered_that_is_not_described(self):
        with support.Service(HEADER_TIMEOUT_SECONDS=2, IDLE_TIMEOUT_SECONDS=2, CACHE_ENTRIES=100) as service:
            description = Description(service.request("GET", "/openapi.json").json())
            documented = {status for _, status in description.responses()} | {204, 405}
            clip = support.short_sample()
            path = service.put(clip)
            wrong: list[str] = []
            seen: dict[int, int] = {}
            end = time.monotonic() + SECONDS

            def fuzz(client: int) -> None:
                requests = Requests(description, clip.read_bytes(), path, SEED * CLIENTS + client)
                while time.monotonic() < end and not wrong:
                    method, target, data, whole = requests.next()
                    answer = self.ask(service, data, 10 if whole else 0.5)
                    if answer is None:
                        continue
                    seen[answer.status] = seen.get(answer.status, 0) + 1
                    if answer.status == 202:
                        requests.jobs.append(answer.json()["id"])
                    try:
                        self.assertNotEqual(answer.status, 500)
                        if not whole or b"Expect: 100" in data:
                            self.assertIn(answer.status, documented | {100})
                        else:
                            description.check_answer(method, target, answer)
                    except Exception as e:  # noqa: BLE001: whatever it is, it is told with the request
                        wrong.append(f"{type(e).__name__} {e}: {data[:600]!r} was answered with {answer}")

            clients = [threading.Thread(target=fuzz, args=(client,)) for client in range(CLIENTS)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            print("answers:", dict(sorted(seen.items())))
            self.assertEqual(wrong, [])
            self.assertGreater(sum(seen.values()), 20)
            self.assertEqual(service.upload(clip).status, 200)
            self.assertEqual([line for line in service.stderr if "[error]" in line], [])


if __name__ == "__main__":
    unittest.main()
