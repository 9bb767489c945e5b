"""Who may ask, how often, from where, and over what: keys, rates, origins, TLS, limits on slow clients, metrics."""

import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import time
import unittest

import support

RAW = {"Content-Type": "application/octet-stream"}


def new_key(file, name: str, scopes: str, *more: str) -> str:
    done = support.run("keys", "new", "--name", name, "--scope", scopes, *more)
    with open(file, "a") as lines:
        lines.write(done.stdout)
    file.chmod(0o600)
    return re.search(r"sn_[\w-]{43}", done.stderr).group(0)


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.file = support.scratch_folder() / "keys.jsonl"
        cls.score = new_key(cls.file, "scorer", "score")
        cls.jobs = new_key(cls.file, "worker", "jobs")
        cls.slow = new_key(cls.file, "slow", "score", "--rate", "6")
        cls.metrics = new_key(cls.file, "watcher", "metrics")
        cls.clip = support.short_sample().read_bytes()
        cls.service = cls.enterClassContext(support.Service(API_KEYS=cls.file))

    def ask(self, key: str | None, path: str = "/v1/score", method: str = "POST", header: str = "Authorization"):
        headers = dict(RAW)
        if key:
            headers[header] = f"Bearer {key}" if header == "Authorization" else key
        return self.service.request(method, path, self.clip if method == "POST" else None, headers)

    def problem(self, answer, status, code):
        self.assertEqual((answer.status, answer.json()["code"]), (status, code), answer)

    def test_a_key_opens_what_it_is_for(self):
        self.assertEqual(self.ask(self.score).status, 200)
        self.assertEqual(self.ask(self.score, header="X-API-Key").status, 200)
        self.problem(self.ask(self.jobs), 403, "forbidden")
        self.assertEqual(self.ask(self.jobs, "/v1/jobs").status, 202)
        self.assertEqual(self.ask(self.metrics, "/metrics", "GET").status, 200)
        self.problem(self.ask(self.score, "/metrics", "GET"), 403, "forbidden")

    def test_no_key_and_wrong_keys_do_not(self):
        for key in (None, "x", "sn_" + "A" * 43, self.score[:-1], self.score + "A"):
            answer = self.ask(key)
            self.problem(answer, 401, "unauthorized")
            self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_probes_need_none(self):
        for path in ("/health", "/livez", "/readyz", "/version", "/openapi.json"):
            self.assertEqual(self.ask(None, path, "GET").status, 200, path)

    def test_a_rate_is_kept(self):
        answers = [self.ask(self.slow) for _ in range(3)]
        self.assertEqual(answers[0].status, 200)
        self.problem(answers[-1], 429, "too_many_requests")
        self.assertGreaterEqual(int(answers[-1].headers["Retry-After"]), 1)
        self.assertEqual(self.ask(self.score).status, 200, "others are not slowed down")

    def test_the_log_names_the_key_and_nobody_else(self):
        self.service.request("POST", "/v1/score?session_id=Alice", self.clip, RAW | {"X-API-Key": self.score})
        line = json.loads(self.service.wait_for_line(r'(\{.*"key":"scorer".*\})|(\{.*scorer.*\})').group(0))
        self.assertIn("scorer", line.values())
        said = "".join(self.service.stderr)
        for secret in ("Alice", self.score, "127.0.0.1\""):
            self.assertNotIn(secret, said)

    def test_the_file_is_read_again(self):
        file = support.scratch_folder() / "keys.jsonl"
        first = new_key(file, "first", "score")
        with support.Service(API_KEYS=file) as service:
            ask = lambda key: service.request("POST", "/v1/score", self.clip, RAW | {"X-API-Key": key}).status  # noqa: E731
            self.assertEqual(ask(first), 200)
            file.write_text("")
            second = new_key(file, "second", "score")
            service.process.send_signal(signal.SIGHUP)
            service.wait_for_line("read again")
            self.assertEqual((ask(first), ask(second)), (401, 200))
            file.write_text("nonsense\n")
            service.process.send_signal(signal.SIGHUP)
            service.wait_for_line("nothing was changed")
            self.assertEqual(ask(second), 200)


class Shares(unittest.TestCase):
    """No client takes all that there is."""

    HALF = b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: 900000\r\n\r\n" + b"x" * 600_000

    def test_unfinished_uploads_have_a_budget(self):
        for settings, status, code in (({"UPLOADS_MB": 1}, 507, "uploads_full"), ({"CLIENT_UPLOADS_MB": 1}, 429, "too_many_requests")):
            with self.subTest(settings), support.Service(MAX_VIDEO_SIZE_MB=1, **settings) as service:
                held = service.connect()
                held.sendall(self.HALF)
                refused = []

                def full() -> bool:
                    try:
                        answer = service.raw(self.HALF[:-600_000], timeout=2)
                    except TimeoutError:  # it came before the bytes of the other: its body is waited for
                        return False
                    refused[:] = [answer] if answer is not None and answer.status == status else []
                    return bool(refused)

                support.wait_until(full, "the budget to be used up")
                self.assertEqual(refused[0].json()["code"], code)
                self.assertGreaterEqual(int(refused[0].headers["Retry-After"]), 1)
                self.assertEqual(service.health()["status"], "healthy")
                held.close()
                support.wait_until(lambda: service.upload(support.short_sample()).status == 200, "room again")

    def test_one_address_can_not_take_all_connections_and_probes_have_their_own(self):
        port = support.free_port()
        with support.Service(CONNECTIONS=20, CLIENT_CONNECTIONS=10, ADMIN_PORT=port) as service:
            held = [service.connect() for _ in range(10)]

            def turned_away() -> bool:
                with service.connect() as connection:
                    try:
                        return support.read_answer(connection).status == 429
                    except (ConnectionError, http.client.HTTPException):
                        return False

            support.wait_until(turned_away, "the eleventh being turned away")
            other = socket.create_connection(("127.0.0.1", service.port), support.PATIENCE, source_address=("127.0.0.2", 0))
            other.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(support.read_answer(other, "GET").status, 200, "another address is served")
            held += [other] + [socket.create_connection(("127.0.0.1", service.port), source_address=("127.0.0.3", 0)) for _ in range(9)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=support.PATIENCE)
            for path in ("/health", "/livez", "/readyz", "/metrics"):
                connection.request("GET", path)
                self.assertEqual(support.Answer(connection.getresponse()).status, 200, path)
            connection.request("POST", "/score", b"x", RAW)
            self.assertEqual(support.Answer(connection.getresponse()).status, 404, "it is for probes alone")
            connection.close()
            for connection in held:
                connection.close()
            support.wait_until(lambda: service.health()["status"] == "healthy", "place again")

    def test_one_key_can_not_take_all_connections(self):
        file = support.scratch_folder() / "keys.jsonl"
        mine, other = new_key(file, "mine", "score,jobs"), new_key(file, "other", "jobs")
        with support.Service(API_KEYS=file, CLIENT_CONNECTIONS=3) as service:
            def ask(connection, key) -> int:
                connection.sendall(b"GET /v1/jobs/x HTTP/1.1\r\nHost: x\r\nX-API-Key: %s\r\n\r\n" % key.encode())
                return support.read_answer(connection, "GET").status

            addresses = [socket.create_connection(("127.0.0.1", service.port), support.PATIENCE, source_address=(f"127.0.0.{n + 2}", 0))
                         for n in range(4)]
            self.assertEqual([ask(connection, mine) for connection in addresses], [404, 404, 404, 429])
            for connection in addresses:
                connection.close()
            with service.connect() as connection:
                self.assertEqual(ask(connection, other), 404)

    def test_names_that_are_not_the_services_are_refused(self):
        with support.Service(HOSTS="score.example,127.0.0.1") as service:
            ask = lambda host: service.raw(b"GET /v1/jobs/x HTTP/1.1\r\nHost: %s\r\n\r\n" % host)  # noqa: E731
            self.assertEqual(ask(b"Score.Example:5000").status, 404)
            answer = ask(b"evil.example")
            self.assertEqual((answer.status, answer.json()["code"]), (421, "wrong_host"))
            self.assertEqual(service.raw(b"GET /health HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n").status, 200, "probes know addresses only")


class Start(unittest.TestCase):
    def test_other_machines_need_keys(self):
        said = support.Service(HOST="0.0.0.0").fails_to_start()
        self.assertIn("API_KEYS", said)
        self.assertIn("ALLOW_NO_KEYS", said)
        with support.Service(HOST="0.0.0.0", ALLOW_NO_KEYS="yes") as service:
            self.assertEqual(service.health()["status"], "healthy")

    def test_bad_settings_are_named(self):
        folder = support.scratch_folder()
        (folder / "open.jsonl").write_text("")
        (folder / "open.jsonl").chmod(0o666)
        cases = [({"API_KEYS": folder / "none"}, "API_KEYS|none"), ({"API_KEYS": folder / "open.jsonl"}, "write"),
                 ({"CORS_ORIGINS": "example.org"}, "example.org"), ({"TLS_CERT": folder / "none"}, "TLS_KEY"),
                 ({"TLS_CERT": folder / "none", "TLS_KEY": folder / "none"}, "TLS_CERT"), ({"WEBHOOK_SECRET": "x"}, "whsec_"),
                 ({"STATE_DIR": "/proc/nowhere"}, "STATE_DIR"), ({"NEXT_SCORE": "0.95"}, "NEXT_SCORE"), ({"ALLOW_SCORE": "2"}, "ALLOW_SCORE"),
                 ({"MAX_OFFSET_MS": "20000"}, "200 to 10000.*MAX_OFFSET_MS")]
        for settings, said in cases:
            with self.subTest(settings):
                self.assertRegex(support.Service(**settings).fails_to_start(), said)

    def test_a_port_that_is_taken_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for name in ("PORT", "ADMIN_PORT"):
                self.assertRegex(support.Service(**{name: port}).fails_to_start(), rf"HOST, {name}: can't listen .*port {port}")
        self.assertRegex(support.Service(PORT=(port := support.free_port()), ADMIN_PORT=port).fails_to_start(), "HOST, ADMIN_PORT: can't listen .*in use")

    def test_an_unknown_name_in_the_file_is_an_error_that_names_the_nearest(self):
        file = support.scratch_folder() / "settings.env"
        file.write_text("WORKRES=3\n")
        said = support.Service("--env-file", str(file)).fails_to_start()
        self.assertIn("WORKRES", said)
        self.assertRegex(said, r"WORKERS\b")

    def test_thresholds_change_decisions_also_while_it_runs(self):
        clip = support.sample("--seconds", "8").read_bytes()
        file = support.scratch_folder() / "settings.env"
        file.write_text("ALLOW_SCORE=0.1\nNEXT_SCORE=0\nALLOW_OFFSET_FRAMES=15\n")
        with support.Service("--env-file", str(file)) as service:
            decision = lambda: service.request("POST", "/v1/score", clip, RAW).json()["decision"]  # noqa: E731
            self.assertEqual(decision(), "ALLOW")
            file.write_text("ALLOW_SCORE=1\nNEXT_SCORE=1\n")
            service.process.send_signal(signal.SIGHUP)
            service.wait_for_line("read again")
            self.assertEqual(decision(), "NEXT", "that it is not allowed is no reason to block it")


class Web(unittest.TestCase):
    def test_cors_headers_are_for_those_on_the_list(self):
        with support.Service(CORS_ORIGINS="https://app.example") as service:
            preflight = {"Access-Control-Request-Method": "POST"}
            for origin, allowed in (("https://app.example", "https://app.example"), ("https://evil.example", None)):
                answer = service.request("OPTIONS", "/v1/score", None, preflight | {"Origin": origin})
                self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"]), (204, allowed))
                answer = service.request("GET", "/health", None, {"Origin": origin})
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], allowed)

    def test_a_trace_goes_on(self):
        with support.Service() as service:
            trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            answer = service.request("GET", "/health", None, {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
            self.assertRegex(answer.headers["traceparent"], rf"^00-{trace}-(?!00f067aa0ba902b7)[0-9a-f]{{16}}-01$")
            service.wait_for_line(trace)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_no_word_of_a_client_becomes_a_label(self):
        with support.Service() as service:
            for n in range(200):
                service.raw(f"M{n} /health HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                service.request("GET", f"/nowhere{n}")
            text = service.request("GET", "/metrics").body.decode()
            for label in ("method", "route"):
                words = set(re.findall(rf'syncnet_requests_total{{.*{label}="([^"]*)"', text))
                self.assertIn("other", words)
                self.assertLess(len(words), 10, words)

    def test_metrics_count_what_happened(self):
        clip = support.short_sample()
        with support.Service(CACHE_ENTRIES=10) as service:
            service.upload(clip)
            service.upload(clip)
            service.request("POST", "/score", b"{", {"Content-Type": "application/json"})
            text = service.request("GET", "/metrics").body.decode()
            for line in ('syncnet_requests_total{method="POST",route="/score",status="200"} 2', 'syncnet_cache_total{result="hit"} 1',
                         'syncnet_rejections_total{code="invalid_request"} 1', "syncnet_ready 1", 'syncnet_stage_seconds_count{stage="analysis"} 1'):
                self.assertIn(line, text)
            self.assertRegex(text, r'syncnet_build_info\{.*model="lipsync".*\} 1')
            self.assertRegex(text, r'syncnet_decisions_total\{decision="\w+"\} 2')

    def test_tls(self):
        folder = support.scratch_folder()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out",
                        folder / "cert.pem"], check=True, capture_output=True)
        with support.Service(TLS_CERT=folder / "cert.pem", TLS_KEY=folder / "key.pem") as service:
            trust = ssl.create_default_context(cafile=folder / "cert.pem")
            connection = http.client.HTTPSConnection("localhost", service.port, context=trust, timeout=support.PATIENCE)
            body, content_type = support.form([("video", support.short_sample().read_bytes(), "x.mp4")])
            for _ in range(2):  # the connection is kept
                connection.request("POST", "/score", body, {"Content-Type": content_type})
                answer = connection.getresponse()
                self.assertEqual(answer.status, 200)
                self.assertIn("decision", json.load(answer))
            connection.close()
            self.assertIsNone(service.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"), "no answer without TLS")
            old = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{service.port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
                                 stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=support.PATIENCE)
            self.assertIn("Cipher is (NONE)", old.stdout, "an old TLS is refused")

    def test_tls_ends_as_it_should(self):
        folder = support.scratch_folder()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        clip = support.short_sample().read_bytes()

        def rest(connection) -> float:
            """Seconds until the service has said that it will send no more."""
            start = time.monotonic()
            while connection.recv(65536):  # an error where the connection only breaks
                pass
            return time.monotonic() - start

        with support.Service(TLS_CERT=folder / "cert.pem", TLS_KEY=folder / "key.pem", IDLE_TIMEOUT_SECONDS=2, HEADER_TIMEOUT_SECONDS=2) as service:
            for name, sent, seconds in (
                    ("close", b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 1),
                    ("malformed", b"nonsense\r\n\r\n", 1),
                    ("refused", b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000, 1),
                    ("score", b"POST /v1/score HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n%s" %
                     (len(clip), clip), 10),
                    ("idle", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", 4), ("nothing", b"", 4), ("half", b"GET /health HT", 4)):
                with self.subTest(name), trust.wrap_socket(service.connect(), suppress_ragged_eofs=False) as connection:
                    connection.sendall(sent)
                    self.assertLess(rest(connection), seconds)
            with trust.wrap_socket(service.connect(), suppress_ragged_eofs=False) as connection:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                connection.recv(65536)
                service.process.send_signal(signal.SIGTERM)
                self.assertLess(rest(connection), 2)
                service.process.wait(support.PATIENCE)


class SlowClients(unittest.TestCase):
    def closed_within(self, connection: socket.socket, seconds: float) -> bool:
        connection.settimeout(seconds)
        try:
            return connection.recv(1000) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    def test_a_head_that_never_ends_is_cut_off(self):
        with support.Service(HEADER_TIMEOUT_SECONDS=1, IDLE_TIMEOUT_SECONDS=60) as service, service.connect() as connection:
            start = time.monotonic()
            try:
                while time.monotonic() - start < 5:
                    connection.sendall(b"G" if time.monotonic() == start else b"E")
                    if self.closed_within(connection, 0.2):
                        break
            except ConnectionError:
                pass
            self.assertLess(time.monotonic() - start, 4)

    def test_many_slow_clients_hold_up_nobody(self):
        clip = support.short_sample()
        head = b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: 100000\r\n\r\n"
        with support.Service(WORKERS=1, QUEUE=1) as service:
            slow = [service.connect() for _ in range(300)]
            for n, connection in enumerate(slow):
                connection.sendall(head if n % 2 else b"GET / HT")
            for _ in range(3):
                self.assertEqual(service.upload(clip).status, 200)
            self.assertEqual(len(list(service.temporary.iterdir())), 0)
            for connection in slow:
                connection.close()
            support.wait_until(lambda: service.open_files() < 60, "their sockets to be closed")


if __name__ == "__main__":
    unittest.main()
