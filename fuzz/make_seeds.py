#!/usr/bin/python3
"""Writes fuzz/seeds/: what the fuzzers begin with. Run from the project's root: /usr/bin/python3 fuzz/make_seeds.py

The weights are those that PyTorch wrote for the tests; the TFLite model is tiny and has every operator that is read; the
videos are the test images of ffmpeg, of each container and each codec that it writes.
"""
import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np

SEEDS = Path("fuzz/seeds")


class Table(dict):
    """A FlatBuffers table: field number -> bytes (a scalar), Table, str, list of Tables or array."""


def write(root: Table) -> bytes:
    """Parents before children, so that every offset points forwards."""
    out = bytearray(8)
    out[4:8] = b"TFL3"
    waiting = [(0, root)]

    def align(size: int) -> None:
        out.extend(bytes(-len(out) % size))

    while waiting:
        at, value = waiting.pop(0)
        align(4)
        if isinstance(value, Table):
            offsets, size = {}, 4
            for field, content in value.items():
                width = len(content) if isinstance(content, bytes) else 4
                size += -size % width
                offsets[field] = size
                size += width
            vtable = struct.pack("<HH", 4 + 2 * (max(offsets, default=-1) + 1), size)
            vtable += b"".join(struct.pack("<H", offsets.get(field, 0)) for field in range(max(offsets, default=-1) + 1))
            out.extend(vtable)
            align(4)
            start = len(out)
            out.extend(struct.pack("<i", len(vtable) + (-len(vtable) % 4)) + bytes(size - 4))
            for field, content in value.items():
                if isinstance(content, bytes):
                    out[start + offsets[field]:start + offsets[field] + len(content)] = content
                else:
                    waiting.append((start + offsets[field], content))
        else:
            start = len(out)
            if isinstance(value, str):
                value = np.frombuffer(value.encode(), np.uint8)
            if isinstance(value, list):
                out.extend(struct.pack("<I", len(value)) + bytes(4 * len(value)))
                waiting += [(start + 4 + 4 * i, item) for i, item in enumerate(value)]
            else:
                out.extend(struct.pack("<I", value.size) + value.tobytes())
        out[at:at + 4] = struct.pack("<I", start - at)
    return bytes(out)


def i8(value: int) -> bytes:
    return struct.pack("<b", value)


def i32(value: int) -> bytes:
    return struct.pack("<i", value)


def tflite() -> bytes:
    buffers, tensors, operators, codes = [Table()], [], [], []

    def tensor(shape: tuple[int, ...], content: np.ndarray | None = None) -> int:
        kind = 0
        if content is not None:
            kind = {"float32": 0, "float16": 1, "int32": 2}[str(content.dtype)]
            buffers.append(Table({0: content.reshape(-1).view(np.uint8)}))
        tensors.append(Table({0: np.array(shape, np.int32), 1: i8(kind), 2: i32(len(buffers) - 1 if content is not None else 0), 3: f"t{len(tensors)}"}))
        return len(tensors) - 1

    def operator(code: int, inputs: list[int], shape: tuple[int, ...], options: Table | None = None) -> int:
        if code not in codes:
            codes.append(code)
        result = tensor(shape)
        fields = {0: i32(codes.index(code)), 1: np.array(inputs, np.int32), 2: np.array([result], np.int32)}
        operators.append(Table(fields | ({4: options} if options is not None else {})))
        return result

    def constant(shape: tuple[int, ...]) -> int:
        values = np.linspace(-1, 1, int(np.prod(shape)))
        half = tensor(shape, values.astype(np.float16))
        return operator(6, [half], shape)

    first = tensor((1, 4, 4, 2))
    steps = Table({0: i8(0), 1: i32(1), 2: i32(1), 3: i8(1)})
    x = operator(3, [first, constant((2, 3, 3, 2)), tensor((2,), np.zeros(2, np.float32))], (1, 4, 4, 2), steps)
    x = operator(4, [x, constant((1, 3, 3, 2)), tensor((2,), np.ones(2, np.float32))], (1, 4, 4, 2),
                 Table({0: i8(0), 1: i32(1), 2: i32(1), 3: i32(1), 4: i8(0)}))
    x = operator(19, [operator(0, [x, first], (1, 4, 4, 2))], (1, 4, 4, 2))
    x = operator(17, [x], (1, 2, 2, 2), Table({0: i8(0), 1: i32(2), 2: i32(2), 3: i32(2), 4: i32(2)}))
    x = operator(34, [x, tensor((4, 2), np.array([0, 0, 0, 0, 0, 0, 0, 2], np.int32))], (1, 2, 2, 4))
    x = operator(23, [x, tensor((2,), np.array([4, 4], np.int32))], (1, 4, 4, 4), Table({2: i8(0), 3: i8(1)}))
    x = operator(22, [x], (1, 16, 4))
    x = operator(2, [x, x], (1, 32, 4))
    graph = Table({0: tensors, 1: np.array([first], np.int32), 2: np.array([x], np.int32), 3: operators})
    return write(Table({0: i32(3), 1: [Table({0: i8(code), 3: i32(code)}) for code in codes], 2: [graph], 4: buffers}))


# Every container and every codec that ffmpeg writes: name, container, video, audio, and what else it takes.
TEN_BITS = ("-pix_fmt", "yuv420p10le")
CLIPS = (
    ("mp4", "mp4", "libx264", "aac"),
    ("mp4_fragments", "mp4", "libx264", "aac", "-g", "4", "-movflags", "frag_keyframe+empty_moov+default_base_moof"),
    ("mp4_hevc_eac3", "mp4", "libx265", "eac3", *TEN_BITS, "-preset", "ultrafast", "-x265-params", "log-level=none:info=0",
     "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"),
    ("webm", "webm", "libvpx", "libopus"),
    ("matroska", "matroska", "libvpx-vp9", "libvorbis"),
    ("matroska_av1_dts", "matroska", "libaom-av1", "dca", *TEN_BITS, "-strict", "-2", "-usage", "realtime", "-cpu-used", "8", "-t", "0.2"),
    ("avi", "avi", "mpeg4", "libmp3lame"),
    ("mpegts", "mpegts", "mpeg2video", "mp2"),
    ("mpegts_interlaced_ac3", "mpegts", "mpeg2video", "ac3", "-vf", "tinterlace=interleave_top", "-flags", "+ilme+ildct"),
    ("mov", "mov", "mjpeg", "pcm_s16le", "-pix_fmt", "yuvj420p"),
    ("mov_prores", "mov", "prores_ks", "alac", "-pix_fmt", "yuv422p10le", "-timecode", "00:00:58;20", "-r", "30000/1001", "-t", "0.2"),
    ("mov_dnxhd", "mov", "dnxhd", "pcm_s24le", "-pix_fmt", "yuv422p", "-profile:v", "dnxhr_lb", "-s", "256x120", "-t", "0.12"),
    ("mov_h263", "3gp", "h263", "aac", "-s", "128x96"),
    ("mpeg", "mpeg", "mpeg1video", "mp2"),
    ("mxf", "mxf", "mpeg2video", "pcm_s16le", "-timecode", "10:00:00:00", "-s", "32x32", "-t", "0.2"),
    ("flv", "flv", "flv", "libmp3lame", "-ar", "44100"),
    ("asf", "asf", "wmv2", "wmav2"),
    ("ogg", "ogg", "libtheora", "libvorbis"),
    ("ogg_flac", "ogg", "libtheora", "flac"),
)


def clip(name: str, container: str, video: str, audio: str, *others: str) -> None:
    source = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=0.4", "-f", "lavfi", "-i", "sine=frequency=300:duration=0.4:sample_rate=48000"]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *source, "-pix_fmt", "yuv420p", "-c:v", video, "-b:v", "40k", "-c:a", audio,
                    *others, "-fflags", "+bitexact", "-f", container, SEEDS / "media" / name], check=True)


CALIBRATION = json.dumps(json.loads(Path("models/lipsync.calibration.json").read_text())
                         | {"model": "lipsync", "model_version": "2.1", "thresholds": {"allow": 0.9, "next": 0.75, "max_offset_frames": 2}})

BOUNDARY = "multipart/form-data; boundary=b\n"
FORM = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
FILE = '--b\r\nContent-Disposition: form-data; name="video"; filename="x.mp4"\r\nContent-Type: video/mp4\r\n\r\nbytes\r\n--bx\r\n'
WEBSOCKET = ("GET /v1/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
TEXTS = {
    "multipart": {
        "form": BOUNDARY + FORM.format("session_id", "42") + FILE + "--b--\r\n",
        "file_first": BOUNDARY + "preamble\r\n" + FILE + FORM.format("model", "lipsync") + "--b--\r\nepilogue",
        "quoted": 'multipart/form-data; charset=utf-8; boundary="a b\'c"\n--a b\'c\r\ncontent-disposition:form-data;name=video;filename=""\r\n\r\n\r\n--a b\'c--',
        "unfinished": BOUNDARY + FILE,
    },
    "request": {
        "path": '{"video_path": "a/b.mp4", "session_id": "s", "model": null, "face": "left", "max_offset_ms": 600, "webhook": "https://example.org/x"}',
        "query": "session_id=a%20b+c&model=lipsync&webhook=https%3A%2F%2Fexample.org",
        "url": "https://example.org:8443/hook?x=1",
        "origins": "https://app.example, http://localhost:3000",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "bearer": "Bearer sn_0123456789012345678901234567890123456789012",
    },
    "connection": {
        "length": "POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345",
        "chunked": "POST /score HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\n12345\r\n0\r\nX: y\r\n\r\n",
        "expect": "POST /v1/jobs HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "short": "PUT / HTTP/1.1\r\nContent-Length: 50\r\n\r\n12345",
        "websocket": WEBSOCKET + "\x81\x82\0\0\0\0{}\x82\x83\1\1\1\1abc\x88\x80\0\0\0\0",
        "fragments": WEBSOCKET + "\x01\x81\0\0\0\0a\x89\x80\0\0\0\0\x80\x81\0\0\0\0b",
    },
    "keys": {
        "two": '{"name":"app","sha256":"' + "0a" * 32 + '","scopes":["score","jobs"],"rate_per_minute":60,"expires":"2030-01-31"}\n'
               '# a comment\n{"name":"ops","sha256":"' + "1b" * 32 + '","scopes":["metrics"]}\n',
    },
    "public_address": {
        "four": "8.8.8.8", "local": "127.0.0.1", "mapped": "::ffff:10.0.0.1", "nat64": "64:ff9b::a9fe:a9fe", "six": "2606:4700::1111",
        "link": "fe80::1%eth0", "teredo": "2001::7f00:1", "bytes": "\n\0\0\1",
    },
    "store": {"healthy": "", "header": "\0\22x", "page": "\20\5a\20\6b\40\0c", "half": "\x7f", "nothing": "\0"},
    "tables": {
        "csv": 'path,label,offset,speaker\n"a, ""b"".mp4",genuine,1.5,s\nc.mkv,shifted,,\n',
        "jsonl": '{"path":"a.mp4","label":"genuine","offset":-2,"speaker":"s","corpus":"c","split":"test"}\n',
        "rows": '{"video":"a.mp4","decision":"ALLOW","score":0.9,"offset_frames":1}\n',
    },
    "settings": {
        "env": "# comment\nexport PORT=8001\nHOST = '127.0.0.1' # here\nMAX_VIDEO_SIZE_MB=\"5\"\r\nFLASK_ENV=x\n",
        "numbers": "WORKERS=2\nALLOW_SCORE=0.9\nNEXT_SCORE=7e-1\nPRECISION=bf16\nALLOW_NO_KEYS=yes\n",
        "wrong": "WORKRES=3\nPORT=99999999999999999999\n",
    },
    "worker_protocol": {
        "progress": '{"progress":0.5}',
        "done": '{"analysis":{"decision":"ALLOW","debug":{"all_results":[{"curve":[1,2,null]}]}}}',
        "failed": '{"code":"unreadable_video","detail":"why"}',
        "job": '{"options":{"face":"largest","max_offset_ms":"2000","windows":"true"},'
               '"ms":60000,"allow":0.9,"next":0.75,"max_offset_frames":2,"live":true}',
        "so_far": '{"so_far":{"seconds":2.4,"decision":"NEXT","score":null,"offset_frames":null,"confidence":null,"evidence_s":0.4,'
                  '"speech_s":1,"reason_codes":["too_little_speech"],"hints":["no_face"],"width":640,"height":480,'
                  '"faces":[{"track":0,"box":[1,2,3.5,4]}]}}',
        "setup": '{"folder":"m","model":"","model_path":"","s3fd":"","precision":"bf16","threads":1,"calibration":"","max_video_bytes":1,'
                 '"max_memory_bytes":1,"max_seconds":60,"videos_per_worker":8,"model_digest":"","scratch":"/tmp"}',
    },
}


def main() -> None:
    for name in ("weights", "tflite", "media", *TEXTS):
        (SEEDS / name).mkdir(parents=True, exist_ok=True)
    for file in [*Path("tests/golden/torch").glob("*.pt"), Path("tests/golden/torch/expected.safetensors")]:
        shutil.copyfile(file, SEEDS / "weights" / file.name)
    (SEEDS / "tflite/every_operator.tflite").write_bytes(tflite())
    (SEEDS / "calibration").mkdir(exist_ok=True)
    (SEEDS / "calibration/lipsync").write_text(CALIBRATION)
    for recipe in CLIPS:
        clip(*recipe)
    for target, texts in TEXTS.items():
        for name, text in texts.items():
            (SEEDS / target / name).write_text(text, "latin-1" if target == "connection" else None, newline="")


if __name__ == "__main__":
    main()
