"""`syncnet evaluate`: a report from a list of clips, whatever is wrong with some of them."""

import csv
import html.parser
import json
import signal
import subprocess
import time
import unittest

import support

PLAIN = {"one": ("--seconds", "3", "--seed", "1"), "two": ("--seconds", "3", "--seed", "2")}
QUICK = ("--cases", "windows,swapped,shifted")


def report(folder) -> dict:
    return json.loads((folder / "report.json").read_text())


class Page(html.parser.HTMLParser):
    """Whether every element is closed, and what the page asks for from elsewhere."""
    EMPTY = {"meta", "br", "link", "img"}

    def __init__(self, text: str):
        super().__init__()
        self.open, self.asked, self.tags = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.asked += [value for name, value in attrs if name in ("src", "href") and not value.startswith("#")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> is out of place")


class Evaluate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.scratch_folder()
        clips = support.samples(PLAIN | {"dubbed": ("--seconds", "3", "--other-audio"),
                                         "late": ("--seconds", "5", "--seed", "2", "--delay-ms", "400")})
        (cls.folder / "broken.mkv").write_bytes(b"\x1a\x45\xdf\xa3 not a video")
        lines = [{"path": str(clips["one"]), "label": "genuine", "speaker": "a", "offset": 0},
                 {"path": str(clips["two"]), "label": "genuine", "speaker": "a", "offset": 0},
                 {"path": str(clips["dubbed"]), "label": "dubbed"},
                 {"path": str(clips["late"]), "label": "shifted", "offset": -10},
                 {"path": "broken.mkv", "label": "genuine", "speaker": "b"}]
        cls.paths = [line["path"] for line in lines]
        cls.manifest = cls.folder / "clips.jsonl"
        cls.manifest.write_text("".join(json.dumps(line | {"corpus": "made", "split": "test"}) + "\n" for line in lines))
        cls.out = cls.folder / "report"
        cls.done = support.run("evaluate", cls.manifest, "--out", cls.out, *QUICK)

    def refusal(self, text: str, name: str = "bad.jsonl", *flags) -> str:
        path = self.folder / name
        path.write_text(text)
        done = support.run("evaluate", path, "--out", self.folder / "never", *flags)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertFalse((self.folder / "never").exists())
        return done.stderr

    def test_the_report_says_what_was_measured(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertIn("5 of 5 clips, 1 errors", self.done.stderr)
        numbers = report(self.out)
        self.assertEqual(numbers["clips"]["made"]["clips"], 5)
        self.assertEqual([error["path"] for error in numbers["errors"]], ["broken.mkv"])
        self.assertEqual(numbers["run"]["split"], "")
        self.assertEqual(len(numbers["run"]["manifest_sha256"]), 64)
        self.assertIn("lipsync", numbers["run"]["model"])
        within = numbers["offset_by_window"]["made"]["25"]["within_1"]
        self.assertGreaterEqual(within["value"], 0.5)
        self.assertIsNone(within["low"])    # of one speaker nobody knows how people differ
        self.assertEqual(numbers["labels"]["made"]["shifted"]["offset_within_1"]["value"], 1)
        self.assertEqual(numbers["labels"]["made"]["dubbed"]["ALLOW"]["count"], 1)
        self.assertTrue(any(bar["met"] is None for bar in numbers["bars"]))

    def test_a_row_a_case(self):
        with open(self.out / "results.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual({row["path"] for row in rows}, set(self.paths))
        self.assertEqual(len(rows) - 1, report(self.out)["run"]["cases"])   # the broken one has none
        shifted = [row for row in rows if row["kind"] == "shifted"]
        self.assertEqual(len(shifted), 8)
        for row in shifted:
            self.assertEqual(float(row["true_offset"]), -int(row["step"]))
            self.assertGreaterEqual(abs(int(row["step"])), 5)
        self.assertEqual({row["step"] for row in rows if row["kind"] == "swapped"}, {"same speaker"})

    def test_the_page_stands_alone(self):
        page = Page((self.out / "report.html").read_text())
        self.assertEqual(page.open, [])
        self.assertEqual(page.asked, [])
        self.assertNotIn("script", page.tags)
        self.assertIn("svg", page.tags)

    def test_the_same_clips_give_the_same_numbers(self):
        again = self.folder / "again"
        support.run("evaluate", self.manifest, "--out", again, *QUICK, "--jobs", "1")
        first, second = report(self.out), report(again)
        for part in ("run", "time"):
            first.pop(part), second.pop(part)
        self.assertEqual(first, second)
        self.assertEqual((self.out / "results.csv").read_text(), (again / "results.csv").read_text())

    def test_bad_manifests_are_told_by_line(self):
        good = json.dumps({"path": self.paths[0], "label": "genuine"}) + "\n"
        self.assertIn("line 2: the label \"fake\"", self.refusal(good + json.dumps({"path": "x", "label": "fake"})))
        self.assertIn("line 2: this is no JSON", self.refusal(good + "{"))
        self.assertIn("docs/evaluation.md", self.refusal("path,label\n"))
        self.assertIn("no column \"label\"", self.refusal("path,kind\nx,genuine\n", "bad.csv"))
        self.assertIn("there are: test", self.refusal(self.manifest.read_text(), "split.jsonl", "--split", "validation"))
        self.assertIn("no corpus others, but made", self.refusal(self.manifest.read_text(), "corpus.jsonl", "--corpus", "others"))
        self.assertEqual(support.run("evaluate", self.folder / "not there", "--out", self.folder / "never").returncode, 3)
        self.assertEqual(support.run("evaluate", self.manifest, "--cases", "nonsense").returncode, 2)

    def test_resuming_after_the_worst(self):
        out = self.folder / "killed"
        command = [support.BINARY, "evaluate", self.manifest, "--out", out, *QUICK, "--jobs", "1"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=support.environment()) as process:
            end = time.monotonic() + support.PATIENCE
            while time.monotonic() < end and process.poll() is None:
                if (out / "cases.jsonl").exists() and (out / "cases.jsonl").read_text().count("\n") > 1:
                    break
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        cases = out / "cases.jsonl"
        cases.write_text(cases.read_text() + '{"path": "half a li')
        refused = support.run(*command[1:])
        self.assertIn("--resume", refused.stderr)
        other = support.run("evaluate", self.manifest, "--out", out, "--cases", "windows", "--resume")
        self.assertIn("other settings (cases)", other.stderr)
        done = support.run(*command[1:], "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("measured already", done.stderr)
        self.assertEqual((out / "results.csv").read_text(), (self.out / "results.csv").read_text())


class NewMedia(unittest.TestCase):
    def test_clips_are_made_worse_and_read_again(self):
        folder = support.scratch_folder()
        clip = support.sample("--seconds", "3", "--seed", "1")
        manifest = folder / "clips.csv"
        manifest.write_text(f"path,label,offset\n{clip},genuine,0\n")
        before = set(folder.iterdir())
        done = support.run("evaluate", manifest, "--out", folder / "report", "--cases", "delays,sub-frame,tampered,degraded")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(folder.iterdir()) - before, {folder / "report"})
        self.assertEqual({path.name for path in (folder / "report").iterdir()},
                         {"cases.jsonl", "results.csv", "report.json", "report.html"})
        with open(folder / "report/results.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        measured = {(row["kind"], row["step"]): row for row in rows}
        self.assertLessEqual(abs(int(measured["clean", ""]["offset"])), 1)
        for frames in (-5, -1, 2, 8):
            self.assertAlmostEqual(int(measured["delay", str(frames)]["offset"]), -frames, delta=1)
        self.assertNotEqual(measured["still image", ""]["decision"], "ALLOW")
        for kind, step in (("h264", "0.05"), ("vp8", "0.05"), ("mpeg4", "0.1"), ("frame rate", "15"), ("frame rate", "60"),
                           ("dropped images", "30"), ("low light", "1/4"), ("occlusion", "30"), ("noise", "10"), ("music", "10"),
                           ("reverberation", "0.6"), ("telephone", "300-3400"), ("speed 1.1", ""), ("synthetic speech", ""),
                           ("looped image", "")):
            self.assertIn((kind, step), measured)
        for row in rows:
            self.assertEqual(row["error"], "")


if __name__ == "__main__":
    unittest.main()
