#!/usr/bin/python3
"""Writes tests/golden/blaze_face_*.safetensors: what PyTorch makes of the published detectors.

Independent of src/: its own walk through the TFLite file, PyTorch's operators. Run from the project's root:
  /usr/bin/python3 -m tests.reference.blaze_face
"""
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from training.safetensors import save

MODELS = Path("node_modules/@mediapipe/face_detection")
PHOTO = Path("scripts/sample/collins.jpg")
CONV, DEPTHWISE, ADD, CONCAT, DEQUANTIZE, MAX_POOL, RELU, RESHAPE, RESIZE, PAD = 3, 4, 0, 2, 6, 17, 19, 22, 23, 34


class Table:
    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def where(self, field: int) -> int | None:
        vtable = self.at - struct.unpack_from("<i", self.data, self.at)[0]
        if 4 + 2 * field >= struct.unpack_from("<H", self.data, vtable)[0]:
            return None
        offset = struct.unpack_from("<H", self.data, vtable + 4 + 2 * field)[0]
        return self.at + offset if offset else None

    def value(self, field: int, kind: str, otherwise: int = 0) -> int:
        at = self.where(field)
        return otherwise if at is None else struct.unpack_from("<" + kind, self.data, at)[0]

    def follow(self, at: int) -> int:
        return at + struct.unpack_from("<I", self.data, at)[0]

    def table(self, field: int) -> "Table":
        return Table(self.data, self.follow(self.where(field)))

    def vector(self, field: int) -> tuple[int, int]:
        at = self.where(field)
        if at is None:
            return 0, 0
        at = self.follow(at)
        return at + 4, struct.unpack_from("<I", self.data, at)[0]

    def tables(self, field: int) -> list["Table"]:
        at, count = self.vector(field)
        return [Table(self.data, self.follow(at + 4 * i)) for i in range(count)]

    def ints(self, field: int) -> list[int]:
        at, count = self.vector(field)
        return list(struct.unpack_from(f"<{count}i", self.data, at))

    def bytes(self, field: int) -> bytes:
        at, count = self.vector(field)
        return self.data[at:at + count]


def same(x: torch.Tensor, kernel: tuple[int, int], stride: tuple[int, int], value: float = 0.0) -> torch.Tensor:
    pads = []
    for size, k, s in zip(reversed(x.shape[2:]), reversed(kernel), reversed(stride)):
        total = max(0, (-(-size // s) - 1) * s + k - size)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def run(path: Path, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """uint8 [side, side, 3] -> the network's outputs by name."""
    data = path.read_bytes()
    model = Table(data, struct.unpack_from("<I", data, 0)[0])
    codes = [max(c.value(0, "b"), c.value(3, "i")) for c in model.tables(1)]
    graph, buffers = model.tables(2)[0], model.tables(4)
    tensors = graph.tables(0)
    values: dict[int, torch.Tensor] = {
        graph.ints(1)[0]: torch.from_numpy(pixels.astype(np.float32) * (2 / 255) - 1).permute(2, 0, 1)[None]}

    def constant(index: int) -> np.ndarray:
        kind = {0: np.float32, 1: np.float16, 2: np.int32}[tensors[index].value(1, "b")]
        return np.frombuffer(buffers[tensors[index].value(2, "I")].bytes(0), kind).reshape(tensors[index].ints(0))

    weights: dict[int, torch.Tensor] = {}
    for op in graph.tables(3):
        code, ins, out = codes[op.value(0, "I")], op.ints(1), op.ints(2)[0]
        if code == DEQUANTIZE:
            weights[out] = torch.from_numpy(constant(ins[0]).astype(np.float32))
        elif code in (CONV, DEPTHWISE):
            options = op.table(4)
            stride = (options.value(2, "i"), options.value(1, "i"))
            kernel = weights[ins[1]].permute(3, 0, 1, 2) if code == DEPTHWISE else weights[ins[1]].permute(0, 3, 1, 2)
            x = values[ins[0]]
            groups = x.shape[1] if code == DEPTHWISE else 1
            values[out] = F.conv2d(same(x, tuple(kernel.shape[2:]), stride), kernel, weights[ins[2]], stride, groups=groups)
        elif code == ADD:
            values[out] = values[ins[0]] + values[ins[1]]
        elif code == RELU:
            values[out] = values[ins[0]].relu()
        elif code == MAX_POOL:
            values[out] = F.max_pool2d(values[ins[0]], 2, 2)
        elif code == PAD:
            x = values[ins[0]]
            values[out] = F.pad(x, (0, 0, 0, 0, 0, tensors[out].ints(0)[3] - x.shape[1]))
        elif code == RESIZE:
            values[out] = F.interpolate(values[ins[0]], tuple(tensors[out].ints(0)[1:3]), mode="bilinear", align_corners=False)
        elif code == RESHAPE:
            values[out] = values[ins[0]].permute(0, 2, 3, 1).reshape(tensors[out].ints(0))
        elif code == CONCAT:
            values[out] = torch.cat([values[i] for i in ins], 1)
        else:
            raise ValueError(f"operator {code}")
    return {tensors[i].bytes(3).decode(): values[i].numpy()[0] for i in graph.ints(2)}


def main() -> None:
    torch.set_num_threads(1)
    photo = Image.open(PHOTO).convert("RGB")
    for name, side in (("full", 192), ("short", 128)):
        pixels = np.asarray(photo.resize((side, side), Image.BILINEAR))
        outputs = run(MODELS / f"face_detection_{name}_range.tflite", pixels)
        tensors = {"pixels": pixels.astype(np.float16)} | {key: value.astype(np.float32) for key, value in outputs.items()}
        save(Path(f"tests/golden/blaze_face_{name}.safetensors"), tensors, {})


if __name__ == "__main__":
    main()
