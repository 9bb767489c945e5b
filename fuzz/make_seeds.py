#!/usr/bin/python3
"""Writes fuzz/seeds/: what the fuzzers begin with. Run from the project's root: /usr/bin/python3 fuzz/make_seeds.py

The weights are those that PyTorch wrote for the tests; the TFLite model is tiny and has every operator that is read.
"""
import shutil
import struct
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


def main() -> None:
    for name in ("weights", "tflite"):
        (SEEDS / name).mkdir(parents=True, exist_ok=True)
    for file in [*Path("tests/golden/torch").glob("*.pt"), Path("tests/golden/torch/expected.safetensors")]:
        shutil.copyfile(file, SEEDS / "weights" / file.name)
    (SEEDS / "tflite/every_operator.tflite").write_bytes(tflite())


if __name__ == "__main__":
    main()
