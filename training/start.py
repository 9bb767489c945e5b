"""Begins a training with exported weights: other clips, other people, but not from nothing.

Exported layers have their batch normalisation folded in. Taken apart again it has to normalise by what it will see, or the
first step in training mode would undo what was learned; so what goes through each layer is measured on a few batches.
"""
from pathlib import Path
from typing import Callable, Iterator

import torch
from torch import nn

from . import safetensors
from .batches import Batch
from .export import with_folded_weights
from .networks import ConvBlock, LipSync

BATCHES = 8


class Statistics:
    """Mean and variance per channel of what a convolution gives."""

    def __init__(self) -> None:
        self.count, self.sum, self.square = 0, 0.0, 0.0

    def __call__(self, _layer: nn.Module, _inputs: tuple, output: torch.Tensor) -> None:
        values = output.double()
        self.count += values.numel() // values.shape[1]
        self.sum = self.sum + values.sum((0, 2, 3))
        self.square = self.square + values.square().sum((0, 2, 3))

    def moments(self) -> tuple[torch.Tensor, torch.Tensor]:
        mean = self.sum / self.count
        return mean.float(), (self.square / self.count - mean.square()).clamp(min=1e-6).float()


@torch.no_grad()
def unfold(model: nn.Module, run: Callable[[], object]) -> None:
    """Sets the normalisations of a model with folded weights up, so that it computes what it did. `run` sends typical input through."""
    blocks = [module for module in model.modules() if isinstance(module, ConvBlock)]
    statistics = [Statistics() for _ in blocks]
    hooks = [block.conv.register_forward_hook(seen) for block, seen in zip(blocks, statistics)]
    run()
    for hook in hooks:
        hook.remove()
    for block, seen in zip(blocks, statistics):
        mean, variance = seen.moments()
        block.bn.running_mean.copy_(mean)
        block.bn.running_var.copy_(variance)
        block.bn.weight.copy_((variance + block.bn.eps).sqrt())
        block.bn.bias.add_(mean)


def load_start(path: Path, batches: Iterator[Batch], device: torch.device = torch.device("cpu")) -> LipSync:
    """A model that computes what the file does, ready to be trained. The batches lie on the same device."""
    model = with_folded_weights(safetensors.load(path)[0]).to(device)

    def run() -> None:
        for _ in range(BATCHES):
            batch = next(batches)
            clips = len(batch.frames)
            model.lip(batch.frames)
            model.sound(batch.mel[:clips, :1], batch.first, batch.end)
            model.speech(batch.mel)

    unfold(model, run)
    return model.to(memory_format=torch.channels_last)
