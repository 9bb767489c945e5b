"""Small files that ask for hours and gigabytes are told apart from videos at once, by the program and by the service."""

import struct
import subprocess
import time
import unittest
from pathlib import Path

import support

QUICK = 10 * (5 if support.SANITIZED else 1)  # seconds; each of these once took a minute or more


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def boxes(content: bytes):
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        yield at, kind, content[at + 8:at + size]
        at += size


def with_tables(video: Path, tables: dict[bytes, bytes]) -> bytes:
    """The MP4 with these boxes in the place of the first track's own."""
    data = bytearray(video.read_bytes())
    at, moov = next((at, content) for at, kind, content in boxes(bytes(data)) if kind == b"moov")

    def rewritten(content: bytes) -> bytes:
        parts = []
        for _, kind, inside in boxes(content):
            parts.append(box(kind, tables.get(kind) or (rewritten(inside) if kind in (b"trak", b"edts", b"mdia", b"minf", b"stbl") else inside)))
        return b"".join(parts)

    parts, first = [], True
    for _, kind, inside in boxes(moov):
        parts.append(box(kind, rewritten(inside) if kind == b"trak" and first else inside))
        first = first and kind != b"trak"
    data[at + 4:at + 8] = b"free"  # nothing moves: chunks keep their places
    return bytes(data) + box(b"moov", b"".join(parts))


def table(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers) + 1}I", 0, *numbers)


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        clip = support.short_sample()
        one = 1000
        count = 2_000_000
        many = struct.pack(">4I", 0, one, count, 0)[:12]
        edits = struct.pack(">III", 1, 0, 0x10000) * 200_000
        cls.folder = support.scratch_folder()
        cls.files = {
            "edits": with_tables(clip, {b"elst": table(200_000) + edits}),
            "samples": with_tables(clip, {b"stsz": table(1, 70_000_000), b"stts": table(1, 70_000_000, 1)}),
            "identical": with_tables(clip, {b"stsz": many, b"stts": table(1, count, 1), b"stsc": table(1, 1, 1, 1),
                                            b"stco": table(count) + struct.pack(">I", 40) * count, b"stss": table(1, 1),
                                            b"ctts": table(1, count, 0)}),
        }
        # Its last image is due in an hour and a half: until then the one before would be looked at.
        jump = cls.folder / "jump.mp4"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", clip, "-c", "copy",
                        "-bsf:v", "setts=ts=TS+gte(N\\,30)*5400/TB", jump], check=True)
        cls.files["jump"] = jump.read_bytes()
        for name, content in cls.files.items():
            (cls.folder / f"{name}.mp4").write_bytes(content)

    def test_the_clip_itself_is_read(self):
        clip = self.folder / "same.mp4"
        clip.write_bytes(with_tables(support.short_sample(), {}))
        self.assertEqual(support.run("score", clip).returncode, support.run("score", support.short_sample()).returncode)

    def test_the_program_says_so_at_once(self):
        for name in self.files:
            with self.subTest(name):
                start = time.monotonic()
                done = support.run("score", self.folder / f"{name}.mp4")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("too much work", done.stderr)
                self.assertLess(time.monotonic() - start, QUICK)

    def test_the_service_says_so_at_once(self):
        with support.Service() as service:
            for name, content in self.files.items():
                with self.subTest(name):
                    start = time.monotonic()
                    answer = service.upload(content)
                    self.assertEqual((answer.status, answer.json()["code"]), (422, "too_complex"), answer)
                    self.assertLess(time.monotonic() - start, QUICK)
            self.assertNotIn("worker was lost", "".join(service.stderr))


if __name__ == "__main__":
    unittest.main()
