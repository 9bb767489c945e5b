"""The HTTP contract: the seed's fields never change, ours are added."""

import json
import unittest

import support

SEED_FIELDS = {"offset_frames": int, "confidence": float, "min_dist": float, "score": float, "lag_ms": (int, float),
               "processing_time_ms": int, "debug": dict, "session_id": str}
OUR_FIELDS = {"decision": str, "reason_codes": list, "reasons": list, "model": dict, "video": dict, "evidence_s": (int, float),
              "mismatched_s": (int, float), "max_offset_ms": (int, float), "jumps": list, "passages": list}


class Health(unittest.TestCase):
    def test_fields(self):
        with support.Service() as service:
            answer = service.request("GET", "/health")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Content-Type"], "application/json")
            health = answer.json()
            expected = {"status": "healthy", "service": "syncnet-avsync", "syncnet_available": True, "models_loaded": True}
            self.assertEqual({name: health[name] for name in expected}, expected)
            self.assertEqual(health["version"], support.run("--version").stdout.strip())
            self.assertIn(health["model"]["name"], health["models"])
            self.assertEqual(service.request("GET", "/health?verbose=1").status, 200)


class Score(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service())
        cls.clip = support.sample()
        cls.name = cls.service.put(cls.clip, "folder/clip mit Ümlaut.mp4")
        cls.command_line = support.score(cls.clip)[0]

    def scored(self, answer, session_id):
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        body = answer.json()
        for fields in (SEED_FIELDS, OUR_FIELDS):
            for name, kind in fields.items():
                self.assertIsInstance(body[name], kind, name)
        self.assertIn(body["decision"], ("ALLOW", "NEXT", "BLOCK"))
        self.assertGreater(len(body["reason_codes"]), 0)
        self.assertEqual(set(body["model"]) & {"name", "version"}, {"name", "version"})
        self.assertEqual(body["lag_ms"], body["offset_frames"] * 40)
        self.assertTrue(0 <= body["score"] <= 1)
        self.assertGreater(body["processing_time_ms"], 0)
        self.assertEqual(body["session_id"], session_id)

        results = body["debug"]["all_results"]
        self.assertEqual(body["debug"]["num_results"], len(results))
        self.assertEqual((results[0]["offset"], results[0]["confidence"], results[0]["min_dist"]),
                         (body["offset_frames"], body["confidence"], body["min_dist"]))
        curve = results[0]["curve"]
        max_offset = body["max_offset_ms"] // 40
        self.assertEqual(len(curve), 2 * max_offset + 1)
        known = [value for value in curve if value is not None]
        self.assertAlmostEqual(min(known), body["min_dist"], delta=0.001)
        self.assertEqual(curve.index(min(known)) - max_offset, body["offset_frames"])
        self.assertGreater(body["evidence_s"], 0)
        self.assertLessEqual(body["mismatched_s"], body["evidence_s"])
        self.assertEqual((body["drift_ms_per_s"] is None), (body["drift_error_ms_per_s"] is None))
        self.assertGreater(len(body["passages"]), 0)
        self.assertLessEqual({passage["track"] for passage in body["passages"]}, {face["track"] for face in results})
        return body

    def same_as_command_line(self, body):
        body, expected = dict(body), dict(self.command_line)
        for answer in (body, expected):
            answer.pop("processing_time_ms")
        body.pop("session_id")
        self.assertFalse(body.pop("cached"))
        self.assertEqual(body, expected)

    def test_path(self):
        self.same_as_command_line(self.scored(self.service.score_path(self.name, "söme id"), "söme id"))

    def test_absolute_path_below_the_upload_folder(self):
        self.same_as_command_line(self.scored(self.service.score_path(self.service.uploads / self.name), "s"))

    def test_upload(self):
        self.same_as_command_line(self.scored(self.service.upload(self.clip, "söme id"), "söme id"))

    def test_chunked_upload(self):
        body, content_type = support.form([("session_id", "first"), ("video", self.clip.read_bytes(), "x.webm")])
        pieces = (body[at : at + 7001] for at in range(0, len(body), 7001))
        answer = self.service.request("POST", "/score", pieces, {"Content-Type": content_type})  # no length: http.client sends chunks
        self.same_as_command_line(self.scored(answer, "first"))

    def test_form_as_curl_sends_it(self):
        # Quoted boundary, file first, an upper-case header, text after the end.
        body, _ = support.form([("video", self.clip.read_bytes(), "x.mp4"), ("session_id", "s")], "----x'y z")
        head = {"CONTENT-TYPE": 'multipart/form-data; charset=utf-8; boundary="----x\'y z"'}
        self.same_as_command_line(self.scored(self.service.request("POST", "/score", body + b"epilogue", head), "s"))

    def test_session_id_may_be_absent(self):
        for answer in (self.service.post_json({"video_path": self.name}), self.service.post_form([("video", self.clip.read_bytes(), "x")])):
            self.assertEqual(answer.status, 200, answer)
            self.assertIn("session_id", answer.json())

    def test_model_may_be_named(self):
        answer = self.service.post_json({"video_path": self.name, "session_id": "s", "model": self.command_line["model"]["name"]})
        self.same_as_command_line(self.scored(answer, "s"))

    def test_content_type_with_charset(self):
        head = {"Content-Type": "application/json; charset=utf-8"}
        answer = self.service.request("POST", "/score", json.dumps({"video_path": self.name, "session_id": "s"}), head)
        self.assertEqual(answer.status, 200, answer)


class Protocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service())

    def problem(self, answer, status, code):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        body = answer.json()
        self.assertEqual((body["status"], body["code"]), (status, code))
        for name in ("type", "title", "detail", "hint", "error"):
            self.assertIsInstance(body[name], str)
            self.assertTrue(body[name], name)

    def test_unknown_address(self):
        for path in ("/nothing", "/assets/nothing", "/score/more", "/health/", "/scoreX", "//health"):
            with self.subTest(path):
                self.problem(self.service.request("GET", path), 404, "not_found")

    def test_wrong_method_names_the_right_one(self):
        for method, path, right in (("GET", "/score", "POST"), ("PUT", "/score", "POST"), ("DELETE", "/score", "POST"),
                                    ("POST", "/health", "GET"), ("DELETE", "/health", "GET")):
            with self.subTest(method=method, path=path):
                answer = self.service.request(method, path)
                self.problem(answer, 405, "method_not_allowed")
                self.assertIn(right, answer.headers["Allow"])

    def test_problem_fields(self):
        answer = self.service.post_json({"video_path": "missing.mp4", "session_id": "s"})
        self.problem(answer, 404, "not_found")

    def test_a_connection_serves_many_requests(self):
        clip = self.service.put(support.short_sample())
        connection = support.http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=support.PATIENCE)
        self.addCleanup(connection.close)
        used = set()
        for _ in range(3):
            connection.request("POST", "/score", json.dumps({"video_path": clip}), {"Content-Type": "application/json"})
            self.assertEqual(support.Answer(connection.getresponse()).status, 200)
            connection.request("GET", "/health")
            self.assertEqual(support.Answer(connection.getresponse()).status, 200)
            used.add(connection.sock)
        self.assertEqual(len(used), 1, "the connection was closed in between")

    def test_pipelined_requests_are_answered_in_order(self):
        with self.service.connect() as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            with connection.makefile("rb") as stream:
                received = stream.read()
        self.assertRegex(received, rb"(?s)^HTTP/1.1 200 .*healthy.*HTTP/1.1 404 .*not_found")

    def test_head_has_no_body(self):
        # Probes use it; a body would be taken for the next answer on the connection.
        with self.service.connect() as connection:
            connection.sendall(b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            with connection.makefile("rb") as stream:
                received = stream.read()
        first, _, rest = received.partition(b"\r\n\r\n")
        self.assertRegex(first, rb"^HTTP/1.1 (200|405) ")
        self.assertTrue(rest.startswith(b"HTTP/1.1 200 "), received)

    def test_http_1_0_closes(self):
        with self.service.connect() as connection:
            connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            with connection.makefile("rb") as stream:
                received = stream.read()  # ends where the service closes
        self.assertIn(b"200 OK", received)
        self.assertIn(b"healthy", received)


if __name__ == "__main__":
    unittest.main()
