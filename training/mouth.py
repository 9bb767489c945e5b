"""Trains the mouth head: can the mouth be read in this crop, or is there something before it, or no mouth at all?

  python3 -m training.mouth --data DIR --out mouth.safetensors --minutes 12

DIR is what prepare.py wrote with --side 176: what lies around a mouth shows what is no mouth. Ends with a table: how often real crops of the validation clips are called unreadable (false
alarms) and how often each kind of made-up unreadable crop is found. graft.py puts the tensors beside those of a model.

MOUTH HEAD. Input: one grey crop of 64x64 (0..255) as 2 channels: (x - mean) / (std + 4.0), and log(std + 4.0) - 3.5 everywhere,
so that an image without contrast shows. Every layer is a convolution with bias, then ReLU but for the last.

  name        weight           stride  pad    output
  mouth.conv1 [16,  2, 5, 5]   2,2     2,2    16 x 32x32
  mouth.conv2 [24, 16, 3, 3]   2,2     1,1    24 x 16x16
  mouth.conv3 [32, 24, 3, 3]   2,2     1,1    32 x 8x8
  mouth.conv4 [48, 32, 3, 3]   2,2     1,1    48 x 4x4
  mouth.conv5 [64, 48, 4, 4]   1,1     0,0    64 x 1x1
  mouth.out   [ 1, 64, 1, 1]   1,1     0,0    1 x 1x1     a logit: the mouth can be read
"""
import argparse
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import safetensors
from .export import folded_weights, fold_into
from .mouth_images import KINDS, READABLE_KINDS, make
from .networks import CROP, ConvBlock

BATCH = 128
SIDE = 176              # pixels of the crops that are cut: from the eyes to below the chin
EVERY = 5               # frames: neighbours show the same
LEARNING_RATE = 2e-3
AVERAGE = 0.995         # of the weights, per step
READABLE = 0.3          # the probability from which a mouth is called readable; src/face/mouth_reader.h has it, too
MEASURED = 400          # crops of each kind in the table
SHARE = dict(zip(KINDS, (0.32, 0.18, *(0.05,) * 6, 0.07, 0.01, 0.05, 0.03, 0.02, 0.02)))    # of a batch; half of it can be read


class MouthHead(nn.Module):
    """Grey crops [B, 64, 64] (0..255) -> logits [B]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = ConvBlock(2, 16, (5, 5), (2, 2), (2, 2))
        self.conv2 = ConvBlock(16, 24, (3, 3), (2, 2), (1, 1))
        self.conv3 = ConvBlock(24, 32, (3, 3), (2, 2), (1, 1))
        self.conv4 = ConvBlock(32, 48, (3, 3), (2, 2), (1, 1))
        self.conv5 = ConvBlock(48, 64, (4, 4))
        self.dropout = nn.Dropout(0.2)
        self.out = nn.Conv2d(64, 1, 1)

    def forward(self, crops: Tensor) -> Tensor:
        crops = crops - 128.0
        spread = crops.std((1, 2), unbiased=False, keepdim=True) + 4.0
        normal = (crops - crops.mean((1, 2), keepdim=True)) / spread
        x = torch.stack([normal, (spread.log() - 3.5).expand_as(normal)], 1).contiguous(memory_format=torch.channels_last)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4, self.conv5):
            x = layer(x)
        return self.out(self.dropout(x)).flatten()


@dataclass
class Crops:
    """Every EVERY-th crop of some clips."""
    pixels: np.ndarray              # uint8 [N, 176, 176]
    person: np.ndarray              # [N] corpus/speaker

    @property
    def corpus(self) -> np.ndarray:
        return np.array([name.split("/")[0] for name in self.person])


def load_crops(folder: Path, split: str, corpora: set[str] | None) -> Crops:
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    wanted = [entry for entry in entries if entry["split"] == split and (corpora is None or entry["corpus"] in corpora)]
    pixels = [np.load(folder / f"{entry['name']}.crops.npy", mmap_mode="r")[::EVERY] for entry in wanted]
    narrowest = min((crops.shape[1] for crops in pixels), default=SIDE)
    if narrowest < SIDE:
        raise ValueError(f"{folder} has crops of {narrowest} pixels: cut them with --side {SIDE}")
    person = [np.full(len(crops), f"{entry['corpus']}/{entry['speaker']}") for crops, entry in zip(pixels, wanted)]
    return Crops(np.concatenate(pixels or [np.empty((0, CROP, CROP), np.uint8)]), np.concatenate(person or [np.empty(0, str)]))


def evenly(person: np.ndarray) -> np.ndarray:
    """How often each crop is drawn: a person's share grows with the root of how many crops there are of them."""
    _, which, count = np.unique(person, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(count[which])
    return weight / weight.sum()


def train(crops: Crops, minutes: float, seed: int = 1) -> MouthHead:
    """`minutes` of the processor's time. The average over the last steps, in evaluation mode."""
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model = MouthHead().to(memory_format=torch.channels_last)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=1e-3)
    weight = evenly(crops.person)
    start, step, shown = time.process_time(), 0, 0.0
    while (done := (time.process_time() - start) / (60 * minutes)) < 1 or step == 0:
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / 100) * max(0.01, math.cos(math.pi / 2 * min(done, 1.0)))
        kinds = random.choice(KINDS, BATCH, p=list(SHARE.values()))
        frames = make(random, crops.pixels[random.choice(len(weight), BATCH, p=weight)], kinds)
        loss = F.binary_cross_entropy_with_logits(model(frames), torch.from_numpy(np.isin(kinds, READABLE_KINDS)).float())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        keep = min(AVERAGE, step / (step + 10))
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - keep)
        shown += loss.item()
        if step % 100 == 0:
            print(f"step {step}, {done:.0%}: loss {shown / 100:.4f}", flush=True)
            shown = 0.0
    model.load_state_dict(average)
    return model.eval()


@torch.no_grad()
def probability(model: MouthHead, frames: Tensor) -> np.ndarray:
    return torch.cat([torch.sigmoid(model(part)) for part in frames.split(512)]).numpy() if len(frames) else np.empty(0)


def middle(pixels: np.ndarray) -> Tensor:
    margin = (pixels.shape[1] - CROP) // 2
    return torch.from_numpy(pixels[:, margin:margin + CROP, margin:margin + CROP].astype(np.float32))


def table(model: MouthHead, crops: Crops) -> dict[str, float]:
    """The share that is called unreadable: of real crops by corpus, and of made ones by kind."""
    random = np.random.default_rng(7)
    chance = probability(model, middle(crops.pixels))
    result = {f"real, {corpus}": float((chance[crops.corpus == corpus] < READABLE).mean()) for corpus in np.unique(crops.corpus)}
    result["real"] = float((chance < READABLE).mean())
    weight = evenly(crops.person)
    for kind in KINDS:
        chosen = random.choice(len(weight), MEASURED, p=weight)
        result[kind] = float((probability(model, make(random, crops.pixels[chosen], [kind] * MEASURED)) < READABLE).mean())
    return result


def export(model: MouthHead, file: Path) -> MouthHead:
    """Writes the file; returns the model that the product will compute."""
    tensors = {name: tensor.numpy().astype(np.float16) for name, tensor in folded_weights(nn.ModuleDict({"mouth": model})).items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    safetensors.save(file, tensors, {"format": "mouth/1"})
    return load_exported(file)


def load_exported(file: Path) -> MouthHead:
    """Of a file of its own, or of a model."""
    model = MouthHead()
    fold_into(nn.ModuleDict({"mouth": model}), safetensors.load(file)[0])
    return model.eval()


def golden(model: MouthHead) -> dict[str, np.ndarray]:
    """Fixed images, readable and not, and what the model makes of them, all float32: for the test of the C++ side."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:CROP, 0:CROP] - 31.5
    lips = 150 - 70 * np.exp(-((x / 14) ** 4) - (y / 3) ** 2) + random.normal(0, 4, (CROP, CROP))
    images = [lips, np.flipud(lips + y), np.full((CROP, CROP), 90), random.uniform(0, 255, (CROP, CROP)), 2 * x + 128,
                np.where(np.abs(y) < 12, 40, lips)]
    crops = torch.from_numpy(np.clip(np.rint(np.stack(images)), 0, 255).astype(np.float32))
    with torch.no_grad():
        return {"crops": crops.numpy(), "logits": model(crops).numpy()}


def train_head(data: Path, out: Path, minutes: float, corpora: set[str] | None = None, lenience: float = 0.0) -> dict[str, float]:
    """Trains, writes, and measures on the validation clips of all corpora."""
    model = train(load_crops(data, "train", corpora), minutes)
    model.out.bias.data += lenience
    model = export(model, out)
    return table(model, load_crops(data, "validation", None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--corpus", nargs="+", help="train on the clips of these corpora only")
    parser.add_argument("--lenience", type=float, default=0.0, help="is added to the logits: a head that has learned from few people finds others strange")
    parser.add_argument("--golden", type=Path, help="also write what the test of the C++ side compares with")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name, share in train_head(options.data, options.out, options.minutes, set(options.corpus) if options.corpus else None, options.lenience).items():
        print(f"{name:<20} {share:7.2%} called unreadable")
    if options.golden:
        safetensors.save(options.golden, golden(load_exported(options.out)), {"format": "mouth-golden/1"})


if __name__ == "__main__":
    main()
