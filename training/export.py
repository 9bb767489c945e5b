"""Writes <name>.safetensors for the C++ side, and <name>_golden.safetensors for its test.

Batch normalisation is folded into the convolutions, so that every layer is: convolution with bias, then ReLU unless
said. `residual` layers compute  x + relu(conv(x)).  Tensors are float16, C-contiguous, weights in OIHW. Layer NAME
has the tensors NAME.weight [O, I, KH, KW] and NAME.bias [O]. All convolutions are cross-correlations, as in PyTorch.

LIP TOWER. Input: F grey frames of 64x64, values 0..255 (the centre of the 80x80 crop, rows and columns 8..71).
Window k (k = 0..F-5) = frames k..k+4 as 5 channels (channel 0 = frame k), standardised as a whole:
(x - mean) / (std + 4.0), mean and population std over all 5*64*64 values.

  name        weight               stride  pad    output of one window
  lip.stem    [ 32,   5, 5, 5]     2,2     2,2    32 x 32x32
  lip.conv1   [ 64,  32, 3, 3]     2,2     1,1    64 x 16x16
  lip.conv2   [ 64,  64, 3, 3]     1,1     1,1    64 x 16x16   residual
  lip.conv3   [128,  64, 3, 3]     2,2     1,1    128 x 8x8
  lip.conv4   [128, 128, 3, 3]     1,1     1,1    128 x 8x8    residual
  lip.conv5   [192, 128, 3, 3]     2,2     1,1    192 x 4x4
  lip.conv6   [256, 192, 4, 4]     1,1     0,0    256 x 1x1
The F-4 vectors of 256 become an image [256, 1, F-4] (width = time), column k belongs to frame k + 2. Before the first and
behind the last stand 12 more of each, the same as they (`held`). Then, as lip.context:

CONTEXT HEAD of both towers, over T + 24 columns.

  name           weight               dilation  output
  context.time1  [256, 256, 1, 5]     1         256 x 1x(T+20)
  context.time2  [256, 256, 1, 3]     1         256 x 1x(T+18)
  context.time3  [256, 256, 1, 3]     2         256 x 1x(T+14)   residual: the middle of the input is added
  context.time4  [256, 256, 1, 3]     3         256 x 1x(T+8)    residual
  context.time5  [256, 256, 1, 3]     4         256 x 1xT        residual
  context.out    [129, 256, 1, 1]     1         129 x 1xT        no ReLU
The first 128 of each column are divided by max(their L2 norm, 1e-12): the embedding. The sigmoid of the last is its
reliability.

SOUND TOWER. Input: the normalised mel of mel.py as [1, 40, M]: height = band (0 is the lowest), width = mel frame.

  name        weight               stride(h,w)  pad(h,w)   output, M mel frames
  sound.conv1 [ 32,   1, 5, 5]     2,1          2,0        32 x 20 x (M-4)
  sound.conv2 [ 64,  32, 3, 3]     2,2          1,0        64 x 10 x m2,  m2 = (M-7)/2 + 1   (integer division)
  sound.conv3 [128,  64, 3, 3]     2,2          1,0        128 x 5 x m3,  m3 = (m2-3)/2 + 1 = (M-11)/4 + 1
  sound.conv4 [256, 128, 5, 1]     1,1          0,0        256 x 1 x m3
Column j belongs to frame j + 1: it has seen mel frames 4i-4 .. 4i+6, whose middle is the middle of video frame i. Then
12 more at either end, and sound.context as above.

SPEECH HEAD. Input [2, 40, M]: channel 0 the normalised mel, channel 1 the raw mel as (log_mel + 6) * 0.1.

  name         weight              stride(h,w)  pad(h,w)   output
  speech.conv1 [16,  2, 5, 5]      2,1          2,0        16 x 20 x (M-4)
  speech.conv2 [24, 16, 3, 3]      2,2          1,0        24 x 10 x m2
  speech.conv3 [32, 24, 3, 3]      2,2          1,0        32 x 5 x m3
  speech.conv4 [48, 32, 5, 1]      1,1          0,0        48 x 1 x m3
  speech.time1 [48, 48, 1, 5]      1,1          0,0        48 x 1 x (m3-4)
  speech.time2 [48, 48, 1, 3]      1,1          0,0        48 x 1 x (m3-6)
  speech.out   [ 1, 48, 1, 1]      1,1          0,0        1 x 1 x (m3-6)     no ReLU: a logit
Column j is the logit of 'speech is heard in video frame j + 4'; speech where it is > 0. m3-6 = (M-35)/4 + 1.

METADATA of the file (all strings): format "lipsync/2", fps "25", sample_rate "16000", crop "64", embedding "128",
lip_first "2", sound_first "1", and what the training said about itself (trained_on, steps).

GOLDEN FILE (float32; the outputs are those of the f16-rounded weights, computed in f32):
  crops [17, 64, 64]         whole numbers 0..255
  samples [20800]            whole numbers -32768..32767 (int16 values, 1.3 s)
  log_mel [40, M]            before the normalisation, M = 128
  mel [40, M]                after it
  lip_embeddings [13, 128]   i = 2..14, lip_reliability [13]
  sound_embeddings [30, 128] i = 1..30, sound_reliability [30]
  speech_logits [24]         i = 4..27
"""
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from . import mel, safetensors
from .networks import CROP, EMBEDDING, LIP_FIRST, SOUND_FIRST, ConvBlock, LipSync

FORMAT = "lipsync/2"
VERSION = "3.0"           # of the weights, told in every answer; raise it with every release
GOLDEN_FRAMES, GOLDEN_SAMPLES = 17, 20800


def folded_weights(model: nn.Module) -> dict[str, Tensor]:
    """Weights and biases of every layer, f32, batch normalisation folded in, in the order of the layers."""
    tensors: dict[str, Tensor] = {}
    for name, module in model.named_modules():
        if isinstance(module, ConvBlock):
            tensors[f"{name}.weight"], tensors[f"{name}.bias"] = module.folded()
        elif isinstance(module, nn.Conv2d) and name.endswith(".out"):
            tensors[f"{name}.weight"] = module.weight
            tensors[f"{name}.bias"] = module.bias
    return {name: tensor.detach().float() for name, tensor in tensors.items()}


def fold_into(model: nn.Module, tensors: dict[str, np.ndarray]) -> None:
    """Makes a model compute with exported weights: batch normalisations become the identity plus the bias.

    Layers that are not among the tensors (those of a speech head alone) stay untrained.
    """
    for name, module in model.named_modules():
        is_block = isinstance(module, ConvBlock)
        if not is_block and not name.endswith(".out") or f"{name}.weight" not in tensors:
            continue
        weight, bias = (torch.from_numpy(tensors[f"{name}.{part}"].astype(np.float32)) for part in ("weight", "bias"))
        (module.conv if is_block else module).weight.data.copy_(weight)
        if is_block:
            module.bn.running_var.fill_(1.0 - module.bn.eps)
            module.bn.weight.data.fill_(1.0)
        (module.bn if is_block else module).bias.data.copy_(bias)


def with_folded_weights(tensors: dict[str, np.ndarray]) -> LipSync:
    model = LipSync().eval()
    fold_into(model, tensors)
    return model


def golden(model: LipSync) -> dict[str, np.ndarray]:
    """Fixed random inputs and what the model makes of them, all float32."""
    random = np.random.default_rng(1)
    walk = random.normal(0, 12, (GOLDEN_FRAMES, CROP, CROP)).cumsum(axis=1).cumsum(axis=0) + 128
    crops = torch.from_numpy(np.clip(np.rint(walk), 0, 255)).float()
    envelope = 1.0 + np.sin(np.arange(GOLDEN_SAMPLES) * (2 * np.pi * 4 / mel.SAMPLE_RATE))
    samples = torch.from_numpy(np.clip(np.rint(random.normal(0, 3000, GOLDEN_SAMPLES) * envelope), -32768, 32767)).float()
    with torch.no_grad():
        log_mel = mel.log_mel(samples[None] / 32768.0)
        normal = mel.normalise(log_mel)
        (lip, lip_reliability), (sound, sound_reliability) = model.lip(crops[None]), model.sound(normal[:, None])
        outputs = {
            "crops": crops, "samples": samples, "log_mel": log_mel[0], "mel": normal[0],
            "lip_embeddings": lip[0], "lip_reliability": lip_reliability[0],
            "sound_embeddings": sound[0], "sound_reliability": sound_reliability[0],
            "speech_logits": model.speech(torch.stack([normal, mel.raw_scaled(log_mel)], 1))[0],
        }
    return {name: np.ascontiguousarray(tensor.numpy(), dtype=np.float32) for name, tensor in outputs.items()}


def export(model: LipSync, folder: Path, name: str, about: dict[str, str]) -> Path:
    """Returns the file for the product."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.numpy().astype(np.float16) for name, tensor in folded_weights(model).items()}
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise ValueError("a weight does not fit float16")
    metadata = {"format": FORMAT, "version": VERSION, "fps": "25", "sample_rate": str(mel.SAMPLE_RATE), "crop": str(CROP),
                "embedding": str(EMBEDDING), "lip_first": str(LIP_FIRST), "sound_first": str(SOUND_FIRST), **about}
    file = folder / f"{name}.safetensors"
    safetensors.save(file, tensors, metadata)
    safetensors.save(folder / f"{name}_golden.safetensors", golden(with_folded_weights(tensors)), {"format": "lipsync-golden/1"})
    return file


def load_exported(path: Path) -> LipSync:
    """What the product will compute."""
    return with_folded_weights(safetensors.load(path)[0])
