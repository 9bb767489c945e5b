"""Whoever comes from the Flask service finds what its document promised: names, defaults, addresses, fields, commands."""

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import deploy_test
import support
import yaml
from official_models_test import write_models

VERSION = "1.0.0"
PORT = 5000
HEALTH = {"status": "healthy", "service": "syncnet-avsync", "version": VERSION, "syncnet_available": True, "models_loaded": True}
FIELDS = {"offset_frames": int, "confidence": float, "min_dist": float, "score": float, "lag_ms": float, "processing_time_ms": int,
          "debug": dict}
ENV_FILE = """
PORT=5000
FLASK_ENV=development
FLASK_DEBUG=True
MODEL_PATH=./models/syncnet_v2.model
DETECTOR_PATH=./models/sfd_face.pth
MAX_VIDEO_SIZE_MB=10
PROCESSING_TIMEOUT_SECONDS=30
LOG_LEVEL=INFO
"""
ORIGINAL = support.ROOT.parent / "shared/original/syncnet-service.md"


def as_it_comes(folder: Path, **settings) -> support.Service:
    """With the defaults of the service, where other suites have their own."""
    return support.Service(folder=folder, UPLOAD_DIR=None, MAX_VIDEO_SIZE_MB=None, PROCESSING_TIMEOUT_SECONDS=None, **settings)


class Start(unittest.TestCase):
    def setUp(self):
        self.folder = support.scratch_folder()

    def test_port_and_version(self):
        service = support.Service(PORT=None)
        self.addCleanup(service._kill)
        service.wait_for_line(rf"127\.0\.0\.1(:| port ){PORT}\b")  # that it listens there, or that it can't because another does
        self.assertEqual(support.run("--version").stdout.strip(), VERSION)
        cmake = (support.ROOT / "CMakeLists.txt").read_text()
        self.assertIn(f"project(syncnet VERSION {VERSION} ", cmake)
        package = support.BINARY.parent / "CPackConfig.cmake"
        if package.exists():
            self.assertIn(f'set(CPACK_PACKAGE_VERSION "{VERSION}")', package.read_text())
        # Where else a version of the product might be written, none is.
        for name in ("package.json", "examples/express/package.json"):
            self.assertNotIn("version", json.loads((support.ROOT / name).read_text()), name)

    def test_its_env_file_names_are_ours(self):
        example = (support.ROOT / ".env.example").read_text()
        for line in ENV_FILE.split():
            name = line.split("=")[0]
            if not name.startswith("FLASK_"):
                self.assertRegex(example, rf"(?mi)^#{re.escape(line)}$")
        self.assertNotRegex(example, r"(?m)^[^#\n]", "as it is copied, it changes nothing")

    def test_its_env_file_without_the_weights(self):
        (self.folder / ".env").write_text(ENV_FILE)
        said = support.Service(folder=self.folder).fails_to_start()
        self.assertIn("./models/syncnet_v2.model: there is no such file", said)
        self.assertIn("syncnet models fetch --to ./models", said)
        self.assertIn("bundled", said)
        self.assertEqual(said.count("FLASK_"), 2, "one line that names both")

    def test_its_env_file_with_the_weights(self):
        (self.folder / ".env").write_text(ENV_FILE)
        (self.folder / "models").mkdir()
        for weights in write_models():
            (self.folder / "models" / weights.name).symlink_to(weights)
        with support.Service(folder=self.folder) as service:
            self.assertEqual(service.health()["model"]["name"], "syncnet_v2")
            self.assertIn("s3fd", service.health()["detectors"])

    def test_its_env_file_without_the_lines_of_the_models(self):
        (self.folder / ".env").write_text(re.sub(".*_PATH=.*", "", ENV_FILE))
        with as_it_comes(self.folder) as service:
            self.assertEqual(service.health()["model"]["name"], "lipsync")
            service.wait_for_line("FLASK_ENV, FLASK_DEBUG")
            head = "POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n"
            self.assertEqual(service.raw((head % (10 * 2**20 + 1)).encode()).status, 413)

    def test_our_defaults_are_its_values(self):
        ours = deploy_test.settings()
        for name, value in re.findall(r"^(PORT|MAX_VIDEO\w+|PROCESSING\w+|LOG_LEVEL)=(.*)$", ENV_FILE, re.M):
            self.assertEqual(ours[name].lower(), value.lower(), name)


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.scratch_folder()
        cls.uploads = cls.folder / "tmp/uploads"
        cls.uploads.mkdir(parents=True)
        cls.clips = support.samples({"in_sync": ("--seconds", "8"), "late": ("--seconds", "8", "--delay-ms", "320"),
                                     "other": ("--seconds", "8", "--seed", "3", "--other-audio")})
        for name, clip in cls.clips.items():
            shutil.copy(clip, cls.uploads / f"{name}.mp4")
        cls.service = cls.enterClassContext(as_it_comes(cls.folder))
        cls.answers = {name: cls.service.score_path(f"tmp/uploads/{name}.mp4", "sess_abc123").json() for name in cls.clips}

    def test_health(self):
        health = self.service.health()
        self.assertEqual({name: health.get(name) for name in HEALTH}, HEALTH)
        for name, value in HEALTH.items():
            self.assertIs(type(health[name]), type(value), name)
        self.assertEqual(self.service.request("GET", "/openapi.json").json()["info"]["version"], VERSION)

    def test_fields(self):
        for name, answer in self.answers.items():
            with self.subTest(name):
                for field, kind in FIELDS.items():
                    self.assertIs(type(answer[field]), kind, field)
                self.assertEqual(answer["lag_ms"], 40 * answer["offset_frames"])
                self.assertTrue(0 <= answer["score"] <= 1)
                self.assertGreater(answer["min_dist"], 0)
                self.assertGreater(answer["processing_time_ms"], 0)
                self.assertEqual(answer["session_id"], "sess_abc123")
                results = answer["debug"]["all_results"]
                self.assertIs(type(results), list)
                self.assertEqual(answer["debug"]["num_results"], len(results))
                for field, ours in (("offset", "offset_frames"), ("confidence", "confidence"), ("min_dist", "min_dist")):
                    self.assertEqual(results[0][field], answer[ours])

    def test_numbers_mean_the_same(self):
        in_sync, late, other = (self.answers[name] for name in self.clips)
        self.assertLessEqual(abs(in_sync["offset_frames"]), 2)
        self.assertEqual(late["offset_frames"], in_sync["offset_frames"] - 8)
        for better, worse in ((in_sync, late), (in_sync, other)):
            self.assertGreater(better["score"], worse["score"])
        self.assertGreater(in_sync["confidence"], other["confidence"])
        self.assertLess(in_sync["min_dist"], other["min_dist"])

    def test_the_rule_of_decisions(self):
        for name, answer in self.answers.items():
            with self.subTest(name):
                score, offset = answer["score"], answer["offset_frames"]
                allowed = score >= 0.90 and abs(offset) <= 2
                self.assertEqual(answer["decision"] == "ALLOW", allowed)
                if answer["decision"] == "BLOCK":  # ours has to be earned, too
                    self.assertLess(score, 0.75)
                elif not allowed:
                    self.assertEqual(answer["decision"], "NEXT")
        self.assertEqual([self.answers[name]["decision"] for name in ("in_sync", "other")], ["ALLOW", "BLOCK"])

    def test_where_videos_may_lie(self):
        for path in ("in_sync.mp4", "tmp/uploads/in_sync.mp4", "./tmp/uploads/in_sync.mp4", self.uploads / "in_sync.mp4"):
            self.assertEqual(self.service.score_path(path).status, 200, path)
        for path in ("/path/to/test/video.mp4", self.clips["late"], "../x.mp4", "tmp/uploads/../../../x.mp4", self.folder / "x.mp4"):
            answer = self.service.score_path(path)
            if answer.status != 404:
                self.assertEqual((answer.status, answer.json()["code"]), (403, "path_not_allowed"), path)
                self.assertIn("UPLOAD_DIR", answer.json()["detail"])
                self.assertIn("UPLOAD_DIR", answer.json()["hint"])
            else:
                self.assertEqual(path, "tmp/uploads/../../../x.mp4", "nothing else may look as if it were only missing")

    def test_the_folder_in_tmp(self):
        shared = Path("/tmp/uploads")
        try:
            shared.mkdir()
            self.addCleanup(shared.rmdir)
        except FileExistsError:
            if shared.is_symlink() or not shared.is_dir() or shared.stat().st_uid not in (0, os.geteuid()):
                self.skipTest("/tmp/uploads is somebody else's")
        try:
            video = shared / f"syncnet-test-{os.getpid()}.mp4"
            shutil.copy(support.short_sample(), video)
        except PermissionError:
            self.skipTest("/tmp/uploads is not for us to write")
        self.addCleanup(video.unlink)
        # It is there now, and was not when the service started.
        for path in (video, video.name):
            self.assertEqual(self.service.score_path(path).status, 200, path)


class UntrustedFolders(unittest.TestCase):
    def service(self, mode: int, owner: int | None = None, **settings) -> support.Service:
        folder = support.scratch_folder()
        uploads = folder / "tmp/uploads"
        uploads.mkdir(parents=True)
        shutil.copy(support.short_sample(), uploads / "x.mp4")
        uploads.parent.chmod(mode)
        if owner is not None:
            os.chown(uploads, owner, owner)
        # Its own temporary files lie elsewhere.
        return support.Service(folder=folder, TMP_DIR=support.scratch_folder(), UPLOAD_DIR=settings.get("UPLOAD_DIR"))

    def left_out(self, service: support.Service, reason: str) -> None:
        with service:
            service.wait_for_line(rf"UPLOAD_DIR: tmp/uploads is left out: {reason}")
            for path in ("tmp/uploads/x.mp4", service.folder / "tmp/uploads/x.mp4"):
                self.assertNotEqual(service.score_path(path).status, 200)
            self.assertEqual(service.score_path(service.folder / "tmp/uploads/x.mp4").json()["code"], "path_not_allowed")

    def test_one_that_anybody_may_replace(self):
        self.left_out(self.service(0o777), "anybody may replace it")
        with self.service(0o777, UPLOAD_DIR="tmp/uploads") as service:  # named, it is the operator's business
            self.assertEqual(service.score_path("tmp/uploads/x.mp4").status, 200)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a folder away")
    def test_one_of_another_user_where_anybody_may_write(self):
        self.left_out(self.service(0o1777, owner=12345), "it belongs to another user")
        with self.service(0o755, owner=12345) as service:  # as one that is mounted into a container
            self.assertEqual(service.score_path("tmp/uploads/x.mp4").status, 200)

    def test_a_symlink(self):
        folder = support.scratch_folder()
        (folder / "tmp").mkdir()
        (folder / "tmp/uploads").symlink_to(support.SAMPLES)
        self.left_out(as_it_comes(folder), "it is a symlink")


class Commands(unittest.TestCase):
    def test_setup(self):
        self.assertTrue(os.access(support.ROOT / "setup.sh", os.X_OK))
        folder = support.scratch_folder()
        for name in ("setup.sh", ".env.example"):
            shutil.copy(support.ROOT / name, folder)
        (folder / "run").write_text('#!/bin/sh\necho "$@" >>asked\n')  # not to build all of it again
        (folder / "run").chmod(0o755)
        done = subprocess.run([folder / "setup.sh"], capture_output=True, text=True, cwd="/")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("./run serve", done.stdout)
        self.assertEqual((folder / "asked").read_text(), "build\n")
        self.assertEqual((folder / ".env").read_text(), (support.ROOT / ".env.example").read_text())
        self.assertTrue((folder / "tmp/uploads").is_dir())
        (folder / ".env").write_text("WORKERS=1\n")
        subprocess.run([folder / "setup.sh"], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual((folder / ".env").read_text(), "WORKERS=1\n", "what is there is kept")

    def test_run(self):
        said = subprocess.run([support.ROOT / "run", "help"], capture_output=True, text=True).stdout
        self.assertIn("./run serve", said)

    def test_what_curl_sends(self):
        folder = support.scratch_folder()
        (folder / "tmp/uploads").mkdir(parents=True)
        shutil.copy(support.short_sample(), folder / "tmp/uploads/video.mp4")
        with as_it_comes(folder) as service:
            address = f"http://localhost:{service.port}"
            body = json.dumps({"video_path": str(folder / "tmp/uploads/video.mp4"), "session_id": "test_001"})
            for command in ([f"{address}/health"], ["-X", "POST", f"{address}/score", "-H", "Content-Type: application/json", "-d", body]):
                done = subprocess.run(["curl", "-fsS", *command], capture_output=True, text=True, timeout=support.PATIENCE)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIsInstance(json.loads(done.stdout), dict)

    def test_image(self):
        self.assertEqual(deploy_test.image("EXPOSE"), [str(PORT)])
        self.assertEqual(deploy_test.image("WORKDIR")[-1], "/app")
        text = (support.ROOT / "deploy/README.md").read_text()
        for command in ("docker build -t syncnet-service .", f"docker run -p {PORT}:{PORT} -v $(pwd)/tmp:/app/tmp syncnet-service"):
            self.assertIn(f"`{command}`", text)

    def test_the_image_s_settings_answer(self):
        # What `docker run` starts, without the container: no key, and videos in tmp/uploads.
        folder = support.scratch_folder()
        (folder / "tmp/uploads").mkdir(parents=True)
        shutil.copy(support.short_sample(), folder / "tmp/uploads/x.mp4")
        image = deploy_test.image_settings() | {"PORT": 0, "STATE_DIR": support.scratch_folder()}
        with as_it_comes(folder, **image) as service:
            for path in ("tmp/uploads/x.mp4", folder / "tmp/uploads/x.mp4"):
                self.assertEqual(service.score_path(path).status, 200)

    def test_replicas(self):
        service = yaml.safe_load((support.ROOT / "deploy/docker-compose.yml").read_text())["services"]["syncnet"]
        self.assertEqual((service["ports"], service["deploy"]["replicas"]), (["5000-5003:5000"], 4))


class Documents(unittest.TestCase):
    def test_its_troubles_are_answered(self):
        text = (support.ROOT / "docs/troubleshooting.md").read_text()
        # A program, weights or a module that is missing; slow answers and timeouts, with each thing to try; then how to be faster.
        for word in ("ffmpeg", "./setup.sh", "MODEL_PATH", "models fetch", "torch", "venv", "`timeout`", "shorter video", "Any container and codec",
                     "640x480", "a face that is hard to see", "PROCESSING_TIMEOUT_SECONDS", "slow", "Warming up", "GPU", "Gunicorn", "WORKERS",
                     "docker compose"):
            self.assertIn(word, text)
        self.assertIn("docs/troubleshooting.md", (support.ROOT / "README.md").read_text())
        names = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text))
        self.assertLessEqual(names, deploy_test.settings().keys())
        for code in re.findall(r"^\| \d+ `(\w+)`", text, re.M):
            self.assertIn(f"`{code}`", (support.ROOT / "docs/api.md").read_text())

    @unittest.skipUnless(ORIGINAL.exists(), "the original document is not at hand")
    def test_no_sentence_is_copied(self):
        # Facts and commands are the same, of course: code is left out.
        def pieces(text: str) -> set[str]:
            words = re.findall(r"[a-z0-9']+", re.sub(r"```.*?```|`[^`]*`|https?://\S+", " ", text, flags=re.S).lower())
            return {" ".join(words[n:n + 6]) for n in range(len(words) - 5)}

        theirs = pieces(ORIGINAL.read_text())
        for path in (support.ROOT / "README.md", *(support.ROOT / "docs").glob("*.md"), support.ROOT / "deploy/README.md"):
            self.assertEqual(pieces(path.read_text()) & theirs, set(), path.name)


if __name__ == "__main__":
    unittest.main()
