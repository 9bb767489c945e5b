"""The networks of LipSync: a lip tower and a sound tower that meet in one 128-d space, and a speech head.

No convolution is padded with zeros in TIME: the towers would learn how far they are from the end of a clip, which gives the
training answer away and means nothing on real video. Beyond its ends a stretch of features stands still (`held`); that
tells the same of both ends, and in training the ends of lips and sound lie apart at random. Space and frequency may be padded.

Everything is Conv2d. Temporal convolutions are (1, K) kernels over [batch, channels, 1, time], so that one kind of
layer has to be exported and executed. The exact table of layers is in export.py.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

EMBEDDING = 128         # dimensions of the shared space
CROP = 64               # pixels: side of the square that the lip tower sees
STORED_CROP = 80        # pixels: side of the stored crops; the margin is for augmentation
WINDOW = 5              # video frames that are the channels of one image window
CONTEXT = 12            # features on either side that an embedding sees; held where there are none
DILATIONS = (2, 3, 4)   # of the three last layers in time
LIP_FIRST = 2           # the first lip embedding belongs to video frame 2; its feature sees frames i-2 .. i+2
SOUND_HOP = 4           # mel frames per video frame
SOUND_FIELD = 11        # mel frames that one sound feature sees
SOUND_FIRST = 1         # the first sound embedding belongs to video frame 1; its feature sees mel frames 4i-4 .. 4i+6
SPEECH_FIELD = 35       # mel frames that one logit of the speech head sees
SPEECH_FIRST = 4        # the first logit belongs to video frame 4: mel frames 4i-16 .. 4i+18
SURE = 2.0              # what an untrained tower thinks of its embeddings, a logit


class ConvBlock(nn.Module):
    """Convolution without bias, batch normalisation, ReLU. `residual` adds the middle of the input after the ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int] = (1, 1),
                 padding: tuple[int, int] = (0, 0), dilation: int = 1, residual: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.residual = residual
        self.fixed: tuple[Tensor, Tensor] | None = None

    def folded(self) -> tuple[Tensor, Tensor]:
        """Kernel and bias of the convolution that computes the same in evaluation mode."""
        scale = self.bn.weight / (self.bn.running_var + self.bn.eps).sqrt()
        return self.conv.weight * scale[:, None, None, None], self.bn.bias - self.bn.running_mean * scale

    def fix(self) -> None:
        """Not to be trained any more; then the normalisation, half of the work in training, is folded away."""
        self.requires_grad_(False)
        kernel, bias = self.folded()
        self.fixed = kernel.detach().contiguous(memory_format=torch.channels_last), bias.detach()

    def forward(self, x: Tensor) -> Tensor:
        if self.fixed is None:
            y = F.relu_(self.bn(self.conv(x)))
        else:
            y = F.relu_(F.conv2d(x, *self.fixed, self.conv.stride, self.conv.padding, self.conv.dilation))
        if not self.residual:
            return y
        beside = (x.shape[3] - y.shape[3]) // 2
        return x[..., beside:x.shape[3] - beside] + y


def held(x: Tensor, first: Tensor | None = None, end: Tensor | None = None) -> Tensor:
    """[B, C, 1, T] -> [B, C, 1, T + 2 CONTEXT]: beyond the features [first, end) of each row (all by default) they stand still."""
    clips, _, _, length = x.shape
    column = torch.arange(-CONTEXT, length + CONTEXT, device=x.device).expand(clips, -1)
    lo = torch.zeros_like(column[:, :1]) if first is None else first[:, None]
    hi = torch.full_like(column[:, :1], length) if end is None else end[:, None]
    column = torch.minimum(torch.maximum(column, lo), hi - 1)
    return x.gather(3, column[:, None, None].expand(-1, x.shape[1], -1, -1))


class ContextHead(nn.Module):
    """Features [B, 256, 1, T + 2 CONTEXT] -> unit embeddings f32 [B, T, 128] and how far each is to be relied on, f32 [B, T], 0..1."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.time1 = ConvBlock(256, 256, (1, 5))
        self.time2 = ConvBlock(256, 256, (1, 3))
        self.time3, self.time4, self.time5 = (ConvBlock(256, 256, (1, 3), dilation=dilation, residual=True) for dilation in DILATIONS)
        for block in (self.time3, self.time4, self.time5):
            nn.init.constant_(block.bn.weight, 0.2)     # they begin as a small addition
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Conv2d(256, EMBEDDING + 1, 1)
        nn.init.constant_(self.out.bias[EMBEDDING:], SURE)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        for layer in (self.time1, self.time2, self.time3, self.time4, self.time5):
            x = layer(x)
        out = self.out(self.dropout(x)).float().squeeze(2).transpose(1, 2)
        return F.normalize(out[..., :EMBEDDING], dim=2, eps=1e-12), torch.sigmoid(out[..., EMBEDDING])


def image_windows(frames: Tensor) -> Tensor:
    """[B, F, 64, 64] grey levels 0..255 -> standardised windows [B*(F-4), 5, 64, 64]; channel 0 is the oldest frame.

    One mean and one (population) deviation over the whole window: contrast between frames is kept, the light is not.
    """
    frames = frames.float() - 128.0     # centred, so that mean(x^2) - mean(x)^2 keeps its digits
    mean = frames.mean((2, 3)).unfold(1, WINDOW, 1).mean(2)
    square = frames.square().mean((2, 3)).unfold(1, WINDOW, 1).mean(2)
    gain = 1.0 / ((square - mean.square()).clamp(min=0.0).sqrt() + 4.0)
    gain, mean = gain[:, :, None, None], mean[:, :, None, None]
    clips, count = mean.shape[:2]
    # Channel by channel, straight into the layout and type of the convolutions: these are many bytes.
    small = not frames.is_cuda and torch.is_autocast_cpu_enabled()
    windows = torch.empty(clips * count, WINDOW, *frames.shape[2:], memory_format=torch.channels_last, device=frames.device,
                          dtype=torch.get_autocast_cpu_dtype() if small else torch.float32)
    for channel in range(WINDOW):
        windows[:, channel] = frames[:, channel:channel + count].sub(mean).mul_(gain).flatten(0, 1)
    return windows


class LipTower(nn.Module):
    """Grey mouth crops [B, F, 64, 64] (0..255) -> embeddings and reliability of F-4 frames; output k belongs to frame k+2."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.stem = ConvBlock(WINDOW, 32, (5, 5), (2, 2), (2, 2))       # 32x32
        self.conv1 = ConvBlock(32, 64, (3, 3), (2, 2), (1, 1))          # 16x16
        self.conv2 = ConvBlock(64, 64, (3, 3), (1, 1), (1, 1), residual=True)
        self.conv3 = ConvBlock(64, 128, (3, 3), (2, 2), (1, 1))         # 8x8
        self.conv4 = ConvBlock(128, 128, (3, 3), (1, 1), (1, 1), residual=True)
        self.conv5 = ConvBlock(128, 192, (3, 3), (2, 2), (1, 1))        # 4x4
        self.conv6 = ConvBlock(192, 256, (4, 4))                        # 1x1
        self.context = ContextHead(dropout)
        self.edges_fixed = False

    def edges(self) -> tuple[ConvBlock, ...]:
        """The layers that see no more than parts of a mouth and how they move: most of the work, and the same for every face."""
        return self.stem, self.conv1, self.conv2, self.conv3, self.conv4

    def fix_edges(self) -> None:
        """Trains the other layers only."""
        self.edges_fixed = True
        for layer in self.edges():
            layer.fix()

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.edges_fixed):
            x = image_windows(frames)
            for layer in self.edges():
                x = layer(x)
        for layer in (self.conv5, self.conv6):
            x = layer(x)
        x = x.flatten(1).unflatten(0, (frames.shape[0], -1)).transpose(1, 2).unsqueeze(2)   # [B, 256, 1, F-4]
        return self.context(held(x))


class SoundTrunk(nn.Module):
    """Mel frames [B, C, 40, M] -> features [B, widths[3], 1, (M-11)//4 + 1], one per video frame from frame 1 on."""

    def __init__(self, channels: int, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        a, b, c, d = widths
        self.conv1 = ConvBlock(channels, a, (5, 5), (2, 1), (2, 0))     # 20 bands
        self.conv2 = ConvBlock(a, b, (3, 3), (2, 2), (1, 0))            # 10 bands, 50 Hz
        self.conv3 = ConvBlock(b, c, (3, 3), (2, 2), (1, 0))            # 5 bands, 25 Hz
        self.conv4 = ConvBlock(c, d, (5, 1))                            # 1 band

    def features(self, x: Tensor) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = layer(x)
        return x


class SoundTower(SoundTrunk):
    """Normalised mel [B, 1, 40, M] -> embeddings and reliability of (M-11)//4 + 1 frames; output j belongs to video frame j+1.

    `first`, `end` int64 [B]: training's ends of the sound, as features.
    """

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__(1, (32, 64, 128, 256))
        self.context = ContextHead(dropout)

    def forward(self, mel: Tensor, first: Tensor | None = None, end: Tensor | None = None) -> tuple[Tensor, Tensor]:
        return self.context(held(self.features(mel), first, end))


class SpeechHead(SoundTrunk):
    """Normalised and raw mel [B, 2, 40, M] -> logits [B, (M-35)//4 + 1] of 'speech is heard in video frame j+4'.

    A net of its own: features shared with the sound tower would pull that one towards what tells speech from noise.
    """

    def __init__(self) -> None:
        super().__init__(2, (16, 24, 32, 48))
        self.time1 = ConvBlock(48, 48, (1, 5))
        self.time2 = ConvBlock(48, 48, (1, 3))
        self.out = nn.Conv2d(48, 1, 1)

    def forward(self, mel: Tensor) -> Tensor:
        return self.out(self.time2(self.time1(self.features(mel)))).float().flatten(1)


class LipSync(nn.Module):
    """The three networks under the names that the exported file uses."""

    def __init__(self) -> None:
        super().__init__()
        self.lip = LipTower()
        self.sound = SoundTower()
        self.speech = SpeechHead()
