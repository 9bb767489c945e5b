"""The service behind an Express API, as it is used: examples/express, by streaming and by a shared folder."""

import http.client
import json
import os
import queue
import re
import shutil
import socket
import subprocess
import threading
import unittest

import support

EXAMPLE = support.ROOT / "examples/express"
ROUTES = ("/verify", "/verify-by-path")


def lasting(answer: support.Answer) -> dict:
    """Without what differs from one time to the next."""
    return {name: value for name, value in answer.json().items() if name not in ("processing_time_ms", "cached")}


class Api:
    """The Express app in front of a service."""

    def __init__(self, service_port: int, uploads, **settings: str):
        self.process = subprocess.Popen(
            ["node", EXAMPLE / "server.js"], stdout=subprocess.PIPE, text=True,
            env=support.environment(HOST="127.0.0.1", PORT="0", SYNCNET_URL=f"http://127.0.0.1:{service_port}",
                                    UPLOAD_DIR=str(uploads), **settings))

    def __enter__(self) -> "Api":
        lines = queue.Queue()
        threading.Thread(target=lambda: lines.put(self.process.stdout.readline()), daemon=True).start()
        self.port = int(re.search(r"listening on http://.*:(\d+)", lines.get(timeout=support.PATIENCE)).group(1))
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait(support.PATIENCE)
        self.process.stdout.close()

    def post(self, route: str, body, content_type: str) -> support.Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=support.PATIENCE)
        try:
            connection.request("POST", route, body, {"Content-Type": content_type})
            return support.Answer(connection.getresponse())
        finally:
            connection.close()

    def upload(self, route: str, video: bytes, session_id: str = "s") -> support.Answer:
        return self.post(route, *support.form([("session_id", session_id), ("video", video, "clip.mp4")]))


@unittest.skipUnless(shutil.which("node"), "there is no node")
@unittest.skipUnless((EXAMPLE / "node_modules").is_dir(), "examples/express: npm ci has not been run")
class Express(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service())
        cls.api = cls.enterClassContext(Api(cls.service.port, cls.service.uploads))
        cls.clip = support.sample()

    def test_the_answer_is_the_services(self):
        expected = lasting(self.service.upload(self.clip, "söme id"))
        for route in ROUTES:
            with self.subTest(route):
                answer = self.api.upload(route, self.clip.read_bytes(), "söme id")
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/json"), answer)
                self.assertEqual(lasting(answer), expected)

    def test_a_bad_file_is_told_as_the_service_tells_it(self):
        expected = self.service.upload(b"This is no video. " * 1000)
        self.assertGreaterEqual(expected.status, 400)
        for route in ROUTES:
            with self.subTest(route):
                answer = self.api.upload(route, b"This is no video. " * 1000)
                self.assertEqual((answer.status, answer.headers["Content-Type"]),
                                 (expected.status, "application/problem+json"), answer)
                self.assertEqual(answer.json()["code"], expected.json()["code"])

    def test_chunks_are_streamed(self):
        body, content_type = support.form([("video", self.clip.read_bytes(), "clip.mp4")])
        answer = self.api.post("/verify", (body[at:at + 7001] for at in range(0, len(body), 7001)), content_type)
        self.assertEqual(answer.status, 200, answer)

    def test_nothing_stays_in_the_shared_folder(self):
        self.api.upload("/verify-by-path", self.clip.read_bytes())
        self.api.upload("/verify-by-path", b"This is no video.")
        support.wait_until(lambda: not any(self.service.uploads.iterdir()), "emptying the upload folder")

    def test_no_client_names_a_path(self):
        # It would be somebody else's video.
        name = self.service.put(self.clip, "of_somebody_else.mp4")
        self.addCleanup(os.remove, self.service.uploads / name)
        for route in ROUTES:
            with self.subTest(route):
                answer = self.api.post(route, json.dumps({"video_path": name}), "application/json")
                self.assertIn(answer.status, (400, 415), answer)
                self.assertNotIn("decision", answer.json())

    def test_a_form_without_a_video(self):
        for route in ROUTES:
            with self.subTest(route):
                answer = self.api.post(route, *support.form([("session_id", "s")]))
                self.assertEqual(answer.status, 400, answer)

    def test_a_client_that_leaves_harms_nobody(self):
        body, content_type = support.form([("video", self.clip.read_bytes(), "clip.mp4")])
        for route in ROUTES:
            with socket.create_connection(("127.0.0.1", self.api.port), support.PATIENCE) as connection:
                head = f"POST {route} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body[:len(body) // 2])
        self.assertEqual(self.api.upload("/verify", self.clip.read_bytes()).status, 200)
        support.wait_until(lambda: not any(self.service.uploads.iterdir()), "emptying the upload folder")


@unittest.skipUnless(shutil.which("node"), "there is no node")
@unittest.skipUnless((EXAMPLE / "node_modules").is_dir(), "examples/express: npm ci has not been run")
class Limits(unittest.TestCase):
    def test_too_large_a_video(self):
        # The streamed one is refused by the service while it is still being sent.
        with support.Service(MAX_VIDEO_SIZE_MB="1") as service, \
                Api(service.port, service.uploads, MAX_VIDEO_SIZE_MB="1") as api:
            for route in ROUTES:
                with self.subTest(route):
                    self.assertEqual(api.upload(route, bytes(3 << 20)).status, 413)

    def test_no_service(self):
        with support.closed_port() as port, Api(port, support.scratch_folder()) as api:
            for route in ROUTES:
                with self.subTest(route):
                    answer = api.upload(route, b"a video")
                    self.assertEqual(answer.status, 502, answer)
                    self.assertIn("error", answer.json())


if __name__ == "__main__":
    unittest.main()
