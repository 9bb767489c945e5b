"""Training batches: pictures and sounds cut from the clips at different places, degraded, with the known answer.

One batch has one length of pictures, L frames; its sounds are L + 30 frames long, so that the true place of the
picture in the sound is anywhere in 31 places. Where a clip has no sound for that long, the clip's own sound repeats, and
the embeddings that saw such a seam are marked as not valid.
"""
from dataclasses import dataclass
from typing import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from . import mel
from .augment_picture import augment_pictures, held_frames
from .augment_sound import augment_speech, not_speech
from .dataset import SAMPLES_PER_FRAME, SHORTEST, Clip
from .networks import LIP_FIELD, SOUND_FIELD, SOUND_FIRST, SOUND_HOP
from .sync import REACH
from .synthetic_sound import SoundPool

SHORT, LONGEST = 28, 50             # frames; broadcast clips only fill batches up to SHORT
SHORT_SHARE = 0.75                  # of the batches are short enough for every clip
PLACES = 2 * REACH + 1              # true places of the picture in the sound
SPEECH_HANGOVER = 2                 # frames around speech that still count as speech
FIELD_SAMPLES = (SOUND_FIELD - 1) * mel.HOP + mel.FRAME     # samples that one sound embedding has seen


@dataclass
class Batch:
    frames: Tensor          # uint8 [B, L, 64, 64]
    mel: Tensor             # f32 [B + S, 2, 40, M]: normalised and raw; the last S rows are not speech
    place: Tensor           # int64 [B]: lip embedding k belongs to sound embedding k + place, 1..31
    valid: Tensor           # bool [B, n + 31]: sound embeddings that saw only real sound; n = L - 10 lip embeddings
    speech: Tensor          # f32 [B + S, n + 31]: 1 where speech is heard
    speech_known: Tensor    # bool, same shape: false where others babble while the speaker pauses


def speech_activity(clean: Tensor, gate: Tensor) -> Tensor:
    """Clean sound [B, N] and its gate [B, 1] -> bool [B, N // 640]."""
    rms = clean.unflatten(1, (-1, SAMPLES_PER_FRAME)).square().mean(2).sqrt()
    loud = (rms > gate).float()
    return F.max_pool1d(loud[:, None], 2 * SPEECH_HANGOVER + 1, 1, SPEECH_HANGOVER)[:, 0] > 0.5


class BatchMaker(IterableDataset):
    """Makes random batches without end. `mix` gives the weight of each corpus; corpora too short for L sit out."""

    def __init__(self, clips: list[Clip], mix: dict[str, float], batch: int, not_speech_rows: int, seed: int) -> None:
        self.corpora = {corpus: [clip for clip in clips if clip.corpus == corpus] for corpus in mix}
        self.mix, self.batch, self.not_speech_rows, self.seed = mix, batch, not_speech_rows, seed

    def __iter__(self) -> Iterator[Batch]:
        self.pool = SoundPool(self.seed)
        random = np.random.default_rng(self.seed)
        torch.manual_seed(self.seed)
        while True:
            yield self.make(random)

    def choose(self, random: np.random.Generator, length: int) -> list[Clip]:
        """Clips with at least `length` frames; one clip comes twice only where a corpus has too few."""
        long_enough = {corpus: [clip for clip in clips if clip.lips[1] - clip.lips[0] >= length]
                       for corpus, clips in self.corpora.items()}
        corpora = [corpus for corpus, clips in long_enough.items() if clips]
        weights = np.array([self.mix[corpus] for corpus in corpora])
        counts = random.multinomial(self.batch, weights / weights.sum())
        chosen = []
        for corpus, count in zip(corpora, counts):
            clips = long_enough[corpus]
            chosen += [clips[k] for k in random.choice(len(clips), count, replace=count > len(clips))]
        return chosen

    def make(self, random: np.random.Generator) -> Batch:
        length = int(random.integers(SHORTEST, SHORT + 1) if random.random() < SHORT_SHARE
                     else random.integers(SHORT + 1, LONGEST + 1))
        clips = self.choose(random, length)
        shifts = random.integers(0, PLACES, len(clips))
        first = [int(random.integers(clip.lips[0], clip.lips[1] - length + 1)) for clip in clips]

        shown = [clip.crops[p - clip.first_frame + held_frames(random, length)] for clip, p in zip(clips, first)]
        frames = augment_pictures(random, torch.from_numpy(np.stack(shown)))

        samples = (length + 2 * REACH) * SAMPLES_PER_FRAME
        starts = [round((p - clip.offset - shift) * SAMPLES_PER_FRAME) for clip, p, shift in zip(clips, first, shifts)]
        sounds, valid = zip(*(self.cut_sound(clip, start, samples) for clip, start in zip(clips, starts)))
        clean = torch.from_numpy(np.stack(sounds))
        heard, babbled = augment_speech(random, clean, self.pool)
        nothing = not_speech(random, self.not_speech_rows, samples, self.pool)

        log_mel = mel.log_mel(torch.cat([heard, nothing]))
        embeddings = valid[0].shape[0]
        gate = torch.tensor([[clip.speech_rms] for clip in clips])
        speech = speech_activity(clean, gate)[:, SOUND_FIRST:SOUND_FIRST + embeddings].float()
        known = torch.ones(len(clips) + len(nothing), embeddings, dtype=torch.bool)
        known[babbled] = speech[babbled] > 0.5
        return Batch(frames=frames, mel=torch.stack([mel.normalise(log_mel), mel.raw_scaled(log_mel)], 1),
                     place=torch.from_numpy(shifts + (LIP_FIELD // 2 - SOUND_FIRST)),
                     valid=torch.from_numpy(np.stack(valid)),
                     speech=torch.cat([speech, torch.zeros(len(nothing), embeddings)]), speech_known=known)

    @staticmethod
    def cut_sound(clip: Clip, start: int, samples: int) -> tuple[np.ndarray, np.ndarray]:
        """float32 [samples] in -1..1 from sample `start` on (which may lie outside), and bool [embeddings]."""
        lo, hi = clip.heard
        index = lo + (start + np.arange(samples) - lo) % (hi - lo)
        embeddings = (mel.mel_frames(samples) - SOUND_FIELD) // SOUND_HOP + 1
        seen_from = start + np.arange(embeddings) * SAMPLES_PER_FRAME
        valid = (seen_from >= lo) & (seen_from + FIELD_SAMPLES <= hi)
        return clip.sound[index].astype(np.float32) / 32768.0, valid


def batch_loader(maker: BatchMaker) -> DataLoader:
    """Batches from one process beside the training, three ahead. The clips are shared with it by fork, not copied."""
    return DataLoader(maker, batch_size=None, num_workers=1, prefetch_factor=3)
