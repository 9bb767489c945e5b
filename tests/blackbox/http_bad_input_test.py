"""What is not a good request is answered with the right error, and the service lives on."""

import json
import os
import socket
import unittest

import support

LIMIT_MB = 2
MEGABYTE = 1 << 20


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service(MAX_VIDEO_SIZE_MB=LIMIT_MB))
        cls.clip = support.short_sample()
        cls.content = cls.clip.read_bytes()
        cls.service.put(cls.clip, "good.mp4")

    def tearDown(self):
        self.assertEqual(self.service.health()["status"], "healthy")
        self.assertIsNone(self.service.process.poll())

    def refused(self, answer, status, code):
        self.assertIsNotNone(answer, "the connection was closed without an answer")
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        body = answer.json()
        self.assertEqual(body["code"], code)
        self.assertEqual(body["status"], status)
        for name in ("title", "detail", "hint", "error"):
            self.assertTrue(body[name], name)
        return body

    def raw_request(self, head: str, body: bytes = b"", **options):
        return self.service.raw(f"POST /score HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode() + body, **options)


class Json(BadInput):
    def test_malformed(self):
        for text in (b"", b"{", b"nonsense", b'{"video_path": "good.mp4"', b'{"video_path": "\xff\xfe"}', b"\x00", b"{}{}", b"NaN",
                     b"[" * 60_000, b'{"a":' * 10_000):
            with self.subTest(text[:30]):
                self.refused(self.service.post_json(text), 400, "invalid_request")

    def test_not_an_object(self):
        for body in ([], "good.mp4", 1, None, True):
            with self.subTest(body):
                self.refused(self.service.post_json(json.dumps(body)), 400, "invalid_request")

    def test_missing_or_wrong_fields(self):
        for body in ({}, {"session_id": "s"}, {"video_path": ""}, {"video_path": None}, {"video_path": 1}, {"video_path": ["good.mp4"]},
                     {"video_path": {"$ne": 1}}, {"video_path": "good.mp4", "session_id": {}}, {"video_path": "good.mp4", "model": 1},
                     {"video_path": "good.mp4", "session_id": "x" * 10_000}):
            with self.subTest(str(body)[:60]):
                self.refused(self.service.post_json(body), 400, "invalid_request")

    def test_a_slip_is_named_with_what_was_meant(self):
        for body, says in (({"video_path": "good.mp4", "sesion_id": "s"}, 'there is no field "sesion_id"; did you mean "session_id"?'),
                           ({"video_path": "good.mp4", "quality": 1}, "the fields are session_id, model"),
                           ({"video_path": "good.mp4", "session_id": 42}, 'session_id must be text: "42" with quotation marks, not 42')):
            with self.subTest(says):
                self.assertIn(says, self.refused(self.service.post_json(body), 400, "invalid_request")["detail"])

    def test_too_long(self):
        self.refused(self.service.post_json({"video_path": "good.mp4", "session_id": "x" * 70_000}), 413, "too_large")

    def test_unknown_model(self):
        body = self.refused(self.service.post_json({"video_path": "good.mp4", "model": "nonsense"}), 400, "model_not_available")
        self.assertIn("lipsync", body["detail"])


class ContentType(BadInput):
    def test_wrong_type(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "image/png", "", "multipart/mixed; boundary=x", "application/jsonx"):
            with self.subTest(kind):
                answer = self.service.request("POST", "/score", b'{"video_path": "good.mp4"}', {"Content-Type": kind})
                self.refused(answer, 400, "invalid_request")

    def test_no_type(self):
        self.refused(self.raw_request("Content-Length: 2", b"{}"), 400, "invalid_request")

    def test_no_boundary(self):
        body, _ = support.form([("video", self.content, "x.mp4")])
        for kind in ("multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary=""',
                     "multipart/form-data; boundary=" + "x" * 71):
            with self.subTest(kind):
                self.refused(self.service.request("POST", "/score", body, {"Content-Type": kind}), 400, "invalid_request")


class Forms(BadInput):
    def form(self, fields):
        return self.service.post_form(fields)

    def send(self, body: bytes, boundary="b"):
        return self.service.request("POST", "/score", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def test_without_a_video(self):
        for fields in ([("session_id", "s")], [("file", self.content, "x.mp4")], [("video_path", "good.mp4")], [("VIDEO", b"x", "x.mp4")]):
            with self.subTest(fields[0][0]):
                self.refused(self.form(fields), 400, "invalid_request")

    def test_a_slip_is_named_with_what_was_meant(self):
        for fields, says in (([("file", self.content, "x.mp4")], 'the field of the file is named "video", not "file"'),
                             ([("video", self.content, "x.mp4"), ("max_offset", "500")], 'did you mean "max_offset_ms"?')):
            with self.subTest(says):
                self.assertIn(says, self.refused(self.form(fields), 400, "invalid_request")["detail"])
        body, kind = support.form([("video", self.content, "x.mp4")])
        for content, headers in ((self.content, {"Content-Type": "video/mp4"}), (body, {"Content-Type": kind}),
                                 (json.dumps({"video_path": "good.mp4"}), {"Content-Type": "application/json"})):
            answer = self.service.request("POST", "/score?face_=largest", content, headers)
            self.assertIn('did you mean "face"?', self.refused(answer, 400, "invalid_request")["detail"])

    def test_two_videos(self):
        self.refused(self.form([("video", self.content, "a.mp4"), ("video", self.content, "b.mp4")]), 400, "invalid_request")

    def test_unknown_model(self):
        self.refused(self.form([("video", self.content, "a.mp4"), ("model", "nonsense")]), 400, "model_not_available")

    def test_malformed(self):
        part = b'Content-Disposition: form-data; name="video"; filename="x"\r\n\r\n'
        for name, body in {
            "empty": b"",
            "no boundary inside": b"hello",
            "another boundary": b"--other\r\n" + part + b"x\r\n--other--\r\n",
            "no end": b"--b\r\n" + part + self.content,
            "no headers": b"--b\r\n\r\nx\r\n--b--\r\n",
            "headers without an end": b"--b\r\n" + b"A: " + b"x" * 20_000 + b"\r\n--b--\r\n",
            "line feeds alone": b"--b\n" + part.replace(b"\r\n", b"\n") + b"x\n--b--\n",
            "many parts": b"".join(b'--b\r\nContent-Disposition: form-data; name="%d"\r\n\r\nx\r\n' % n for n in range(200)) + b"--b--\r\n",
            "long field": b'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\n' + b"x" * 50_000 + b"\r\n--b--\r\n",
            "nothing but the end": b"--b--\r\n",
        }.items():
            with self.subTest(name):
                self.refused(self.send(body), 400, "invalid_request")

    def test_names_of_any_bytes(self):
        body = (b'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\n\xff\xfe\x80\r\n--b\r\n'
                b'Content-Disposition: form-data; name="video"; filename="../../etc/\xff"\r\n\r\n' + self.content + b"\r\n--b--\r\n")
        answer = self.send(body)
        self.assertEqual(answer.status, 200, answer)
        answer.json()


class Uploads(BadInput):
    def test_empty_file(self):
        self.refused(self.service.upload(b""), 422, "empty_file")

    def test_text(self):
        self.refused(self.service.upload(b"This is not a video.\n" * 300), 415, "unsupported_media")

    def test_noise(self):
        self.refused(self.service.upload(os.urandom(100_000)), 415, "unsupported_media")

    def test_truncated_before_its_index(self):
        self.refused(self.service.upload(self.content[: len(self.content) // 2]), 422, "unreadable_video")

    def test_truncated_stream_is_scored_as_far_as_it_goes(self):
        whole = support.sample(ending=".ts").read_bytes()
        answer = self.service.upload(whole[: len(whole) * 3 // 4])
        self.assertEqual(answer.status, 200, answer)
        self.assertLess(answer.json()["video"]["seconds"], 4)

    def test_nothing_is_left_behind(self):
        self.service.upload(b"nonsense")
        self.assertEqual(os.listdir(self.service.temporary), [])


class Sizes(BadInput):
    def test_too_large_is_refused_before_the_body_is_read(self):
        head = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 10000000000"
        self.refused(self.raw_request(head), 413, "too_large")  # not a byte of the body is sent

    def test_too_large_is_refused_without_a_go_ahead(self):
        head = "Content-Type: multipart/form-data; boundary=b\r\nExpect: 100-continue\r\nContent-Length: 10000000000"
        self.refused(self.raw_request(head), 413, "too_large")

    def test_too_large_json_is_refused_before_the_body_is_read(self):
        self.refused(self.raw_request("Content-Type: application/json\r\nContent-Length: 1000000"), 413, "too_large")

    def test_a_client_that_sends_all_the_same_can_read_why(self):
        self.refused(self.service.upload(bytes((LIMIT_MB + 1) * MEGABYTE)), 413, "too_large")

    def test_chunked_body_over_the_limit(self):
        body, content_type = support.form([("video", bytes((LIMIT_MB + 1) * MEGABYTE), "x.mp4")])
        pieces = (body[at : at + 50_000] for at in range(0, len(body), 50_000))
        self.refused(self.service.request("POST", "/score", pieces, {"Content-Type": content_type}), 413, "too_large")

    def test_video_just_over_the_limit(self):
        self.refused(self.service.upload(bytes(LIMIT_MB * MEGABYTE + 1)), 413, "too_large")

    def test_video_just_below_the_limit_is_looked_at(self):
        self.refused(self.service.upload(bytes(LIMIT_MB * MEGABYTE)), 415, "unsupported_media")

    def test_too_large_file_in_the_upload_folder(self):
        with open(self.service.uploads / "large.mp4", "wb") as file:
            file.truncate((LIMIT_MB + 1) * MEGABYTE)
        self.refused(self.service.score_path("large.mp4"), 413, "too_large")

    def test_no_length(self):
        self.refused(self.raw_request("Content-Type: application/json"), 411, "length_required")

    def test_go_ahead(self):
        body = b'{"video_path": "missing.mp4"}'
        with self.service.connect() as connection:
            connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body))
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 100 "))
            connection.sendall(body)
            self.refused(support.read_answer(connection), 404, "not_found")


class Protocol(BadInput):
    def test_body_that_ends_early(self):
        body, content_type = support.form([("video", self.content, "x.mp4")])
        for part in (b"", body[:100], body[:-10]):
            for head in (f"Content-Type: {content_type}\r\nContent-Length: {len(body)}",
                         "Content-Type: application/json\r\nContent-Length: 1000"):
                with self.subTest(sent=len(part), head=head):
                    answer = self.raw_request(head, part[:900] if "json" in head else part, half_close=True)
                    if answer is not None:  # to close without a word is right as well
                        self.refused(answer, 400, "invalid_request")

    def test_client_that_goes_away(self):
        body, content_type = support.form([("video", self.content, "x.mp4")])
        head = f"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        for sent in (head[:20], head, head + body[: len(body) // 2], head + body):
            with self.service.connect() as connection:
                connection.sendall(sent)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset rather than close
        support.wait_until(lambda: self.service.health()["busy"] == 0, "giving up on clients that went away")

    def test_malformed_chunks(self):
        head = "Content-Type: application/json\r\nTransfer-Encoding: chunked"
        for body in (b"nonsense\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffffff\r\nx\r\n", b"2\r\n{}JUNK\r\n0\r\n\r\n"):
            with self.subTest(body):
                answer = self.raw_request(head, body, half_close=True)
                self.assertIsNotNone(answer, "the connection was closed without an answer")
                self.assertIn(answer.status, (400, 413), answer)

    def test_chunks_before_there_were_any(self):
        head = b"POST /score HTTP/1.0\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.refused(self.service.raw(head + b"2\r\n{}\r\n0\r\n\r\n"), 400, "invalid_request")

    def test_contradicting_lengths(self):
        for head in ("Content-Length: 2\r\nContent-Length: 50", "Content-Length: -1", "Content-Length: 99999999999999999999999", "Content-Length: x",
                     "Content-Length: 2\r\nTransfer-Encoding: chunked"):
            with self.subTest(head):
                answer = self.raw_request(f"Content-Type: application/json\r\n{head}", b"{}", half_close=True)
                self.assertIsNotNone(answer)
                self.assertIn(answer.status, (400, 413), answer)

    def test_not_http(self):
        tls_hello = bytes.fromhex("16030100c8010000c40303") + bytes(190)
        for data in (b"hello\r\n\r\n", b"\r\n\r\n\r\n", bytes(5000), b"GET\r\n\r\n", b"GET /health\r\n\r\n", b"GET /health HTTP/9.9\r\n\r\n", tls_hello,
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /health HTTP/1.1\r\nno colon\r\n\r\n", b"GET /he alth HTTP/1.1\r\n\r\n"):
            with self.subTest(data[:20]):
                answer = self.service.raw(data, half_close=True)
                if answer is not None:
                    self.refused(answer, 400, "invalid_request")

    def test_header_too_large(self):
        for size in (20_000, 500_000, 5_000_000):
            with self.subTest(size):
                answer = self.service.raw(b"GET /health HTTP/1.1\r\nX: " + b"x" * size + b"\r\n\r\n")
                if size < 100_000:
                    self.assertIsNotNone(answer, "the connection was closed without an answer")
                if answer is not None:
                    self.assertIn(answer.status, (400, 431))

    def test_too_many_headers(self):
        answer = self.service.raw(b"GET /health HTTP/1.1\r\n" + b"".join(b"X-%d: x\r\n" % n for n in range(2000)) + b"\r\n")
        self.assertIsNotNone(answer)
        self.assertIn(answer.status, (400, 431))

    def test_body_with_a_get(self):
        answer = self.service.raw(b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
        self.assertEqual(answer.status, 200)


class Paths(BadInput):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        uploads = cls.service.uploads
        cls.outside = cls.service.folder / "outside.mp4"
        cls.outside.write_bytes(cls.content)
        (cls.service.folder / "uploads-too").mkdir()
        (cls.service.folder / "uploads-too/clip.mp4").write_bytes(cls.content)
        (uploads / "folder").mkdir()
        (uploads / "link.mp4").symlink_to(cls.outside)
        (uploads / "inner link.mp4").symlink_to(uploads / "good.mp4")
        (uploads / "link to folder").symlink_to(cls.service.folder)
        (uploads / "loop").symlink_to(uploads / "loop")
        (uploads / "empty.mp4").write_bytes(b"")
        (uploads / "text.mp4").write_text("no video\n" * 300)
        os.mkfifo(uploads / "pipe.mp4")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(uploads / "socket"))

    def answers(self, expected, *paths):
        for path in paths:
            with self.subTest(path):
                self.refused(self.service.score_path(path), *expected)

    def test_good(self):
        for path in ("good.mp4", "./good.mp4", "folder/../good.mp4", str(self.service.uploads / "good.mp4")):
            with self.subTest(path):
                self.assertEqual(self.service.score_path(path).status, 200)

    def test_outside(self):
        outside = (403, "path_not_allowed")
        self.answers(outside, "../outside.mp4", "folder/../../outside.mp4", "/etc/passwd", str(self.outside), "..", "/", "/dev/null",
                     "/proc/self/environ", f"{self.service.uploads}/../outside.mp4", f"{self.service.folder}/uploads-too/clip.mp4",
                     "../uploads-too/clip.mp4", "../uploads/../outside.mp4")

    def test_symlinks(self):
        self.answers((403, "path_not_allowed"), "link.mp4", "link to folder/outside.mp4", "loop", "inner link.mp4")

    def test_missing(self):
        self.answers((404, "not_found"), "missing.mp4", "folder/missing.mp4", "good.mp4/", "good.mp4/x", "good.mp4.", " good.mp4",
                     "%2e%2e/outside.mp4", "..%2foutside.mp4", "%2e%2e%2foutside.mp4", "..\\outside.mp4", "file:good.mp4", "~/x.mp4",
                     "http://127.0.0.1/x.mp4", "pipe:0", "concat:good.mp4|good.mp4")

    def test_not_a_file(self):
        self.answers((415, "unsupported_media"), "pipe.mp4", "folder", ".", "./")
        self.assertIn(self.service.score_path("socket").status, (403, 415))
        self.assertIn(self.service.score_path(self.service.uploads).status, (400, 415))

    def test_device_in_the_folder(self):
        device = self.service.uploads / "zero"
        try:
            os.mknod(device, 0o600 | 0o020000, os.makedev(1, 5))
        except PermissionError:
            self.skipTest("only root can make a device")
        self.addCleanup(device.unlink)
        answer = self.service.score_path("zero")
        self.assertIn(answer.status, (403, 415), answer)

    def test_bad_files(self):
        self.answers((422, "empty_file"), "empty.mp4")
        self.answers((415, "unsupported_media"), "text.mp4")

    def test_odd_names(self):
        self.answers((400, "invalid_request"), "", "good.mp4\0.txt", "\0", "x" * 5000, "x/" * 3000)
        answer = self.service.score_path("x" * 300)
        self.assertIn(answer.status, (400, 404))

    def test_messages_do_not_tell_where_things_are(self):
        for path in ("missing.mp4", "../outside.mp4", "link.mp4", "text.mp4"):
            with self.subTest(path):
                self.assertNotIn(str(self.service.folder), self.service.score_path(path).body.decode())


if __name__ == "__main__":
    unittest.main()
