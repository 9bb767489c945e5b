"""Full-size files of the published networks with made-up weights, in PyTorch's containers, without PyTorch."""
from pathlib import Path

import numpy as np

from . import made_up
from .torch_files import legacy

GOLDEN = Path(__file__).parent.parent / "golden"

SYNCNET_LAYERS = {
    "netcnnlip": {0: (96, 3, 5, 7, 7), 4: (256, 96, 1, 5, 5), 8: (256, 256, 1, 3, 3), 11: (256, 256, 1, 3, 3), 14: (256, 256, 1, 3, 3),
                  18: (512, 256, 1, 6, 6)},
    "netcnnaud": {0: (64, 1, 3, 3), 4: (192, 64, 3, 3), 8: (384, 192, 3, 3), 11: (256, 384, 3, 3), 14: (256, 256, 3, 3), 18: (512, 256, 5, 4)},
    "netfclip": {0: (512, 512), 3: (1024, 512)},
    "netfcaud": {0: (512, 512), 3: (1024, 512)},
}
VGG = {0: (64, 3), 2: (64, 64), 5: (128, 64), 7: (128, 128), 10: (256, 128), 12: (256, 256), 14: (256, 256), 17: (512, 256), 19: (512, 512),
       21: (512, 512), 24: (512, 512), 26: (512, 512), 28: (512, 512), 31: (1024, 512)}
EXTRAS = {0: (256, 1024, 1, 1), 1: (512, 256, 3, 3), 2: (128, 512, 1, 1), 3: (256, 128, 3, 3)}
HEADS = ((256, 4), (512, 2), (512, 2), (1024, 2), (512, 2), (256, 2))


def safetensors(path: Path) -> dict[str, np.ndarray]:
    import json
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    return {name: np.frombuffer(content[start + e["data_offsets"][0]:start + e["data_offsets"][1]], "<f4").reshape(e["shape"])
            for name, e in header.items() if e["dtype"] == "F32"}


def layer(name: str, kernel: tuple[int, ...]) -> dict[str, np.ndarray]:
    return {f"{name}.weight": made_up.tensor(f"{name}.weight", kernel), f"{name}.bias": made_up.tensor(f"{name}.bias", kernel[:1])}


def syncnet_v2() -> dict[str, np.ndarray]:
    """With the statistics that its batch normalisations have on made-up input (make_golden.py)."""
    golden = safetensors(GOLDEN / "syncnet_v2.safetensors")
    tensors = {}
    for part, layers in SYNCNET_LAYERS.items():
        for index, kernel in layers.items():
            tensors |= layer(f"{part}.{index}", kernel)
            if (part, index) in (("netfclip", 3), ("netfcaud", 3)):
                continue
            norm = f"{part}.{index + 1}"
            tensors |= {f"{norm}.{name}": made_up.tensor(f"{norm}.{name}", kernel[:1]) for name in ("weight", "bias")}
            tensors |= {f"{norm}.{name}": golden[f"{norm}.{name}"] for name in ("running_mean", "running_var")}
    return tensors


def s3fd() -> dict[str, np.ndarray]:
    golden = safetensors(GOLDEN / "s3fd.safetensors")
    tensors = {}
    for index, (out, into) in VGG.items():
        tensors |= layer(f"vgg.{index}", (out, into, 3, 3))
    tensors |= layer("vgg.33", (1024, 1024, 1, 1))
    for index, kernel in EXTRAS.items():
        tensors |= layer(f"extras.{index}", kernel)
    tensors |= {name: golden[name] for name in ("L2Norm3_3.weight", "L2Norm4_3.weight", "L2Norm5_3.weight")}
    for index, (channels, classes) in enumerate(HEADS):
        tensors |= layer(f"loc.{index}", (4, channels, 3, 3)) | layer(f"conf.{index}", (classes, channels, 3, 3))
    return tensors


def write(folder: Path) -> tuple[Path, Path]:
    """`syncnet_v2.model` and `sfd_face.pth`, as saved from a GPU by an old PyTorch; 144 MB."""
    folder.mkdir(parents=True, exist_ok=True)
    sync, detector = folder / "syncnet_v2.model", folder / "sfd_face.pth"
    sync.write_bytes(legacy(syncnet_v2(), location="cuda:0"))
    detector.write_bytes(legacy(s3fd(), location="cuda:0"))
    return sync, detector
