"""The clips of a training in one piece, on the processor or the graphics card, to be cut from many at a time."""
import numpy as np
import torch
from torch import Tensor

from .dataset import Clip


class ClipStore:
    """What is the same for all cuts is numpy [clips]; images and sounds are tensors on the device."""

    def __init__(self, clips: list[Clip], device: torch.device) -> None:
        self.device = device
        self.corpus = np.array([clip.corpus for clip in clips])
        self.speaker = np.array([f"{clip.corpus}/{clip.speaker}" for clip in clips])
        self.offset = np.array([clip.offset for clip in clips], float)
        self.gate = np.array([clip.speech_rms for clip in clips], np.float32)
        self.first_frame = np.array([clip.first_frame for clip in clips])
        self.lips = np.array([clip.lips for clip in clips]).reshape(-1, 2)
        self.heard = np.array([clip.heard for clip in clips]).reshape(-1, 2)
        self.frames = np.array([len(clip.crops) for clip in clips])
        self.samples = np.array([len(clip.sound) for clip in clips])
        self.crops = torch.from_numpy(np.concatenate([clip.crops for clip in clips])).to(device)
        self.sound = torch.from_numpy(np.concatenate([clip.sound for clip in clips])).to(device)
        self.crops_at = np.concatenate([[0], self.frames.cumsum()[:-1]])
        self.sound_at = np.concatenate([[0], self.samples.cumsum()[:-1]])

    def __len__(self) -> int:
        return len(self.frames)

    def column(self, values: np.ndarray) -> Tensor:
        """[clips] -> [clips, 1] on the device."""
        return torch.as_tensor(values, device=self.device)[:, None]

    def images(self, clips: np.ndarray, times: np.ndarray) -> Tensor:
        """float [B, L, 80, 80] as seen at `times` [B, L], frames of each clip's own clock; between two frames both show."""
        shown = np.clip(times - self.first_frame[clips, None], 0, self.frames[clips, None] - 1)
        earlier = np.minimum(shown.astype(int), self.frames[clips, None] - 2)
        part = torch.from_numpy((shown - earlier).astype(np.float32)).to(self.device)[..., None, None]
        index = torch.from_numpy(self.crops_at[clips, None] + earlier).to(self.device)
        return torch.lerp(self.crops[index].float(), self.crops[index + 1].float(), part)

    def sounds(self, clips: np.ndarray, places: Tensor) -> Tensor:
        """float [B, N] in -1..1 at `places` f64 [B, N], samples of each clip's own clock; what lies outside of it means nothing."""
        last = self.column(self.samples[clips] - 1)
        places = torch.minimum(places.clamp(min=0), last)
        earlier = torch.minimum(places.long(), last - 1)
        index = self.column(self.sound_at[clips]) + earlier
        return torch.lerp(self.sound[index].float(), self.sound[index + 1].float(), (places - earlier).float()) / 32768.0
