"""Training batches: pictures and sounds cut from the clips at different places, degraded, with the known answer.

One batch has one length of pictures, L frames; its sounds are L + 30 frames long, so that the true place of the
picture in the sound is anywhere in 31 places. Where a clip has no sound for that long, somebody else's speech goes on
beside it, or nothing does. Where the clip's own sound ends has nothing to do with where its picture ends: otherwise the
towers would learn to lay end on end.
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
from .dataset import SAMPLES_PER_FRAME, SHORTEST, Clip, retimed
from .networks import LIP_FIRST, SOUND_FIELD, SOUND_FIRST, SOUND_HOP, SPEECH_FIELD, SPEECH_FIRST
from .sync import REACH
from .synthetic_sound import SoundPool

SHORT, LONGEST = 28, 50             # frames; broadcast clips only fill batches up to SHORT
SHORT_SHARE = 0.7                   # of the batches are short enough for every clip
PLACES = 2 * REACH + 1              # true places of the picture in the sound
SPEECH_HANGOVER = 2                 # frames around speech that still count as speech
RETIMED, SLOWEST, FASTEST = 0.5, 0.85, 1.18     # share of the clips that talk slower or faster, with another voice
LOOSE_END = 8                       # frames of a clip's own sound that may be left out at each end
FEWEST_HEARD = 14                   # frames of it that are always left
NOTHING_BESIDE = 0.35               # share of the clips beside which nobody else speaks
SEAM = 2                            # frames beside a seam of the sound that prove nothing
WARPED, WARP = 0.4, 0.12            # share of the sounds whose frequencies are stretched; by how much
FIELD_SAMPLES = (SOUND_FIELD - 1) * mel.HOP + mel.FRAME     # samples that one sound feature has seen


@dataclass
class Batch:
    """n = L - 4 lip embeddings, n + 31 sound embeddings."""
    frames: Tensor          # uint8 [B, L, 64, 64]
    mel: Tensor             # f32 [B + S, 2, 40, M]: normalised and raw; the last S rows are not speech
    first: Tensor           # int64 [B]: where the sound begins and ends, as features
    end: Tensor
    place: Tensor           # int64 [B]: lip embedding k belongs to sound embedding k + place, 1..31
    own: Tensor             # bool [B, n + 31]: sound embeddings of the clip's own sound
    valid: Tensor           # bool [B, n + 31]: those, and somebody else's
    speech: Tensor          # f32 [B + S, logits]: 1 where speech is heard
    speech_known: Tensor    # bool, same shape: false where others babble while the speaker pauses


@dataclass
class Tape:
    """One clip's sound for a batch."""
    sound: np.ndarray       # float32 [samples], -1..1
    own: np.ndarray         # bool [embeddings]
    valid: np.ndarray       # bool [embeddings]
    first: int              # features that there are
    end: int


def speech_activity(clean: Tensor, gate: Tensor) -> Tensor:
    """Clean sound [B, N] and its gate [B, 1] -> bool [B, N // 640]."""
    rms = clean.unflatten(1, (-1, SAMPLES_PER_FRAME)).square().mean(2).sqrt()
    loud = (rms > gate).float()
    return F.max_pool1d(loud[:, None], 2 * SPEECH_HANGOVER + 1, 1, SPEECH_HANGOVER)[:, 0] > 0.5


def other_speech(random: np.random.Generator, clips: list[Clip], samples: int, gate: float) -> np.ndarray:
    """float32 [samples] of speech of one of `clips`, as loud as a speaker with this gate."""
    clip = clips[random.integers(len(clips))]
    lo, hi = clip.heard
    start = int(random.integers(0, hi - lo))
    return clip.sound[lo + (start + np.arange(samples)) % (hi - lo)].astype(np.float32) / 32768.0 * (gate / clip.speech_rms)


def cut_sound(random: np.random.Generator, clip: Clip, start: int, samples: int, others: list[Clip]) -> Tape:
    """`samples` samples from sample `start` of the clip on, which may lie outside of it."""
    lo, hi = (place - start for place in clip.heard)        # on the tape
    spare = (min(hi, samples) - max(lo, 0)) // SAMPLES_PER_FRAME - FEWEST_HEARD
    if lo > 0 and spare > 0:
        cut = int(random.integers(0, min(LOOSE_END, spare) + 1))
        lo, spare = lo + cut * SAMPLES_PER_FRAME, spare - cut
    if hi < samples and spare > 0:
        hi -= int(random.integers(0, min(LOOSE_END, spare) + 1)) * SAMPLES_PER_FRAME
    lo, hi = max(lo, 0), min(hi, samples)
    sound = np.zeros(samples, np.float32)
    sound[lo:hi] = clip.sound[start + lo:start + hi].astype(np.float32) / 32768.0
    alone = random.random() < NOTHING_BESIDE
    if not alone:
        sound[:lo] = other_speech(random, others, lo, clip.speech_rms)
        sound[hi:] = other_speech(random, others, samples - hi, clip.speech_rms)

    embeddings = (mel.mel_frames(samples) - SOUND_FIELD) // SOUND_HOP + 1
    seen_from = np.arange(embeddings) * SAMPLES_PER_FRAME
    seen_to = seen_from + FIELD_SAMPLES
    whole = (seen_from >= lo) & (seen_to <= hi)
    far = SEAM * SAMPLES_PER_FRAME
    own = ((seen_from >= lo + far) | (lo == 0)) & ((seen_to <= hi - far) | (hi == samples)) & whole
    if alone:
        columns = np.flatnonzero(whole)
        return Tape(sound, whole, whole, int(columns[0]), int(columns[-1]) + 1)
    return Tape(sound, own, own | (seen_to <= lo - far) | (seen_from >= hi + far), 0, embeddings)


def warp_frequencies(random: np.random.Generator, mels: Tensor) -> None:
    """Stretches the bands of some rows of [B, 2, 40, M]: other heads, other voices."""
    bands = mels.shape[2]
    for row in np.flatnonzero(random.random(len(mels)) < WARPED):
        place = np.clip(np.arange(bands) * np.exp(random.uniform(-WARP, WARP)), 0, bands - 1)
        lower = np.minimum(place.astype(int), bands - 2)
        part = torch.from_numpy((place - lower).astype(np.float32))[:, None]
        mels[row] = mels[row][:, lower] * (1 - part) + mels[row][:, lower + 1] * part


class BatchMaker(IterableDataset):
    """Makes random batches without end. `mix` gives the weight of each corpus; corpora too short for L sit out."""

    def __init__(self, clips: list[Clip], mix: dict[str, float], batch: int, not_speech_rows: int, seed: int) -> None:
        self.corpora = {corpus: [clip for clip in clips if clip.corpus == corpus] for corpus in mix}
        self.mix, self.batch, self.not_speech_rows, self.seed = mix, batch, not_speech_rows, seed
        # Where no corpus has longer clips, no batch asks for them: half of one corpus has at least so many frames.
        self.longest = min(LONGEST, max(int(np.median([clip.lips[1] - clip.lips[0] for clip in own])) for own in self.corpora.values()))

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

    @staticmethod
    def at_another_rate(random: np.random.Generator, clip: Clip, length: int) -> Clip:
        """Some clips talk slower or faster; never so fast that too few frames are left."""
        if random.random() >= RETIMED:
            return clip
        fastest = min(FASTEST, (clip.lips[1] - clip.lips[0] - 2) / length)
        if fastest <= SLOWEST:
            return clip
        return retimed(clip, float(np.exp(random.uniform(np.log(SLOWEST), np.log(fastest)))))

    def make(self, random: np.random.Generator) -> Batch:
        length = min(self.longest, int(random.integers(SHORTEST, SHORT + 1) if random.random() < SHORT_SHARE
                                       else random.integers(SHORT + 1, LONGEST + 1)))
        chosen = self.choose(random, length)
        clips = [self.at_another_rate(random, clip, length) for clip in chosen]
        shifts = random.integers(0, PLACES, len(clips))
        first = [int(random.integers(clip.lips[0], clip.lips[1] - length + 1)) for clip in clips]

        shown = [clip.crops[p - clip.first_frame + held_frames(random, length)] for clip, p in zip(clips, first)]
        frames = augment_pictures(random, torch.from_numpy(np.stack(shown)))

        samples = (length + 2 * REACH) * SAMPLES_PER_FRAME
        starts = [round((p - clip.offset - shift) * SAMPLES_PER_FRAME) for clip, p, shift in zip(clips, first, shifts)]
        tapes = [cut_sound(random, clip, start, samples, [other for other in chosen if other.name != clip.name] or chosen)
                 for clip, start in zip(clips, starts)]
        clean = torch.from_numpy(np.stack([tape.sound for tape in tapes]))
        heard, babbled = augment_speech(random, clean, self.pool)
        nothing = not_speech(random, self.not_speech_rows, samples, self.pool)

        log_mel = mel.log_mel(torch.cat([heard, nothing]))
        first_heard, end_heard = torch.tensor([(tape.first, tape.end) for tape in tapes]).T
        lo = F.pad(first_heard * SOUND_HOP, (0, len(nothing)))
        hi = F.pad((end_heard - 1) * SOUND_HOP + SOUND_FIELD, (0, len(nothing)), value=log_mel.shape[2])
        mels = torch.stack([mel.normalise(log_mel, lo, hi), mel.raw_scaled(log_mel)], 1)
        warp_frequencies(random, mels)
        logits = (mels.shape[3] - SPEECH_FIELD) // SOUND_HOP + 1
        gate = torch.tensor([[clip.speech_rms] for clip in clips])
        speech = speech_activity(clean, gate)[:, SPEECH_FIRST:SPEECH_FIRST + logits].float()
        known = torch.ones(len(clips) + len(nothing), logits, dtype=torch.bool)
        known[babbled] = speech[babbled] > 0.5
        return Batch(frames=frames, mel=mels, first=first_heard, end=end_heard, place=torch.from_numpy(shifts + (LIP_FIRST - SOUND_FIRST)),
                     own=torch.from_numpy(np.stack([tape.own for tape in tapes])),
                     valid=torch.from_numpy(np.stack([tape.valid for tape in tapes])),
                     speech=torch.cat([speech, torch.zeros(len(nothing), logits)]), speech_known=known)


def batch_loader(maker: BatchMaker) -> DataLoader:
    """Batches from one process beside the training, three ahead. The clips are shared with it by fork, not copied."""
    return DataLoader(maker, batch_size=None, num_workers=1, prefetch_factor=3)
