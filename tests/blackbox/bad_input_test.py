"""The command line meets files that are no good videos: it says what and why, and goes on with the next."""

import json
import os
import unittest

import support

BAD_INPUT = 3


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.scratch_folder()
        cls.good = support.short_sample()
        cls.content = cls.good.read_bytes()

    def write(self, name: str, content: bytes):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def refused(self, video, title, detail=""):
        done = support.run("score", video, cwd=self.folder)
        self.assertEqual(done.returncode, BAD_INPUT, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 2, done.stderr)
        self.assertTrue(lines[0].startswith("syncnet: "), lines[0])
        self.assertIn(str(video), lines[0])
        self.assertIn(title, lines[0])
        self.assertIn(detail, lines[0])
        self.assertGreater(len(lines[1].strip()), 10, "a hint")

    def test_missing_file(self):
        self.refused(self.folder / "missing.mp4", "Not found")

    def test_empty_file(self):
        self.refused(self.write("empty.mp4", b""), "The file is empty")

    def test_text_with_the_ending_of_a_video(self):
        self.refused(self.write("text.mp4", b"This is not a video.\n" * 200), "This is not a video that we read")

    def test_noise_with_the_ending_of_a_video(self):
        self.refused(self.write("noise.webm", os.urandom(50_000)), "This is not a video that we read")

    def test_image(self):
        self.refused(support.ROOT / "scripts/sample/hopper.jpg", "This is not a video that we read")

    def test_playlist_is_not_followed(self):
        # FFmpeg knows formats that name other files: none of them may be opened.
        for name, content in {"list.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{self.good}\n#EXT-X-ENDLIST\n",
                              "list.ffconcat": f"ffconcat version 1.0\nfile '{self.good}'\n"}.items():
            with self.subTest(name):
                self.refused(self.write(name, content.encode()), "This is not a video that we read")

    def test_header_alone(self):
        # An mp4 has its index at its end: cut off before, nothing is left to read.
        self.refused(self.write("head.mp4", self.content[: len(self.content) // 2]), "The video can't be read")

    def test_audio_alone(self):
        audio = support.sample("--seconds", "1.6", ending=".mkv")
        only = self.folder / "audio.mkv"
        support.subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", audio, "-vn", "-c", "copy", only], check=True)
        self.refused(only, "The file has no video")

    def test_device(self):
        self.refused("/dev/null", "This is not a video that we read", "not a regular file")

    def test_pipe_without_a_writer_does_not_hang(self):
        path = self.folder / "pipe.mp4"
        os.mkfifo(path)
        self.refused(path, "This is not a video that we read", "not a regular file")

    def test_truncated_stream_is_scored_as_far_as_it_goes(self):
        # Formats made for streams can be read up to the cut.
        whole = support.sample(ending=".ts").read_bytes()
        done = support.run("score", "--json", self.write("cut.ts", whole[: len(whole) * 3 // 4]))
        self.assertEqual(done.returncode, 0, done.stderr)
        seconds = json.loads(done.stdout)["video"]["seconds"]
        self.assertGreater(seconds, 1.5)
        self.assertLess(seconds, 4)

    def test_damaged_middle_never_crashes(self):
        for ending in (".ts", ".mkv", ".avi"):
            with self.subTest(ending):
                content = bytearray(support.sample(ending=ending).read_bytes())
                for at in range(len(content) // 4, len(content) // 2, 97):
                    content[at] ^= 0x5A
                done = support.run("score", "--json", self.write(f"damaged{ending}", bytes(content)))
                self.assertIn(done.returncode, (0, BAD_INPUT), done.stderr)

    def test_the_other_videos_are_still_scored(self):
        bad = self.write("bad.mp4", b"no video")
        done = support.run("score", "--json", self.folder / "missing.mp4", self.good, bad, self.good)
        self.assertEqual(done.returncode, BAD_INPUT)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["video_path"] for line in lines if "error" not in line], [str(self.good)] * 2)
        self.assertIn("missing.mp4", done.stderr)
        self.assertIn("bad.mp4", done.stderr)

    def test_one_that_fails_is_told_in_json_too(self):
        done = support.run("score", "--json", self.write("bad.mp4", b"no video"))
        self.assertEqual(done.returncode, BAD_INPUT)
        self.assertEqual(json.loads(done.stdout)["error"], "unsupported_media")

    def test_nothing_to_do_is_said(self):
        done = support.run("crops", "--out", self.folder / "crops")
        self.assertEqual(done.returncode, 2)
        self.assertIn("name a video, or a --list of them", done.stderr)
        self.assertFalse((self.folder / "crops").exists())

    def test_file_name_that_is_no_text(self):
        path = os.fsencode(self.folder) + b"/\xff\xfe.mp4"
        with open(path, "wb") as file:
            file.write(self.content)
        for arguments in (["--json"], []):
            with self.subTest(arguments):
                done = support.subprocess.run([support.BINARY, "score", *arguments, path, str(self.good)], capture_output=True,
                                              env=support.environment(), timeout=support.PATIENCE)
                self.assertEqual(done.returncode, 0, done.stderr)
                if arguments:
                    self.assertEqual(len([json.loads(line) for line in done.stdout.decode().splitlines()]), 2)


class Usage(unittest.TestCase):
    def test_usage_errors_end_with_2(self):
        for arguments in ([], ["score"], ["no-such-command"], ["score", "--no-such-flag", "x.mp4"], ["score", "--stride", "0", "x.mp4"],
                          ["serve", "--no-such-flag"]):
            with self.subTest(arguments):
                done = support.run(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stdout, "")
                self.assertIn("--help", done.stderr)

    def test_help_ends_with_0(self):
        for arguments in (["--help"], ["score", "--help"], ["serve", "--help"], ["-h"]):
            with self.subTest(arguments):
                done = support.run(*arguments)
                self.assertEqual(done.returncode, 0)
                self.assertIn("Usage: syncnet", done.stdout)
                self.assertEqual(done.stderr, "")

    def test_version(self):
        done = support.run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout.strip(), r"^\d+\.\d+\.\d+")

    def test_unknown_model_is_refused(self):
        done = support.run("score", "--model", "nonsense", support.short_sample())
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("nonsense", done.stderr)


class Output(unittest.TestCase):
    def test_json_is_one_line_a_video(self):
        clip = support.short_sample()
        one = support.run("score", "--json", clip)
        two = support.run("score", "--json", clip, clip)
        self.assertEqual((one.returncode, one.stderr), (0, ""))
        self.assertEqual(len(one.stdout.splitlines()), 1)
        lines = [json.loads(line) for line in two.stdout.splitlines()]
        self.assertEqual(len(lines), 2)
        same = json.loads(one.stdout)
        for line in lines:
            self.assertEqual(line.pop("video_path"), str(clip))
            for answer in (line, same):
                answer["processing_time_ms"] = 0
            self.assertEqual(line, same)

    def test_people_get_a_sentence_and_a_plot(self):
        clip = support.sample()
        done = support.run("score", clip)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first, *rest = done.stdout.splitlines()
        self.assertRegex(first, r": (ALLOW|NEXT|BLOCK)  score \d\.\d\d  confidence ")
        self.assertTrue(any("*" in line for line in rest))
        self.assertIn("frames", rest[-1])


if __name__ == "__main__":
    unittest.main()
