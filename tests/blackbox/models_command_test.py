"""`syncnet models`: which weights are here, whether they are sound, converting and fetching them."""

import hashlib
import http.server
import json
import subprocess
import sys
import threading
import unittest
import zipfile
from pathlib import Path

import numpy as np
import support

sys.path.insert(0, str(support.ROOT))
from tests.reference import made_up_models, torch_files  # noqa: E402

SYNCNET = made_up_models.syncnet_v2()


def models(*arguments, answer: str = "", **settings: str) -> subprocess.CompletedProcess:
    return subprocess.run([support.BINARY, "models", *map(str, arguments)], capture_output=True, text=True, input=answer,
                          env=support.environment(no_proxy="*", **settings), timeout=support.PATIENCE)


class List(unittest.TestCase):
    def listed(self, **settings: str) -> tuple[dict, str]:
        done = models("list", "--json", **settings)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        return {model["name"]: model for model in answer["models"]}, answer["scores"]

    def test_every_model_with_its_licence_and_place(self):
        found, scores = self.listed()
        self.assertEqual(set(found), {"lipsync", "lipsync-grid", "blaze_face_full_range", "blaze_face_short_range", "syncnet_v2", "s3fd"})
        for model in found.values():
            self.assertTrue(model["licence"] and model["source"], model)
            self.assertEqual(Path(model["file"]).is_file(), model["present"])
        self.assertIn("lipsync", scores)

    def test_which_one_scores_and_why(self):
        file = support.scratch_folder() / "mine.model"
        file.write_bytes(torch_files.legacy(SYNCNET))
        found, scores = self.listed(MODEL_PATH=str(file))
        self.assertEqual((found["syncnet_v2"]["file"], found["syncnet_v2"]["present"]), (str(file), True))
        self.assertRegex(scores, "syncnet_v2.*MODEL_PATH.*BlazeFace")
        self.assertIn(scores, models("list", MODEL_PATH=str(file)).stdout)


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.scratch_folder()

    def verify(self, content: bytes, name: str = "file", status: int = 3) -> str:
        (self.folder / name).write_bytes(content)
        done = models("verify", self.folder / name)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_the_bundled_models_are_those_of_the_manifest(self):
        done = models("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("the published file"), 4, done.stdout)

    def test_other_weights_of_the_right_shape_are_usable(self):
        for content in (torch_files.legacy(SYNCNET), torch_files.archive({f"module.{name}": value for name, value in SYNCNET.items()})):
            self.assertIn("syncnet_v2: usable, but not the published file", self.verify(content, status=0))

    def test_says_which_tensor_is_wrong(self):
        wrong = dict(SYNCNET)
        wrong["netcnnlip.0.bias"] = wrong["netcnnlip.0.bias"][:-1]
        wrong["netfcaud.3.weight"] = wrong["netfcaud.3.weight"].copy()
        wrong["netfcaud.3.weight"][7, 7] = np.nan
        del wrong["netcnnaud.18.weight"]
        said = self.verify(torch_files.legacy(wrong))
        self.assertIn("netcnnlip.0.bias is [95] and should be [96]", said)
        self.assertIn("netfcaud.3.weight holds a value that is not finite", said)
        self.assertIn("netcnnaud.18.weight is missing", said)

    def test_bad_files_have_a_reason(self):
        whole = torch_files.legacy({"a.weight": np.ones((2, 3), np.float32)})
        for content, reason in ((b"", "not a file with content"), (b"\xff\xd8\xff\xe0" + bytes(500), "no weights"), (whole[:-5], "ends before its storages"),
                                (torch_files.MALICIOUS, "os.system"), (whole, "no model known here"),
                                (torch_files.archive({"a": np.zeros(1 << 20, np.float32)}, compression=zipfile.ZIP_DEFLATED), "compressed")):
            with self.subTest(reason=reason):
                self.assertIn(reason, self.verify(content))
        self.assertEqual(models("verify", self.folder).returncode, 3)
        self.assertEqual(models("verify", self.folder / "nowhere").returncode, 3)


class Convert(unittest.TestCase):
    def setUp(self):
        self.tensors = {"net.0.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "net.0.bias": np.array([0.5, -1], np.float32),
                        "b.c": np.ones(3, np.float32)}
        self.folder = support.scratch_folder()
        self.source, self.out = self.folder / "in", self.folder / "out.safetensors"

    def test_every_container_becomes_the_same_safetensors(self):
        for container in (torch_files.legacy, torch_files.archive):
            self.source.write_bytes(container({f"__S__.{name}": value for name, value in self.tensors.items()}))
            done = models("convert", self.source, self.out, "--force")
            self.assertEqual(done.returncode, 0, done.stderr)
            got = made_up_models.safetensors(self.out)
            self.assertEqual(set(got), set(self.tensors))
            for name, value in self.tensors.items():
                np.testing.assert_array_equal(got[name], value)

    def test_only_force_replaces_a_file_and_failures_leave_nothing(self):
        self.out.write_text("precious")
        self.source.write_bytes(torch_files.legacy(self.tensors))
        done = models("convert", self.source, self.out)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--force", done.stderr)
        self.tensors["b.c"][0] = np.inf
        self.source.write_bytes(torch_files.legacy(self.tensors))
        done = models("convert", self.source, self.out, "--force")
        self.assertIn("b.c holds a value that is not finite", done.stderr)
        self.assertEqual(self.out.read_text(), "precious")
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"in", "out.safetensors"})


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves `files`, goes on where a client asks it to if `ranges`, and remembers from where it was asked to send."""
    files: dict[str, bytes] = {}
    ranges = True
    asked: list[int] = []

    def do_GET(self):
        content = self.files.get(self.path.lstrip("/"))
        if content is None:
            return self.send_error(404)
        header = self.headers.get("Range", "") if self.ranges else ""
        first = int(header.removeprefix("bytes=").removesuffix("-")) if header else 0
        self.asked.append(first)
        self.send_response(206 if header else 200)
        if header:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        self.wfile.write(content[first:])

    def log_message(self, *_):
        pass


class Fetch(unittest.TestCase):
    CONTENT = bytes(range(256)) * 700

    def setUp(self):
        self.folder = support.scratch_folder()
        Mirror.files, Mirror.ranges, Mirror.asked = {"net.model": self.CONTENT}, True, []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.manifest = self.folder / "manifest.json"
        self.manifest.write_text(json.dumps({"models": [
            {"name": "net", "role": "sync", "file": "net.model", "bytes": len(self.CONTENT), "bundled": False,
             "sha256": hashlib.sha256(self.CONTENT).hexdigest(), "licence": "for tests only", "source": self.url + "/net.model"}]}))
        self.to = self.folder / "models"
        self.file = self.to / "net.model"

    def fetch(self, *arguments: str, answer: str = "") -> subprocess.CompletedProcess:
        return models("--manifest", self.manifest, "fetch", "--to", self.to, *arguments, answer=answer)

    def left(self) -> list[str]:
        return [path.name for path in self.to.iterdir()]

    def test_once_and_only_with_the_licence(self):
        refused = self.fetch(answer="y\n")   # no person is there to agree
        self.assertEqual((refused.returncode, self.to.exists(), Mirror.asked), (2, False, []))
        self.assertIn("for tests only", refused.stdout)
        self.assertIn("--accept-licence", refused.stderr)
        for _ in range(2):
            self.assertEqual(self.fetch("--accept-licence").returncode, 0)
        self.assertEqual((self.file.read_bytes(), Mirror.asked), (self.CONTENT, [0]))

    def test_goes_on_where_it_was_cut_off(self):
        self.to.mkdir()
        (self.to / "net.model.partial").write_bytes(self.CONTENT[:1000])
        self.assertEqual(self.fetch("--accept-licence").returncode, 0)
        self.assertEqual((self.file.read_bytes(), Mirror.asked, self.left()), (self.CONTENT, [1000], ["net.model"]))

    def test_begins_again_where_the_server_can_not_go_on(self):
        self.to.mkdir()
        (self.to / "net.model.partial").write_bytes(self.CONTENT[:1000])
        Mirror.ranges = False
        self.assertEqual(self.fetch("--accept-licence").returncode, 0)
        self.assertEqual((self.file.read_bytes(), self.left()), (self.CONTENT, ["net.model"]))

    def test_another_file_is_not_taken(self):
        for content in (self.CONTENT[::-1], self.CONTENT[:-1], self.CONTENT + b"!"):
            Mirror.files = {"net.model": content}
            done = self.fetch("--accept-licence")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("not the published file", done.stderr)
            self.assertEqual(self.left(), [])

    def test_a_file_that_is_there_is_never_replaced(self):
        self.to.mkdir()
        self.file.write_text("mine")
        done = self.fetch("--accept-licence")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((self.file.read_text(), Mirror.asked), ("mine", []))

    def test_a_mirror_may_serve_and_a_dead_one_is_named(self):
        Mirror.files = {"mirror/net.model": self.CONTENT}
        self.assertIn(self.url, self.fetch("--accept-licence").stderr)
        self.assertNotEqual(self.fetch("--accept-licence", "--base-url", "http://127.0.0.1:9").returncode, 0)
        self.assertFalse(self.file.exists())
        self.assertEqual(self.fetch("--accept-licence", "--base-url", self.url + "/mirror").returncode, 0)


if __name__ == "__main__":
    unittest.main()
