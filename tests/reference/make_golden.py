#!/usr/bin/python3
"""Writes tests/golden/{syncnet_v2,s3fd,face_crop}.safetensors: what PyTorch and numpy make of made-up weights and input.

Needs Debian's python3-torch, python3-opencv and python3-pil. Run from the project's root:
  /usr/bin/python3 -m tests.reference.make_golden
"""
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from training.safetensors import save

from . import made_up
from .mfcc import mfcc
from .s3fd import MEAN, S3fd, detect_faces
from .syncnet_v2 import SyncNetV2

GOLDEN = Path("tests/golden")
PHOTO = Path("scripts/sample/collins.jpg")
FRAMES, WINDOW, REACH = 40, 5, 15
ROWS = 6                        # embeddings that are kept whole


def fill(model: nn.Module) -> None:
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.from_numpy(made_up.tensor(name, tuple(value.shape)).reshape(value.shape)))


def settle(model: nn.Module, run) -> dict[str, np.ndarray]:
    """Gives every batch normalisation the statistics of what it sees, as training would have; returns them."""
    given = {}

    def look(name: str):
        def hook(layer: nn.Module, inputs: tuple[Tensor]) -> None:
            x = inputs[0].transpose(0, 1).flatten(1)
            layer.running_mean.copy_(x.mean(1))
            layer.running_var.copy_(x.var(1))
            given[f"{name}.running_mean"] = layer.running_mean.numpy().copy()
            given[f"{name}.running_var"] = layer.running_var.numpy().copy()
        return hook

    hooks = [layer.register_forward_pre_hook(look(name)) for name, layer in model.named_modules()
             if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d))]
    run()
    for hook in hooks:
        hook.remove()
    return given


def median_filter(x: np.ndarray, taps: int) -> np.ndarray:
    padded = np.pad(x, taps // 2)
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, taps), 1)


def syncnet() -> None:
    model = SyncNetV2().eval()
    fill(model)
    images, audio = made_up.crops(FRAMES), made_up.audio(FRAMES * 640)
    coefficients = mfcc(audio)
    count = FRAMES - WINDOW         # as the reference counts: one fewer than there are
    volume = torch.from_numpy(images).permute(3, 0, 1, 2).float()
    windows = torch.stack([volume[:, i:i + WINDOW] for i in range(count)])
    heard = torch.from_numpy(np.stack([coefficients[4 * i:4 * i + 20].T for i in range(count)])).float()[:, None]
    with torch.no_grad():
        given = settle(model, lambda: (model.lips(windows), model.audio(heard)))
        features, lips, ears = model.lip_features(windows), model.lips(windows), model.audio(heard)
        padded = torch.nn.functional.pad(ears, (0, 0, REACH, REACH))
        distances = torch.stack([
            torch.nn.functional.pairwise_distance(lips[[i]].repeat(2 * REACH + 1, 1), padded[i:i + 2 * REACH + 1])
            for i in range(count)])
    curve = distances.mean(0)
    least, best = curve.min(0)
    confidence = curve.median() - least
    framewise = median_filter((curve.median() - distances[:, best]).numpy(), 9)
    print(f"SyncNet: offset {REACH - int(best)}, confidence {float(confidence):.3f}, min dist {float(least):.3f}")
    save(GOLDEN / "syncnet_v2.safetensors", {
        "mfcc": coefficients.astype(np.float32), "features": features[:ROWS].numpy(), "lips": lips[:ROWS].numpy(),
        "sound": ears[:ROWS].numpy(), "distances": distances.numpy(), "framewise": framewise.astype(np.float32),
        "result": np.array([REACH - int(best), float(confidence), float(least)], np.float32), **given}, {})


def s3fd() -> None:
    model = S3fd().eval()
    fill(model)
    with torch.no_grad():
        for norm, scale in ((model.L2Norm3_3, 10), (model.L2Norm4_3, 8), (model.L2Norm5_3, 5)):
            norm.weight.mul_(scale)
    given = {f"{name}.weight": getattr(model, name).weight.detach().numpy() for name in ("L2Norm3_3", "L2Norm4_3", "L2Norm5_3")}
    tensors = {}
    photo = Image.open(PHOTO).convert("RGB")
    for name, size in (("usual", (160, 120)), ("odd", (217, 131))):
        rgb = np.asarray(photo.resize(size, Image.BILINEAR))
        image = torch.from_numpy(rgb.copy()).permute(2, 0, 1).float()[None]
        with torch.no_grad():
            scores, boxes = model(image - torch.tensor(MEAN)[:, None, None])
        faces = detect_faces(model, image, 0.6, (4.0 * size[0], 4.0 * size[1]))
        print(f"S3FD {size}: {len(faces)} faces of {int((scores > 0.05).sum())} likely, best {faces[:3].tolist()}")
        tensors |= {f"{name}.rgb": rgb, f"{name}.faces": faces.numpy()}
    save(GOLDEN / "s3fd.safetensors", {**tensors, **given}, {})


def face_crop() -> None:
    """The reference's crop of boxes in the middle, over the edges, tiny and large; every 8th row of it."""
    image = np.asarray(Image.open(PHOTO).convert("RGB").resize((217, 131), Image.BILINEAR))[:, :, ::-1]       # B, G, R
    poses = np.array([[108.3, 60.7, 31.2], [10.4, 12.9, 40.6], [205.5, 120.2, 55.5], [100.0, 70.0, 7.3], [110.0, 66.0, 112.0]])
    tensors = {"rgb": np.ascontiguousarray(image[:, :, ::-1]), "poses": poses.astype(np.float32)}
    for index, (x, y, half) in enumerate(poses.astype(np.float32).astype(float)):
        pad = int(half * 1.8)
        padded = np.pad(image, ((pad, pad), (pad, pad), (0, 0)), "constant", constant_values=110)
        top, bottom = int(y + pad - half), int(y + pad + half * 1.8)
        left, right = int(x + pad - half * 1.4), int(x + pad + half * 1.4)
        tensors[f"crop{index}"] = cv2.resize(padded[top:bottom, left:right], (224, 224))[::8]
    tensors["quarter"] = cv2.resize(np.ascontiguousarray(image[:128, :216, ::-1]), (0, 0), fx=0.25, fy=0.25)
    save(GOLDEN / "face_crop.safetensors", tensors, {})


if __name__ == "__main__":
    torch.manual_seed(0)
    face_crop()
    syncnet()
    s3fd()
