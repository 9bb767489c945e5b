"""The library as others use it: installed, found by CMake and pkg-config or taken into a project, from C++ and C."""

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import support

BUILD = support.BINARY.parent
CONSUMER = support.ROOT / "tests/library"
HEADERS = support.ROOT / "include/syncnet"


def command(*arguments, **options) -> str:
    done = subprocess.run([*map(str, arguments)], capture_output=True, text=True, timeout=3 * support.PATIENCE, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


def ask(program: Path, *arguments, code: int = 0) -> str:
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=support.PATIENCE, env=support.environment())
    if done.returncode != code:
        raise AssertionError(f"{program.name} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def without_time(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name != "processing_time_ms"}


@unittest.skipIf(support.SANITIZED, "a consumer would have to be sanitized, too")
class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = support.scratch_folder() / "prefix"
        for component in ("library", "development"):
            command("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", component)
        cls.clip = support.sample("--seconds", "4")
        cls.expected = without_time(support.score(cls.clip)[0])
        cls.consumers = support.scratch_folder()
        command("cmake", "-S", CONSUMER, "-B", cls.consumers, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={cls.prefix}")
        command("cmake", "--build", cls.consumers)

    def test_found_by_cmake_from_cpp(self):
        self.assertEqual(json.loads(ask(self.consumers / "consumer_cpp", self.clip)), self.expected)
        self.assertEqual(ask(self.consumers / "consumer_cpp", self.clip.parent / "absent.mp4", code=3), "not_found")

    def test_from_c(self):
        answer = json.loads(ask(self.consumers / "consumer_c", self.clip))
        self.assertEqual(answer.pop("json"), self.expected)
        self.assertTrue(answer.pop("sane"), "sizes of structs, or ends of lists")
        names = ("score", "offset_frames", "confidence")
        self.assertEqual({name: answer[name] for name in names}, {name: self.expected[name] for name in names})
        self.assertEqual((answer["decision"], answer["reason"]), (["ALLOW", "NEXT", "BLOCK"].index(self.expected["decision"]), self.expected["reason_codes"][0]))
        self.assertEqual(ask(self.consumers / "consumer_c", code=3), "invalid_request")
        self.assertEqual(ask(self.consumers / "consumer_c", self.clip, "cancel", code=3), "cancelled")

    def test_frames_and_samples_from_c(self):
        folder = support.scratch_folder()
        frames, samples = folder / "frames.rgb", folder / "samples.f32"
        command("ffmpeg", "-nostdin", "-v", "error", "-i", self.clip, "-f", "rawvideo", "-pix_fmt", "rgb24", frames)
        command("ffmpeg", "-nostdin", "-v", "error", "-i", self.clip, "-f", "f32le", "-ac", "1", "-ar", "44100", samples)
        answer = json.loads(ask(self.consumers / "consumer_c", frames, 320, 240, samples, 44100))
        self.assertEqual(answer["offset_frames"], self.expected["offset_frames"])
        self.assertAlmostEqual(answer["confidence"], self.expected["confidence"], delta=0.3)

    def test_found_by_pkg_config(self):
        environment = os.environ | {"PKG_CONFIG_PATH": str(self.prefix / "share/pkgconfig")}
        flags = command("pkg-config", "--cflags", "--libs", "syncnet", env=environment).split()
        self.assertEqual(command("pkg-config", "--modversion", "syncnet", env=environment).strip(), ask(support.BINARY, "--version").split()[-1])
        program = self.consumers / "by_pkg_config"
        command("gcc", CONSUMER / "consumer.c", "-o", program, *flags, f"-Wl,-rpath,{self.prefix}/lib")
        self.assertEqual(json.loads(ask(program, self.clip))["json"], self.expected)

    def test_taken_into_a_project(self):
        """Configured always; compiled, which takes minutes, with SYNCNET_SLOW=1."""
        folder = support.scratch_folder()
        command("cmake", "-S", CONSUMER, "-B", folder, "-G", "Ninja", f"-DSYNCNET_SOURCE={support.ROOT}", "-DCMAKE_BUILD_TYPE=Release")
        targets = command("ninja", "-C", folder, "-t", "targets", "all")
        self.assertIn("libsyncnet.so", targets)
        self.assertNotIn("syncnet_service", targets)
        if os.environ.get("SYNCNET_SLOW"):
            subprocess.run(["cmake", "--build", folder], check=True)
            self.assertEqual(json.loads(ask(folder / "consumer_cpp", self.clip)), self.expected)

    def test_shows_its_interface_and_nothing_else(self):
        shown = [line.split(maxsplit=2)[2] for line in command("nm", "-DC", "--defined-only", self.prefix / "lib/libsyncnet.so").splitlines()]
        functions = {name for name in shown if name.startswith("syncnet_")}
        self.assertEqual(functions, set((CONSUMER / "c_symbols.txt").read_text().split()), "what is taken away, or renamed, breaks programs: raise the major version")
        declared = set(re.findall(r"SYNCNET_API [^;(]*?(syncnet_\w+)\(", (HEADERS / "syncnet_c.h").read_text()))
        self.assertEqual(functions, declared)
        others = [name for name in shown if name not in functions]
        self.assertTrue(all(re.match(r"(typeinfo (name )?for |vtable for )?syncnet::", name) for name in others), others)
        self.assertFalse([name for name in others if re.search(r"::Impl::|::(pipeline|media|nn|score|sync|face|audio|api)::", name)])
        header = command("readelf", "-d", self.prefix / "lib/libsyncnet.so")
        self.assertIn("Library soname: [libsyncnet.so.1]", header)

    @unittest.skipUnless(shutil.which("g++"), "needs g++")
    def test_every_header_stands_alone(self):
        for header in sorted(HEADERS.glob("*.h")):
            compiler = ("gcc", "-x", "c", "-std=c11") if header.name == "syncnet_c.h" else ("g++", "-x", "c++", "-std=c++20")
            with self.subTest(header.name):
                command(*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", self.prefix / "include", "-", input=f"#include <syncnet/{header.name}>\n")


if __name__ == "__main__":
    unittest.main()
