"""SyncNet as published ("Out of time: automated lip sync in the wild", Chung & Zisserman 2016), in PyTorch.

Written from the published architecture, so that its state dict has the names and shapes of `syncnet_v2.model`.
Offline only: it makes golden files (make_golden.py) and is the other side of bench/official.py.
"""
from torch import Tensor, nn

EMBEDDING = 1024


def audio_layer(inputs: int, outputs: int, kernel: tuple[int, int] = (3, 3), padding: tuple[int, int] = (1, 1)) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, kernel, padding=padding), nn.BatchNorm2d(outputs), nn.ReLU()]


def lip_layer(inputs: int, outputs: int, kernel: tuple[int, int, int], stride: int = 1, padding: int = 0) -> list[nn.Module]:
    return [nn.Conv3d(inputs, outputs, kernel, (1, stride, stride), (0, padding, padding)), nn.BatchNorm3d(outputs), nn.ReLU()]


def head() -> nn.Sequential:
    return nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, EMBEDDING))


class SyncNetV2(nn.Module):
    """Audio [N, 1, 13, 20] MFCCs and lips [N, 3, 5, 224, 224] BGR 0..255 -> embeddings [N, 1024] each."""

    def __init__(self) -> None:
        super().__init__()
        self.netcnnaud = nn.Sequential(
            *audio_layer(1, 64), nn.MaxPool2d(1, 1),
            *audio_layer(64, 192), nn.MaxPool2d(3, (1, 2)),
            *audio_layer(192, 384), *audio_layer(384, 256), *audio_layer(256, 256), nn.MaxPool2d(3, 2),
            *audio_layer(256, 512, (5, 4), (0, 0)))
        self.netfcaud = head()
        self.netfclip = head()
        self.netcnnlip = nn.Sequential(
            *lip_layer(3, 96, (5, 7, 7), 2), nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *lip_layer(96, 256, (1, 5, 5), 2, 1), nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            *lip_layer(256, 256, (1, 3, 3), 1, 1), *lip_layer(256, 256, (1, 3, 3), 1, 1),
            *lip_layer(256, 256, (1, 3, 3), 1, 1), nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *lip_layer(256, 512, (1, 6, 6)))

    def audio(self, mfcc: Tensor) -> Tensor:
        return self.netfcaud(self.netcnnaud(mfcc).flatten(1))

    def lip_features(self, frames: Tensor) -> Tensor:
        """What demo_feature.py of the reference writes: [N, 512], before the head."""
        return self.netcnnlip(frames).flatten(1)

    def lips(self, frames: Tensor) -> Tensor:
        return self.netfclip(self.lip_features(frames))
