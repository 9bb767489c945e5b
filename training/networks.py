"""The networks of LipSync: a lip tower and a sound tower that meet in one 128-d space, and a speech head.

Every convolution is 'valid' in TIME: with padding in time the towers learn how far they are from the end of a clip,
which gives the training answer away and means nothing on real video. Space and frequency may be padded.

Everything is Conv2d. Temporal convolutions are (1, K) kernels over [batch, channels, 1, time], so that one kind of
layer has to be exported and executed. The exact table of layers is in export.py.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

EMBEDDING = 128         # dimensions of the shared space
CROP = 64               # pixels: side of the square that the lip tower sees
STORED_CROP = 80        # pixels: side of the stored crops; the margin is for augmentation
WINDOW = 5              # video frames that are the channels of one picture window
LIP_REACH = 5           # lip embedding i sees video frames i-5 .. i+5
LIP_FIELD = 2 * LIP_REACH + 1
SOUND_FIELD = 35        # mel frames that one sound embedding sees
SOUND_HOP = 4           # mel frames per video frame
SOUND_FIRST = 4         # the first sound embedding belongs to video frame 4: mel frames 4i-16 .. 4i+18


class ConvBlock(nn.Module):
    """Convolution without bias, batch normalisation, ReLU. `residual` adds the input after the ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int] = (1, 1),
                 padding: tuple[int, int] = (0, 0), residual: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu_(self.bn(self.conv(x)))
        return x + y if self.residual else y


def unit_embeddings(x: Tensor) -> Tensor:
    """[B, 128, 1, T] of any float type -> f32 [B, T, 128] of length 1."""
    return F.normalize(x.float().squeeze(2).transpose(1, 2), dim=2, eps=1e-12)


def picture_windows(frames: Tensor) -> Tensor:
    """[B, F, 64, 64] grey levels 0..255 -> standardised windows [B*(F-4), 5, 64, 64]; channel 0 is the oldest frame.

    One mean and one (population) deviation over the whole window: contrast between frames is kept, the light is not.
    """
    frames = frames.float() - 128.0     # centred, so that mean(x^2) - mean(x)^2 keeps its digits
    mean = frames.mean((2, 3)).unfold(1, WINDOW, 1).mean(2)
    square = frames.square().mean((2, 3)).unfold(1, WINDOW, 1).mean(2)
    gain = 1.0 / ((square - mean.square()).clamp(min=0.0).sqrt() + 4.0)
    windows = frames.unfold(1, WINDOW, 1).permute(0, 1, 4, 2, 3)
    gain, mean = gain[:, :, None, None, None], mean[:, :, None, None, None]
    return ((windows - mean) * gain).flatten(0, 1)


class LipTower(nn.Module):
    """Grey mouth crops [B, F, 64, 64] (0..255) -> unit embeddings [B, F-10, 128]; output k belongs to frame k+5."""

    def __init__(self, dropout: float = 0.15) -> None:
        super().__init__()
        self.stem = ConvBlock(WINDOW, 32, (5, 5), (2, 2), (2, 2))       # 32x32
        self.conv1 = ConvBlock(32, 64, (3, 3), (2, 2), (1, 1))          # 16x16
        self.conv2 = ConvBlock(64, 64, (3, 3), (1, 1), (1, 1), residual=True)
        self.conv3 = ConvBlock(64, 128, (3, 3), (2, 2), (1, 1))         # 8x8
        self.conv4 = ConvBlock(128, 128, (3, 3), (1, 1), (1, 1), residual=True)
        self.conv5 = ConvBlock(128, 192, (3, 3), (2, 2), (1, 1))        # 4x4
        self.conv6 = ConvBlock(192, 256, (4, 4))                        # 1x1
        self.time1 = ConvBlock(256, 256, (1, 5))
        self.time2 = ConvBlock(256, 256, (1, 3))
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Conv2d(256, EMBEDDING, 1)

    def forward(self, frames: Tensor) -> Tensor:
        x = picture_windows(frames).contiguous(memory_format=torch.channels_last)
        for layer in (self.stem, self.conv1, self.conv2, self.conv3, self.conv4, self.conv5, self.conv6):
            x = layer(x)
        x = x.flatten(1).unflatten(0, (frames.shape[0], -1)).transpose(1, 2).unsqueeze(2)   # [B, 256, 1, F-4]
        x = self.time2(self.time1(x))
        return unit_embeddings(self.out(self.dropout(x)))


class SoundTrunk(nn.Module):
    """Mel frames [B, C, 40, M] -> features [B, widths[4], 1, (M-35)//4 + 1], one per video frame from frame 4 on."""

    def __init__(self, channels: int, widths: tuple[int, int, int, int, int]) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.conv1 = ConvBlock(channels, a, (5, 5), (2, 1), (2, 0))     # 20 bands
        self.conv2 = ConvBlock(a, b, (3, 3), (2, 2), (1, 0))            # 10 bands, 50 Hz
        self.conv3 = ConvBlock(b, c, (3, 3), (2, 2), (1, 0))            # 5 bands, 25 Hz
        self.conv4 = ConvBlock(c, d, (5, 1))                            # 1 band
        self.time1 = ConvBlock(d, e, (1, 5))
        self.time2 = ConvBlock(e, e, (1, 3))

    def features(self, x: Tensor) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4, self.time1, self.time2):
            x = layer(x)
        return x


class SoundTower(SoundTrunk):
    """Normalised mel [B, 1, 40, M] -> unit embeddings [B, (M-35)//4 + 1, 128]; output j belongs to video frame j+4."""

    def __init__(self, dropout: float = 0.15) -> None:
        super().__init__(1, (32, 64, 128, 256, 256))
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Conv2d(256, EMBEDDING, 1)

    def forward(self, mel: Tensor) -> Tensor:
        return unit_embeddings(self.out(self.dropout(self.features(mel))))


class SpeechHead(SoundTrunk):
    """Normalised and raw mel [B, 2, 40, M] -> logits [B, (M-35)//4 + 1] of 'speech is heard in video frame j+4'.

    A net of its own: features shared with the sound tower would pull that one towards what tells speech from noise.
    """

    def __init__(self) -> None:
        super().__init__(2, (16, 24, 32, 48, 48))
        self.out = nn.Conv2d(48, 1, 1)

    def forward(self, mel: Tensor) -> Tensor:
        return self.out(self.features(mel)).float().flatten(1)


class LipSync(nn.Module):
    """The three networks under the names that the exported file uses."""

    def __init__(self) -> None:
        super().__init__()
        self.lip = LipTower()
        self.sound = SoundTower()
        self.speech = SpeechHead()
