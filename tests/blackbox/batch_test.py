"""`syncnet batch`: one table for many videos, whatever is wrong with some of them."""

import contextlib
import csv
import json
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

import support

COLUMNS = ["video", "faces", "leading", "track", "start_s", "end_s", "confidence", "min_dist", "lse_c", "lse_d", "offset_frames",
           "lag_ms", "score", "decision", "reasons", "speech_s", "evidence_s", "drift_ms_per_s", "audio_track", "model", "error",
           "error_detail"]


def rows(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


class Batch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.scratch_folder()
        (cls.folder / "videos/deeper").mkdir(parents=True)
        clips = support.samples({
            "late": ("--delay-ms", "200"),
            "two": ("--two-faces", "--size", "640x480"),
            "no_face": ("--no-face", "--seconds", "1.6"),
        })
        places = {"late": "late.mp4", "two": "deeper/two, \"quoted\".MP4", "no_face": "no_face.mp4"}
        cls.videos = {name: cls.folder / "videos" / place for name, place in places.items()}
        for name, path in cls.videos.items():
            shutil.copyfile(clips[name], path)
        cls.videos["broken"] = cls.folder / "videos/broken.mkv"
        cls.videos["broken"].write_bytes(b"\x1a\x45\xdf\xa3 not a video")
        cls.videos["empty"] = cls.folder / "videos/empty.webm"
        cls.videos["empty"].touch()
        (cls.folder / "videos/notes.txt").write_text("no video")
        cls.table = cls.folder / "table.jsonl"
        cls.done = support.run("batch", cls.folder / "videos", "--out", cls.table)

    def test_every_video_has_its_rows(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        table = rows(self.table.read_text())
        by_video = {name: [row for row in table if row["video"] == str(path)] for name, path in self.videos.items()}
        self.assertEqual({name: len(found) for name, found in by_video.items()},
                         {"late": 1, "two": 2, "no_face": 1, "broken": 1, "empty": 1})
        for row in table:
            self.assertEqual(list(row), COLUMNS)
        late = by_video["late"][0]
        self.assertAlmostEqual(late["offset_frames"], -5, delta=1)
        self.assertEqual(late["lag_ms"], 40 * late["offset_frames"])
        self.assertIn(late["decision"], ("NEXT", "BLOCK"))
        self.assertEqual([row["leading"] for row in by_video["two"]], [True, False])
        self.assertGreater(by_video["two"][0]["score"], by_video["two"][1]["score"])
        self.assertEqual((by_video["no_face"][0]["track"], by_video["no_face"][0]["reasons"]), (None, "no_face"))
        self.assertEqual(by_video["empty"][0]["error"], "empty_file")
        self.assertIsNotNone(by_video["broken"][0]["error_detail"])

    def test_it_says_what_score_says(self):
        answer = support.score(self.videos["late"])[0]
        row = next(row for row in rows(self.table.read_text()) if row["video"] == str(self.videos["late"]))
        self.assertEqual((row["confidence"], row["min_dist"], row["score"], row["decision"]),
                         (answer["confidence"], answer["min_dist"], answer["score"], answer["decision"]))
        self.assertEqual((row["evidence_s"], row["drift_ms_per_s"]), (answer["evidence_s"], answer["drift_ms_per_s"]))
        self.assertEqual((row["audio_track"], row["model"]), (1, f"{answer['model']['name']} {answer['model']['version']}"))
        # These are the published SyncNet's.
        self.assertEqual((row["lse_c"], row["lse_d"]), (None, None))

    def test_the_leading_row_has_the_video(self):
        answer = support.score(self.videos["two"])[0]
        leading, other = (row for row in rows(self.table.read_text()) if row["video"] == str(self.videos["two"]))
        for name in ("score", "decision", "evidence_s", "drift_ms_per_s"):
            self.assertEqual(leading[name], answer[name], name)
        alone = answer["debug"]["all_results"][1]
        for name in ("track", "score", "decision", "evidence_s"):
            self.assertEqual(other[name], alone[name], name)

    def test_the_summary(self):
        self.assertIn("videos 5, faces 3, errors 2", self.done.stderr)
        leading = [row for row in rows(self.table.read_text()) if row["leading"] and row["confidence"] is not None]
        mean = sum(row["confidence"] for row in leading) / len(leading)
        self.assertIn(f"of {len(leading)} videos by {leading[0]['model']}: confidence {mean:.3f}", self.done.stderr)

    def test_resuming_does_only_what_is_missing(self):
        whole = self.table.read_text()
        lines = whole.splitlines(keepends=True)
        table = self.folder / "resumed.jsonl"
        table.write_text("".join(lines[:-1]) + lines[-1][:20])
        done = support.run("batch", self.folder / "videos", "--out", table, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertCountEqual(rows(table.read_text()), rows(whole))
        self.assertIn("videos 5,", done.stderr)
        refused = support.run("batch", self.folder / "videos", "--out", table)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("--resume", refused.stderr)

    def test_csv_holds_the_same(self):
        table = self.folder / "table.csv"
        names = self.folder / "list.txt"
        names.write_text("\n".join(str(self.videos[name]) for name in ("two", "empty")) + "\nnot there.mp4\n")
        done = support.run("batch", names, "--out", table)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(table, newline="") as file:
            found = list(csv.DictReader(file))
        self.assertEqual(list(found[0]), COLUMNS)
        self.assertCountEqual([row["video"] for row in found], [str(self.videos["two"])] * 2 + [str(self.videos["empty"]), "not there.mp4"])
        self.assertCountEqual([row["error"] for row in found], ["", "", "empty_file", "not_found"])

    def test_a_database_holds_the_same(self):
        table = self.folder / "table.sqlite"
        done = support.run("batch", self.folder / "videos", "--out", table)
        self.assertEqual(done.returncode, 0, done.stderr)
        with contextlib.closing(sqlite3.connect(table)) as database:
            found = database.execute("SELECT * FROM results")
            self.assertEqual([column[0] for column in found.description], COLUMNS)
            self.assertCountEqual([dict(zip(COLUMNS, row)) for row in found], rows(self.table.read_text()))
        again = support.run("batch", self.folder / "videos", "--out", table, "--resume")
        self.assertIn("5 videos are in the table already", again.stderr)
        self.assertIn("videos 5, faces 3, errors 2", again.stderr)
        self.assertIn("needs --out", support.run("batch", self.folder / "videos", "--format", "sqlite").stderr)

    def test_what_matches_is_listed_and_copied(self):
        matching = ("--where", "offset < 0 and decision <> 'ALLOW'")
        names, copies = self.folder / "matching.txt", self.folder / "matching"
        done = support.run("batch", self.folder / "videos", "--out", self.folder / "m.jsonl", *matching, "--list", names, "--copy-matching", copies)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 videos match", done.stderr)
        self.assertEqual(names.read_text(), f"{self.videos['late']}\n")
        self.assertEqual([path.name for path in copies.rglob("*") if path.is_file()], ["late.mp4"])
        self.assertEqual((copies / "late.mp4").read_bytes(), self.videos["late"].read_bytes())
        self.assertEqual(len(rows((self.folder / "m.jsonl").read_text())), 6)  # the table has all

        # A finished table answers another question, and nothing is scored again.
        again = support.run("batch", self.folder / "videos", "--out", self.folder / "m.jsonl", "--resume", "--where", "error = 'empty_file'",
                            "--list", names)
        self.assertIn("0 videos in", again.stderr)
        self.assertEqual(names.read_text(), f"{self.videos['empty']}\n")

        printed = support.run("batch", self.folder / "videos", *matching)
        self.assertEqual([row["video"] for row in rows(printed.stdout)], [str(self.videos["late"])])

    def test_a_condition_that_is_none(self):
        done = support.run("batch", self.folder / "videos", "--where", "decision = ALLOW")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no such column: ALLOW", done.stderr)
        self.assertIn("text stands in single quotes", done.stderr)

    def test_how_fast_and_how_long_still(self):
        self.assertRegex(self.done.stderr, r"5 videos in [\d.]+ s, [\d.]+ a second")
        self.assertRegex(support.on_terminal("batch", self.folder / "videos", "--jobs", "1"), r"\d of 5 videos.*, [\d.]+ a second, \d+ s left")

    def test_several_as_a_shell_gives_them(self):
        names = self.folder / "two.txt"
        names.write_text(f"{self.videos['empty']}\n")
        done = support.run("batch", self.videos["late"], names, self.folder / "videos/deeper", "--where", "faces >= 0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({row["video"] for row in rows(done.stdout)}, {str(self.videos[name]) for name in ("late", "empty", "two")})
        self.assertIn("3 of 3 videos", done.stderr)

    def test_a_list_that_is_not_there_leaves_no_table(self):
        for name in ("missing.txt", "x" * 300):
            done = support.run("batch", self.folder / name, "--out", self.folder / "none.csv")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(name, done.stderr)
            self.assertFalse((self.folder / "none.csv").exists())

    def test_a_list_of_matches_that_is_there(self):
        names = self.folder / "there.txt"
        names.write_text("mine")
        done = support.run("batch", self.videos["empty"], "--list", names)
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"{names} is there already", done.stderr)
        self.assertNotIn("--force", done.stderr, "there is no such flag here")
        self.assertEqual(names.read_text(), "mine")

    def test_a_video_that_takes_too_long(self):
        done = support.run("batch", self.videos["late"], "--timeout", "0.001")
        self.assertEqual([row["error"] for row in rows(done.stdout)], ["timeout"])

    def pipe(self):
        return subprocess.Popen([support.BINARY, "batch", "-", "--jobs", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=support.environment())

    def test_a_pipe_is_answered_name_by_name(self):
        with self.pipe() as process:
            for name in ("no_face", "empty"):  # each answer comes before the next question
                process.stdin.write(f"{self.videos[name]}\n")
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["video"], str(self.videos[name]))
            process.stdin.close()
            self.assertEqual(process.wait(support.PATIENCE), 0)

    def test_an_interrupt_lets_what_is_being_done_be_written(self):
        with self.pipe() as process:
            process.stdin.write(f"{self.videos['late']}\n" * 50)
            process.stdin.flush()
            first = json.loads(process.stdout.readline())  # it works; the second one is begun
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            rest = rows(process.stdout.read())
            self.assertEqual(process.wait(support.PATIENCE), 130)
            self.assertLess(time.monotonic() - begun, 30)
            self.assertLessEqual(len(rest), 2)
            for row in rest:
                self.assertEqual(row, first)

    def test_a_full_disk_is_said(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([support.BINARY, "batch", self.videos["empty"]], stdout=full, stderr=subprocess.PIPE, text=True,
                                  env=support.environment())
        self.assertEqual(done.returncode, 3)
        self.assertIn("No space left", done.stderr)


if __name__ == "__main__":
    unittest.main()
