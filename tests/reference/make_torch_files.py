#!/usr/bin/python3
"""Writes tests/golden/torch/: small files as torch.save writes them, in both containers, and what they hold.

Needs Debian's python3-torch. Run from the project's root:
  /usr/bin/python3 -m tests.reference.make_torch_files
"""
import collections
import io
from pathlib import Path

import numpy as np
import torch

from training.safetensors import save

from .torch_files import MALICIOUS, legacy

FOLDER = Path("tests/golden/torch")


def tensors() -> dict[str, torch.Tensor]:
    base = torch.arange(24, dtype=torch.float32) / 8
    return collections.OrderedDict([
        ("conv.weight", base.reshape(2, 3, 2, 2).clone()),
        ("conv.bias", torch.tensor([1.5, -2.5])),
        ("transposed.weight", base.reshape(4, 6).t()),      # a view, strides swapped
        ("part.weight", base[5:11].reshape(2, 3)),          # of the same storage, with an offset
        ("half.weight", torch.tensor([[0.5, 65504.0]], dtype=torch.float16)),
        ("bf16.weight", torch.tensor([[0.5, -3.0]], dtype=torch.bfloat16)),
        ("double.weight", torch.tensor([[0.25, 1e300 * 0 + 7.0]], dtype=torch.float64)),
        ("scalar.weight", torch.tensor(3.0)),
        ("bn.num_batches_tracked", torch.tensor(7)),
    ])


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    state = tensors()
    torch.save(state, FOLDER / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(state, FOLDER / "zip.pt")
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))      # OrderedDict with _metadata, Parameters
    torch.manual_seed(1)
    torch.save({"state_dict": model.state_dict(), "epoch": 3, "lr": 0.5}, FOLDER / "nested.pt")
    wrapped = collections.OrderedDict((f"__S__.{name}", value) for name, value in state.items())
    torch.save(wrapped, FOLDER / "module.pt", _use_new_zipfile_serialization=False)
    (FOLDER / "malicious.pt").write_bytes(MALICIOUS)
    # Ours, without PyTorch: PyTorch must read it the same.
    made = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "a.bias": np.array([1.0, 2.0], np.float32)}
    content = legacy(made, location="cuda:0")
    read = torch.load(io.BytesIO(content), map_location="cpu")
    assert all(np.array_equal(read[name].numpy(), value) for name, value in made.items())
    (FOLDER / "cuda.pt").write_bytes(content)
    save(FOLDER / "expected.safetensors",
         {name: np.array(value.float().numpy(), order="C") for name, value in state.items() if value.is_floating_point()}
         | {f"nested.{name}": value.float().numpy() for name, value in model.state_dict().items() if value.is_floating_point()}, {})


if __name__ == "__main__":
    main()
