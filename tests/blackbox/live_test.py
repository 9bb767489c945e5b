"""/v1/live: a recording that is scored while it is made, by WebSocket and by HTTP."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

import support
import websocket

PIECES_PER_SECOND = 8
PROTOCOL = ("syncnet.v1",)
FRESH = {"type", "seconds", "decision", "score", "offset_frames", "confidence", "evidence_s", "speech_s", "reason_codes", "hints",
         "width", "height", "faces"}


def recording(*options: str, seconds: int = 6, ending: str = ".webm"):
    """As a browser makes it: nothing in its head that only its end knows."""
    clip = support.sample("--seconds", str(seconds), *options, ending=".webm")
    if ending == ".mp4":
        return support.edited("-i", clip, "-c:v", "libx264", "-preset", "veryfast", "-g", "12", "-c:a", "aac",
                              "-movflags", "frag_keyframe+empty_moov+default_base_moof", ending=".mp4")
    return support.edited("-i", clip, "-c", "copy", "-live", "1", "-cluster_time_limit", "200", ending=".webm")


def pieces(video, seconds: int = 6) -> list[bytes]:
    whole, count = video.read_bytes(), seconds * PIECES_PER_SECOND
    return [whole[len(whole) * k // count:len(whole) * (k + 1) // count] for k in range(count)]


class Recorder:
    """Sends pieces at the pace at which they would be recorded, in the background."""

    def __init__(self, client: websocket.Client, parts: list[bytes], pace: float = 1.0):
        self.sent = [0.0] * len(parts)
        self._thread = threading.Thread(target=self._send, args=(client, parts, pace), daemon=True)
        self._thread.start()

    def _send(self, client: websocket.Client, parts: list[bytes], pace: float) -> None:
        try:
            for k, part in enumerate(parts):
                client.send(part)
                self.sent[k] = time.monotonic()
                time.sleep(pace / PIECES_PER_SECOND)
            client.say(type="end")
        except OSError:
            pass    # the last word has been said

    def join(self) -> None:
        self._thread.join(support.PATIENCE)


def until_the_end(client: websocket.Client) -> list[dict]:
    heard = []
    while message := client.hear():
        heard.append(message)
    return heard


def follow(client: websocket.Client, parts: list[bytes], pace: float = 0.1, **start) -> list[dict]:
    client.say(type="start", **start)
    ready = client.hear()
    if ready["type"] != "ready":
        return [ready, *until_the_end(client)]
    recorder = Recorder(client, parts, pace)
    heard = until_the_end(client)
    recorder.join()
    return heard


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service())
        cls.genuine = recording()

    def client(self, **options) -> websocket.Client:
        return self.enterContext(websocket.Client(self.service.port, protocols=PROTOCOL, **options))

    def test_a_genuine_recording_is_allowed_before_it_ends(self):
        client = self.client()
        self.assertIn("Sec-WebSocket-Protocol: syncnet.v1", client.head)
        heard = follow(client, pieces(self.genuine), pace=1, session_id="söme id")
        result = heard[-1]
        self.assertEqual((result["type"], client.closed), ("result", 1000), heard[-1])
        answer = result["result"]
        self.assertEqual((answer["decision"], answer["session_id"], answer["cached"]), ("ALLOW", "söme id", False))
        self.assertLess(answer["stopped_at_s"], 5)
        self.assertEqual(answer["stopped_at_s"], answer["video"]["seconds"])
        for verdict in heard[:-1]:
            self.assertEqual(set(verdict), FRESH)

    def test_verdicts_keep_up_with_the_recording(self):
        client = self.client()
        client.say(type="start", early=False)
        self.assertEqual(client.hear()["type"], "ready")
        recorder = Recorder(client, pieces(self.genuine))
        seen, lags = [], []
        while (message := client.hear()) and message["type"] == "verdict":
            now = time.monotonic()
            seen.append(message["seconds"])
            # The piece with the last frame that was looked at.
            piece = min(int(message["seconds"] * PIECES_PER_SECOND), len(recorder.sent) - 1)
            lags.append(now - (recorder.sent[piece - 1] or now))
        self.assertEqual(message["result"]["decision"], "ALLOW")
        self.assertNotIn("stopped_at_s", message["result"])
        self.assertLessEqual(max(b - a for a, b in zip(seen, seen[1:])), 0.5, seen)
        self.assertLess(sorted(lags)[len(lags) // 2], 2, "a machine may be busy, but not that busy")

    def test_it_says_what_a_file_with_these_bytes_is_answered(self):
        heard = follow(self.client(), pieces(self.genuine), early=False, windows=True, face="largest")
        file = self.service.post_form([("face", "largest"), ("windows", "true"),
                                       ("video", self.genuine.read_bytes(), "clip.webm")]).json()
        live = heard[-1]["result"]
        for answer in (live, file):
            for name in ("processing_time_ms", "session_id", "cached", "video"):
                answer.pop(name)
        self.assertEqual(live, file)

    def test_another_voice_is_blocked(self):
        heard = follow(self.client(), pieces(recording("--other-audio")), pace=0.2)
        self.assertEqual(heard[-1]["result"]["decision"], "BLOCK")
        self.assertEqual(heard[-1]["result"]["reason_codes"][0], "voice_does_not_match")

    def test_fragmented_mp4(self):
        video = recording(ending=".mp4")
        heard = follow(self.client(), pieces(video))
        self.assertEqual(heard[-1]["result"]["decision"], "ALLOW", heard[-1])
        self.assertTrue(any(verdict["decision"] == "ALLOW" for verdict in heard[:-1]))

    def test_hints(self):
        said = set()
        for options, hint in ((("--no-face",), "no_face"), (("--silence",), "speak_louder")):
            for verdict in follow(self.client(), pieces(recording(*options)), pace=0.3)[:-1]:
                said.update(verdict["hints"])
            self.assertIn(hint, said)

    def test_what_is_no_video_is_told(self):
        client = self.client()
        heard = follow(client, [b"This is no video. " * 5000])
        self.assertEqual(heard[-1]["problem"]["code"], "unsupported_media")
        self.assertEqual(client.closed, 1008)

    def test_nothing_at_all(self):
        self.assertEqual(follow(self.client(), [])[-1]["type"], "error")

    def test_a_slow_listener_hears_the_newest_only(self):
        client = self.client()
        client.say(type="start", early=False)
        client.hear()
        Recorder(client, pieces(self.genuine), 0.1).join()
        time.sleep(2)
        self.assertEqual(until_the_end(client)[-1]["result"]["decision"], "ALLOW")

    def test_malformed_messages(self):
        for name, messages, code in (
                ("no JSON", ["nonsense"], "invalid_request"),
                ("no object", ["[]"], "invalid_request"),
                ("bytes first", [b"bytes"], "invalid_request"),
                ("another first", ['{"type": "end"}'], "invalid_request"),
                ("a slip in a name", ['{"type": "start", "sesion_id": "x"}'], "invalid_request"),
                ("a wrong kind", ['{"type": "start", "resume": "yes"}'], "invalid_request"),
                ("a path", ['{"type": "start", "video_path": "/etc/passwd"}'], "invalid_request"),
                ("a long id", [json.dumps({"type": "start", "session_id": "x" * 300})], "invalid_request"),
                ("no such model", ['{"type": "start", "model": "nothing"}'], "model_not_available"),
                ("no such session", ['{"type": "start", "session_id": "nobody", "resume": true}'], "not_found"),
                ("an unknown word", ['{"type": "start"}', '{"type": "sing"}'], "invalid_request")):
            with self.subTest(name):
                client = self.client()
                for message in messages:
                    client.text(message) if isinstance(message, str) else client.send(message)
                heard = until_the_end(client)
                self.assertEqual(heard[-1]["problem"]["code"], code, heard)
                self.assertEqual(client.closed, 1008)
        self.assertIn("session_id", follow(self.client(), [], sesion_id="x")[0]["problem"]["detail"])

    def test_without_an_upgrade_it_says_what_it_is(self):
        answer = self.service.request("GET", "/v1/live")
        self.assertEqual((answer.status, answer.json()["code"]), (400, "invalid_request"))
        self.assertIn("WebSocket", answer.json()["detail"])

    def test_pages_of_elsewhere_may_not(self):
        with self.assertRaises(websocket.Refused) as refused:
            self.client(headers={"Origin": "https://evil.example"})
        self.assertEqual(refused.exception.answer.status, 403)
        self.client(headers={"Origin": "http://127.0.0.1"})    # its own

    def test_a_connection_that_breaks_can_be_taken_up_again(self):
        parts = pieces(self.genuine)
        first = self.client()
        first.say(type="start", session_id="again", early=False)
        self.assertEqual(first.hear()["received_bytes"], 0)
        for part in parts[:20]:
            first.send(part)
        while first.hear()["seconds"] < 1:
            pass
        first.socket.close()
        second = self.client()
        second.say(type="start", session_id="again", resume=True)
        ready = second.hear()
        self.assertEqual(ready["received_bytes"], sum(map(len, parts[:20])))
        second.send(b"".join(parts)[ready["received_bytes"]:])
        second.say(type="end")
        self.assertEqual(until_the_end(second)[-1]["result"]["decision"], "ALLOW")

    def test_another_connection_takes_over(self):
        parts = pieces(self.genuine)
        first, second = self.client(), self.client()
        first.say(type="start", session_id="taken over", early=False)
        first.hear()
        for part in parts[:20]:
            first.send(part)
        while first.hear()["seconds"] < 1:
            pass
        second.say(type="start", session_id="taken over", resume=True)
        ready = second.hear()
        until_the_end(first)
        self.assertEqual(first.closed, 1000)
        second.send(b"".join(parts)[ready["received_bytes"]:])
        second.say(type="end")
        self.assertEqual(until_the_end(second)[-1]["result"]["decision"], "ALLOW")

    def test_nothing_is_left_behind(self):
        for leave in ("close", "cancel", "break"):
            client = self.client()
            client.say(type="start", early=False)
            client.hear()
            for part in pieces(self.genuine)[:10]:
                client.send(part)
            if leave == "close":
                client.close()
            elif leave == "cancel":
                client.say(type="cancel")
            else:
                client.socket.close()
        support.wait_until(lambda: self.depth() == 0, "all sessions to end")
        self.assertEqual(list(self.service.temporary.iterdir()), [])

    def depth(self) -> int:
        return int(re.search(r'^syncnet_depth{of="live_sessions"} (\d+)$', self.service.request("GET", "/metrics").body.decode(), re.MULTILINE).group(1))


class ByHttp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service())
        cls.video = recording()

    def events(self, video, query: str = "", chunked: bool = True) -> list[tuple[str, dict]]:
        body = ["-T", "-", "-H", "Transfer-Encoding: chunked"] if chunked else ["--data-binary", f"@{video}"]
        done = subprocess.run(["curl", "-sN", *body, "-H", "Content-Type: video/webm", "-X", "POST",
                               f"http://127.0.0.1:{self.service.port}/v1/live{query}"],
                              input=video.read_bytes() if chunked else b"", capture_output=True, timeout=support.PATIENCE)
        found = re.findall(r"event: (\w+)\ndata: (\{.*\})\n\n", done.stdout.decode())
        return [(name, json.loads(data)) for name, data in found]

    def test_events_come_while_the_body_does(self):
        for chunked in (True, False):
            with self.subTest(chunked=chunked):
                heard = self.events(self.video, "?session_id=me&face=largest&early=false", chunked)
                self.assertEqual((heard[0][0], heard[-1][0]), ("ready", "result"))
                self.assertGreaterEqual([name for name, _ in heard].count("verdict"), 1)
                self.assertEqual(heard[-1][1]["result"]["decision"], "ALLOW")
                self.assertEqual(heard[-1][1]["result"]["session_id"], "me")

    def test_the_verdict_comes_before_the_body_ends(self):
        with socket.create_connection(("127.0.0.1", self.service.port), support.PATIENCE) as connection:
            connection.sendall(b"POST /v1/live HTTP/1.1\r\nHost: x\r\nContent-Type: video/webm\r\nTransfer-Encoding: chunked\r\n\r\n")
            for part in pieces(self.video)[:-8]:
                connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            heard = b""
            while b"event: result" not in heard:
                piece = connection.recv(65536)
                self.assertTrue(piece, heard[-300:])
                heard += piece

    def test_refusals(self):
        for headers, status in (({"Content-Type": "text/plain"}, 400), ({"Content-Type": "video/webm"}, 400)):
            answer = self.service.request("POST", "/v1/live?sesion_id=x", b"bytes", headers)
            self.assertEqual(answer.status, status, answer)

    def test_what_is_no_video(self):
        heard = self.events(support.edited("-f", "lavfi", "-i", "sine", "-t", "1", ending=".wav"))
        self.assertEqual((heard[-1][0], heard[-1][1]["problem"]["code"]), ("error", "unsupported_media"))


class Guards(unittest.TestCase):
    def test_keys(self):
        file = support.scratch_folder() / "keys"
        key, line = support.new_key("browser", "score")
        other, other_line = support.new_key("watcher", "metrics")
        file.write_text(line + other_line)
        with support.Service(API_KEYS=file) as service:
            def told(*protocols: str, headers: dict | None = None, **start) -> dict:
                with websocket.Client(service.port, protocols=(*PROTOCOL, *protocols), headers=headers) as client:
                    client.say(type="start", **start)
                    return client.hear()

            self.assertEqual(told()["problem"]["code"], "unauthorized")
            self.assertEqual(told("key.sn_wrong")["problem"]["code"], "unauthorized")
            self.assertEqual(told(f"key.{other}")["problem"]["code"], "forbidden")
            self.assertEqual(told(f"key.{key}")["type"], "ready")
            self.assertEqual(told(api_key=key)["type"], "ready")
            self.assertEqual(told(headers={"Authorization": f"Bearer {key}"})["type"], "ready")
            self.assertNotIn(key, "".join(service.stderr))

    def test_so_many_at_once_and_no_more(self):
        with support.Service(LIVE_SESSIONS=1) as service:
            with websocket.Client(service.port) as first:
                first.say(type="start")
                first.hear()
                with websocket.Client(service.port) as second:
                    second.say(type="start")
                    self.assertEqual(until_the_end(second)[-1]["problem"]["code"], "overloaded")
                    self.assertEqual(second.closed, 1013)
                # Uploads have workers of their own.
                self.assertEqual(service.upload(support.short_sample()).status, 200)
        with support.Service(LIVE_SESSIONS=0) as service, websocket.Client(service.port) as client:
            client.say(type="start")
            self.assertEqual(client.hear()["problem"]["code"], "forbidden")

    def test_what_goes_on_too_long_is_judged_as_it_is(self):
        with support.Service(LIVE_SECONDS=3) as service, websocket.Client(service.port) as client:
            heard = follow(client, pieces(recording()), pace=0.5, early=False)
            self.assertEqual(heard[-1]["result"]["decision"], "ALLOW")
            self.assertLess(heard[-1]["result"]["video"]["seconds"], 5.5)

    def test_a_worker_that_dies_is_one_clear_error(self):
        with support.Service() as service, websocket.Client(service.port) as client:
            client.say(type="start", early=False)
            client.hear()
            for part in pieces(recording())[:24]:
                client.send(part)
            while client.hear()["seconds"] < 1:
                pass
            busy = max(service.workers(), key=cpu_of)
            os.kill(busy, signal.SIGKILL)
            self.assertIn(until_the_end(client)[-1]["problem"]["code"], ("decoder_crashed", "out_of_memory"))
            self.assertIn(client.closed, (1008, 1011))
            self.assertEqual(service.upload(support.short_sample()).status, 200)

    def test_a_stopping_service_says_so(self):
        service = support.Service(DRAIN_SECONDS=1).__enter__()
        with websocket.Client(service.port) as client:
            client.say(type="start")
            client.hear()
            service.process.send_signal(signal.SIGTERM)
            self.assertEqual(until_the_end(client)[-1]["problem"]["code"], "shutting_down")
        self.assertEqual(service.process.wait(support.PATIENCE), 0)


def cpu_of(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    unittest.main()
