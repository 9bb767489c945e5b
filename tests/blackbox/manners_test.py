"""What people type, and what they are told."""

import json
import os
import shutil
import socket
import subprocess
import unittest

import support


class Commands(unittest.TestCase):
    def test_a_slip_is_named_with_what_was_meant(self):
        done = support.run("scroe", support.short_sample())
        self.assertEqual(done.returncode, 2)
        self.assertIn('there is no command "scroe"; did you mean "score"?', done.stderr)

    def test_a_table_that_is_not_written_here(self):
        folder = support.scratch_folder()
        for ending in (".xlsx", ".parquet"):
            done = support.run("batch", folder, "--out", folder / f"table{ending}")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{ending} is not a table that is written here; name it .jsonl, .csv or .sqlite", done.stderr)
            self.assertFalse((folder / f"table{ending}").exists())

    def test_so_is_one_of_a_second_word_and_of_a_flag(self):
        for command, said in ((("models", "lst"), 'there is no command "lst"; did you mean "list"?'),
                              (("keys", "ne"), 'there is no command "ne"; did you mean "new"?'),
                              (("score", support.short_sample(), "--timeuot", "3"), '--timeuot; did you mean "--timeout"?'),
                              (("models", "list", "--jsn"), '--jsn; did you mean "--json"?')):
            with self.subTest(" ".join(map(str, command))):
                done = support.run(*command)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(said, done.stderr)

    def test_every_command_that_reads_videos_gives_up_in_time(self):
        folder, clip = support.scratch_folder(), support.short_sample()
        for command in (("score", clip), ("windows", clip), ("explain", clip), ("fix", clip, "-o", folder / "f.mp4"),
                        ("visualise", clip, "-o", folder / "v.mp4"), ("report", clip), ("features", clip, "--out", folder)):
            with self.subTest(command[0]):
                done = support.run(*command, "--timeout", "0.001")
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn("Processing took too long", done.stderr)
                self.assertIn("more time with --timeout", done.stderr)
        done = support.run("crops", "--timeout", "0.001", "--out", folder, clip)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("timeout", json.loads(done.stdout)["error"])
        self.assertEqual(list(folder.iterdir()), [])

    def test_advice_for_the_command_line_is_not_about_requests(self):
        folder, clip = support.scratch_folder(), support.short_sample()
        (folder / "notes.mp4").write_text("no video")
        (folder / "empty.mp4").touch()
        (folder / "model.safetensors").write_text("no model")
        for command in (("score", folder / "notes.mp4"), ("score", folder / "empty.mp4"), ("score", folder / "missing.mp4"),
                        ("score", clip, "--audio-track", "7"), ("score", clip, "--model-path", folder / "model.safetensors"),
                        ("fix", clip, "-o", folder / "nowhere/f.mp4"), ("windows", folder / "notes.mp4"),
                        ("batch", folder, "--resume", "--out", folder / "notes.mp4", "--format", "csv"),
                        ("evaluate", folder / "notes.mp4"), ("calibrate", folder / "notes.mp4", "-o", folder / "c.json")):
            with self.subTest(" ".join(map(str, command))):
                done = support.run(*command)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertNotRegex(done.stderr, r"[Rr]equest|multipart|[Ss]end |MAX_VIDEO|PROCESSING_|/health|WORKER_")

    def test_an_output_that_is_there(self):
        clip = support.short_sample()
        (clips := support.scratch_folder() / "clips.csv").write_text(f"path,label\n{clip},genuine\n")
        for command, way_out in ((("fix", clip, "-o"), "--force"), (("visualise", clip, "-o"), "--force"), (("batch", clip, "--out"), "--resume"),
                                 (("calibrate", clips, "-o"), "--force"), (("report", clip, "-o"), "--force"),
                                 (("models", "convert", support.BINARY.parent / "models/lipsync.safetensors"), "--force")):
            there = support.scratch_folder() / ("there.csv" if command[0] == "report" else "there.mp4")
            there.write_text("mine")
            done = support.run(*command, there, *(("--format", "csv") if command[0] == "batch" else ()))
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(f"{there} is there already; {way_out}", done.stderr)
            self.assertEqual(there.read_text(), "mine")


    def test_a_place_that_can_t_be_written_to(self):
        clip = support.short_sample()
        (file := support.scratch_folder() / "file.mp4").write_text("mine")
        (clips := support.scratch_folder() / "clips.csv").write_text(f"path,label\n{clip},genuine\n")
        for command in (("features", clip, "--out"), ("crops", clip, "--out"), ("evaluate", clips, "--out"),
                        ("batch", clip, "--copy-matching"), ("models", "fetch", "--accept-licence", "--to")):
            with self.subTest(command[0]):
                for place in (file, file / "below"):
                    done = support.run(*command, place)
                    self.assertEqual(done.returncode, 3, done.stderr)
                    self.assertIn(f"A file can't be written: {place}: Not a directory", done.stderr)
        self.assertEqual(file.read_text(), "mine")

    def test_what_is_no_file(self):
        folder = support.scratch_folder()
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(folder / "socket.mp4"))
        (folder / "loop.mp4").symlink_to(folder / "loop.mp4")
        for command in ("score", "windows"):
            for video, said in ((folder / "socket.mp4", "not a regular file"), (folder / "loop.mp4", "there is no such file"),
                                (folder / ("x" * 300), "there is no such file"), *(((folder, "this is a folder"),) if command != "score" else ())):
                with self.subTest(f"{command} {video.name}"):
                    done = support.run(command, video)
                    self.assertEqual(done.returncode, 3, done.stderr)
                    self.assertIn(said, done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_what_may_not_be_read(self):
        folder = support.scratch_folder()
        folder.chmod(0o755)
        (folder / "secret.mp4").write_text("mine")
        (folder / "secret.mp4").chmod(0o600)
        done = subprocess.run([support.BINARY, "score", folder / "secret.mp4"], capture_output=True, text=True, user=12345, group=12345,
                              extra_groups=[], env=support.environment())
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("The file may not be read", done.stderr)
        self.assertNotIn("UPLOAD_DIR", done.stderr)

    def test_standard_input_that_can_t_be_read(self):
        for command in ("score", "batch"):
            with self.subTest(command):
                folder = os.open(support.scratch_folder(), os.O_RDONLY)
                self.addCleanup(os.close, folder)
                done = subprocess.run([support.BINARY, command, "-"], stdin=folder, capture_output=True, text=True, env=support.environment())
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn("can't be read: Is a directory", done.stderr)

    def test_manifests_and_models_that_are_none(self):
        folder = support.scratch_folder()
        (folder / "clips.csv").write_text("path,label\nx.mp4,fake\n")
        (folder / "text").write_text("no model")
        for command in (("evaluate",), ("calibrate", "-o", folder / "c.json")):
            done = support.run(*command, folder / "clips.csv")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(f'{folder / "clips.csv"}: line 2: the label "fake"', done.stderr)
            self.assertIn("docs/evaluation.md", done.stderr)
        for file, said in (("missing", "there is no such file"), ("text", "it is no JSON")):
            done = support.run("models", "--manifest", folder / file, "list")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(f"{folder / file}: {said}", done.stderr)
        done = support.run("score", support.short_sample(), "--calibration", folder / "missing")
        self.assertIn("`syncnet calibrate` writes one", done.stderr)
        done = support.run("score", support.short_sample(), settings={"SYNCNET_MODELS": str(folder / "missing")})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(f"{folder / 'missing'}: there is no such folder", done.stderr)
        self.assertIn("SYNCNET_MODELS", done.stderr)

    def test_every_long_command_shows_how_far_it_is(self):
        folder, clip = support.scratch_folder(), support.long_sample(20)
        shutil.copy(clip, folder / "other.mkv")
        (clips := folder / "clips.csv").write_text(f"path,label\n{clip},genuine\nother.mkv,shifted\n")
        bar, line = r"\[#+ *\]", r"1 of 2 clips, [\d.]+ a second, \d+ s left"
        # How long it will still take is told once that is more than a moment.
        self.assertRegex(support.on_terminal("score", support.long_sample(120)), bar + r" \d+ s left")
        for command, shown in ((("score", clip), bar), (("score", "--json", clip), bar), (("windows", "--json", clip), bar),
                               (("explain", "--json", clip), bar), (("fix", "--json", clip, "-o", folder / "f.mkv"), bar),
                               (("visualise", clip, "-o", folder / "v.mp4"), bar), (("report", "--json", clip), bar),
                               (("features", clip, "--out", folder), bar), (("crops", clip, "--out", folder), bar),
                               (("calibrate", clips, "-o", folder / "c.json", "--jobs", "1"), bar),
                               (("evaluate", clips, "--out", folder / "e", "--jobs", "1", "--cases", "windows"), line)):
            with self.subTest(" ".join(map(str, command[:2]))):
                # Two clips are too few to calibrate.
                self.assertRegex(support.on_terminal(*command, status=3 if command[0] == "calibrate" else 0), shown)


class Score(unittest.TestCase):
    def test_a_folder_stands_for_its_videos(self):
        folder = support.scratch_folder()
        for name in ("b.mp4", "a.mp4"):
            shutil.copy(support.short_sample(), folder / name)
        (folder / "notes.txt").touch()
        done = support.run("score", "--json", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([json.loads(line)["video_path"] for line in done.stdout.splitlines()], [str(folder / "a.mp4"), str(folder / "b.mp4")])

    def test_a_folder_without_videos(self):
        done = support.run("score", support.scratch_folder())
        self.assertEqual(done.returncode, 3)
        self.assertIn("there is no video below this folder", done.stderr)

    def test_a_video_on_standard_input(self):
        with support.short_sample().open("rb") as video:
            piped = subprocess.run([support.BINARY, "score", "--json", "-"], stdin=video, capture_output=True, check=False, env=support.environment())
        self.assertEqual(piped.returncode, 0, piped.stderr)
        answer, named = json.loads(piped.stdout), support.score(support.short_sample())[0]
        for field in ("decision", "score", "offset_frames", "audio"):
            self.assertEqual(answer[field], named[field])

    def test_a_line_for_each_also_for_those_that_failed(self):
        broken = support.scratch_folder() / "broken.mp4"
        broken.write_bytes(b"no video")
        missing = broken.with_name("missing.mp4")
        done = support.run("score", "--json", broken, support.short_sample(), missing)
        self.assertEqual(done.returncode, 3)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["video_path"] for line in lines], [str(broken), str(support.short_sample()), str(missing)])
        self.assertEqual([line.get("error") for line in lines], ["unsupported_media", None, "not_found"])
        self.assertTrue(lines[0]["detail"] and lines[0]["hint"])


class Jobs(unittest.TestCase):
    def test_a_job_has_more_time_than_a_request(self):
        long = support.long_sample(40)
        with support.Service(PROCESSING_TIMEOUT_SECONDS=1, WORKERS=1) as service:
            path = service.put(long)
            self.assertEqual(service.score_path(path).status, 408)
            job = service.request("POST", "/v1/jobs", json.dumps({"video_path": path}), {"Content-Type": "application/json"}).json()

            def done():
                state = service.request("GET", f"/v1/jobs/{job['id']}").json()
                return state if state["state"] in ("done", "failed") else None

            support.wait_until(done, "the job to end", timeout=120)
            self.assertEqual(done()["state"], "done", done())


if __name__ == "__main__":
    unittest.main()
