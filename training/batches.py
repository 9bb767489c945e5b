"""Training batches: images and sounds cut from the clips at different places, degraded, with the known answer.

One batch has one length of images, L frames; its sounds are L + 30 frames long, so that the true place of the
image in the sound is anywhere in 31 places. Where a clip has no sound for that long, somebody else's speech goes on
beside it, or nothing does. Where the clip's own sound ends has nothing to do with where its image ends: otherwise the
towers would learn to lay end on end. All rows are made at once, on the device of the clips.
"""
from dataclasses import dataclass
from typing import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from . import mel
from .augment_image import augment_images, held_frames
from .augment_sound import augment_speech, not_speech
from .clip_store import ClipStore
from .dataset import SAMPLES_PER_FRAME, SHORTEST, Clip
from .networks import LIP_FIRST, SOUND_FIELD, SOUND_FIRST, SOUND_HOP, SPEECH_FIELD, SPEECH_FIRST
from .sync import REACH
from .synthetic_sound import SoundPool

SHORT, LONGEST = 28, 60             # frames; broadcast clips only fill batches up to SHORT
SHORT_SHARE = 0.7                   # of the batches are short enough for every clip
PLACES = 2 * REACH + 1              # true places of the image in the sound
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
    apart: Tensor           # bool [B, B]: false where the lips of a row could fit the sound of another, cut from the same speech
    speech: Tensor          # f32 [B + S, logits]: 1 where speech is heard
    speech_known: Tensor    # bool, same shape: false where others babble while the speaker pauses


@dataclass
class Cuts:
    """Where the rows of a batch come from. Numpy [B]; times are those of the clips as retimed: frames and samples at 1 / rate."""
    clip: np.ndarray
    rate: np.ndarray        # how many times as fast, images and sound together
    first: np.ndarray       # frame where the images begin
    start: np.ndarray       # sample where the sound begins; may lie outside of the clip's


@dataclass
class Tapes:
    """The sounds of a batch."""
    sound: Tensor           # f32 [B, samples], -1..1
    own: Tensor             # bool [B, embeddings]
    valid: Tensor           # bool [B, embeddings]
    first: Tensor           # int64 [B]: features that there are
    end: Tensor


def speech_activity(clean: Tensor, gate: Tensor) -> Tensor:
    """Clean sound [B, N] and its gate [B, 1] -> bool [B, N // 640]."""
    rms = clean.unflatten(1, (-1, SAMPLES_PER_FRAME)).square().mean(2).sqrt()
    loud = (rms > gate).float()
    return F.max_pool1d(loud[:, None], 2 * SPEECH_HANGOVER + 1, 1, SPEECH_HANGOVER)[:, 0] > 0.5


def loose_ends(random: np.random.Generator, lo: np.ndarray, hi: np.ndarray, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Leaves out some of each clip's own sound [lo, hi) where it ends on the tape."""
    spare = (np.minimum(hi, samples) - np.maximum(lo, 0)) // SAMPLES_PER_FRAME - FEWEST_HEARD
    cut = np.where((lo > 0) & (spare > 0), random.integers(0, np.clip(spare, 0, LOOSE_END) + 1), 0)
    spare = spare - cut
    behind = np.where((hi < samples) & (spare > 0), random.integers(0, np.clip(spare, 0, LOOSE_END) + 1), 0)
    return np.maximum(lo + cut * SAMPLES_PER_FRAME, 0), np.minimum(hi - behind * SAMPLES_PER_FRAME, samples)


def cut_sounds(random: np.random.Generator, store: ClipStore, cuts: Cuts, samples: int) -> Tapes:
    """`samples` samples from each cut's start on."""
    clip, rate = cuts.clip, cuts.rate
    ends = np.minimum(np.floor(store.heard[clip, 1] / rate), np.floor((store.samples[clip] - 1) / rate) + 1)
    lo, hi = loose_ends(random, np.ceil(store.heard[clip, 0] / rate).astype(int) - cuts.start, ends.astype(int) - cuts.start, samples)

    place = torch.arange(samples, device=store.device)
    from_, to = store.column(lo), store.column(hi)
    sound = store.sounds(clip, (store.column(cuts.start) + place) * store.column(rate))
    # Beside it speaks another row of the batch, as loud, or nobody.
    other = np.roll(clip, 1)
    for _ in range(4):
        same = store.speaker[other] == store.speaker[clip]
        other[same] = clip[random.integers(0, len(clip), int(same.sum()))]
    alone = random.random(len(clip)) < NOTHING_BESIDE
    span = store.heard[other, 1] - store.heard[other, 0]
    begin = (random.random(len(clip)) * span).astype(int)
    beside = store.sounds(other, (store.column(store.heard[other, 0]) + (store.column(begin) + place) % store.column(span)).double())
    beside *= store.column(np.where(alone, 0, store.gate[clip] / store.gate[other]).astype(np.float32))
    sound = torch.where((place >= from_) & (place < to), sound, beside)

    embeddings = (mel.mel_frames(samples) - SOUND_FIELD) // SOUND_HOP + 1
    seen_from = torch.arange(embeddings, device=store.device) * SAMPLES_PER_FRAME
    seen_to = seen_from + FIELD_SAMPLES
    far = SEAM * SAMPLES_PER_FRAME
    whole = (seen_from >= from_) & (seen_to <= to)
    own = ((seen_from >= from_ + far) | (from_ == 0)) & ((seen_to <= to - far) | (to == samples)) & whole
    others = (seen_to <= from_ - far) | (seen_from >= to + far)
    silence = store.column(alone)
    first = whole.int().argmax(1)
    end = embeddings - whole.flip(1).int().argmax(1)
    return Tapes(sound, torch.where(silence, whole, own), torch.where(silence, whole, own | others),
                 torch.where(silence[:, 0], first, torch.zeros_like(first)), torch.where(silence[:, 0], end, torch.full_like(end, embeddings)))


def warp_frequencies(random: np.random.Generator, mels: Tensor) -> None:
    """Stretches the bands of some rows of [B, 2, 40, M]: other heads, other voices."""
    rows = np.flatnonzero(random.random(len(mels)) < WARPED)
    bands = mels.shape[2]
    place = np.clip(np.arange(bands) * np.exp(random.uniform(-WARP, WARP, (len(rows), 1))), 0, bands - 1)
    lower = np.minimum(place.astype(int), bands - 2)
    part = torch.from_numpy((place - lower).astype(np.float32)).to(mels.device)[:, None, :, None]
    index = torch.from_numpy(lower).to(mels.device)[:, None, :, None].expand(-1, 2, -1, mels.shape[3])
    chosen = mels[rows]
    mels[rows] = torch.lerp(chosen.gather(2, index), chosen.gather(2, index + 1), part)


class BatchMaker(IterableDataset):
    """Makes random batches without end. `mix` gives the weight of each corpus, in which every speaker weighs the same; corpora
    too short for L sit out."""

    def __init__(self, clips: list[Clip], mix: dict[str, float], batch: int, not_speech_rows: int, seed: int,
                 device: torch.device = torch.device("cpu")) -> None:
        self.store = ClipStore([clip for clip in clips if clip.corpus in mix], device)
        self.mix, self.batch, self.not_speech_rows, self.seed = mix, batch, not_speech_rows, seed
        self.usable = self.store.lips[:, 1] - self.store.lips[:, 0]
        # Where no corpus has longer clips, no batch asks for them: half of one corpus has at least so many frames.
        self.longest = min(LONGEST, max(int(np.median(self.usable[self.store.corpus == corpus])) for corpus in set(self.store.corpus)))
        speakers, speaker, counts = np.unique(self.store.speaker, return_inverse=True, return_counts=True)
        self.weight = 1.0 / counts[speaker]

    def __iter__(self) -> Iterator[Batch]:
        pool = SoundPool(self.seed, self.store.device)
        random = np.random.default_rng(self.seed)
        torch.manual_seed(self.seed)
        while True:
            yield self.make(random, pool)

    def choose(self, random: np.random.Generator, length: int) -> np.ndarray:
        """Clips with at least `length` frames; one clip comes twice only where a corpus has too few."""
        able = {corpus: np.flatnonzero((self.store.corpus == corpus) & (self.usable >= length)) for corpus in self.mix}
        able = {corpus: clips for corpus, clips in able.items() if len(clips)}
        weights = np.array([self.mix[corpus] for corpus in able])
        counts = random.multinomial(self.batch, weights / weights.sum())
        chosen = []
        for clips, count in zip(able.values(), counts):
            weight = self.weight[clips] / self.weight[clips].sum()
            chosen.append(random.choice(clips, count, replace=count > len(clips) // 2, p=weight))
        return np.concatenate(chosen)

    def cuts(self, random: np.random.Generator, length: int) -> tuple[Cuts, np.ndarray]:
        """Some clips talk slower or faster; never so fast that too few frames are left. Also how far the sound is moved, 0..30."""
        clip = self.choose(random, length)
        fastest = np.minimum(FASTEST, (self.usable[clip] - 2) / length)
        retimed = (random.random(len(clip)) < RETIMED) & (fastest > SLOWEST)
        rate = np.where(retimed, np.exp(random.uniform(np.log(SLOWEST), np.log(np.maximum(fastest, SLOWEST + 1e-6)))), 1.0)
        lo = np.ceil(self.store.lips[clip, 0] / rate).astype(int)
        hi = np.floor(self.store.lips[clip, 1] / rate).astype(int)
        first = lo + random.integers(0, np.maximum(hi - length - lo, 0) + 1)
        shift = random.integers(0, PLACES, len(clip))
        start = np.rint((first - self.store.offset[clip] / rate - shift) * SAMPLES_PER_FRAME).astype(int)
        return Cuts(clip, rate, first, start), shift

    def make(self, random: np.random.Generator, pool: SoundPool) -> Batch:
        store = self.store
        length = min(self.longest, int(random.integers(SHORTEST, SHORT + 1) if random.random() < SHORT_SHARE
                                       else random.integers(SHORT + 1, LONGEST + 1)))
        cuts, shift = self.cuts(random, length)
        clips = len(cuts.clip)
        index = np.stack([held_frames(random, length) for _ in range(clips)])
        frames = augment_images(random, store.images(cuts.clip, (cuts.first[:, None] + index) * cuts.rate[:, None]))

        samples = (length + 2 * REACH) * SAMPLES_PER_FRAME
        tapes = cut_sounds(random, store, cuts, samples)
        heard, babbled = augment_speech(random, tapes.sound, pool)
        nothing = not_speech(random, self.not_speech_rows, samples, pool)

        log_mel = mel.log_mel(torch.cat([heard, nothing]))
        lo = F.pad(tapes.first * SOUND_HOP, (0, len(nothing)))
        hi = F.pad((tapes.end - 1) * SOUND_HOP + SOUND_FIELD, (0, len(nothing)), value=log_mel.shape[2])
        mels = torch.stack([mel.normalise(log_mel, lo, hi), mel.raw_scaled(log_mel)], 1)
        warp_frequencies(random, mels)
        logits = (mels.shape[3] - SPEECH_FIELD) // SOUND_HOP + 1
        speech = speech_activity(tapes.sound, store.column(store.gate[cuts.clip]))[:, SPEECH_FIRST:SPEECH_FIRST + logits].float()
        known = torch.ones(clips + len(nothing), logits, dtype=torch.bool, device=store.device)
        known[babbled] = speech[babbled] > 0.5
        speech = torch.cat([speech, torch.zeros(len(nothing), logits, device=store.device)])
        return Batch(frames=frames, mel=mels, first=tapes.first, end=tapes.end, own=tapes.own, valid=tapes.valid,
                     place=torch.from_numpy(shift + (LIP_FIRST - SOUND_FIRST)).to(store.device),
                     apart=torch.from_numpy(apart(cuts, length, samples)).to(store.device), speech=speech, speech_known=known)


def apart(cuts: Cuts, length: int, samples: int) -> np.ndarray:
    """bool [B, B]: whether the lips of row i and the sound of row j come from different clips, or from different parts of one."""
    lips, sounds = cuts.first * cuts.rate, cuts.start / SAMPLES_PER_FRAME * cuts.rate
    behind = lips[:, None] > sounds + samples / SAMPLES_PER_FRAME * cuts.rate
    before = (lips + length * cuts.rate)[:, None] < sounds
    return (cuts.clip[:, None] != cuts.clip) | behind | before


def batch_loader(maker: BatchMaker) -> Iterator[Batch]:
    """On the processor from one process beside the training, three ahead; the clips are shared with it by fork, not copied."""
    if maker.store.device.type == "cuda":
        return iter(maker)
    return iter(DataLoader(maker, batch_size=None, num_workers=1, prefetch_factor=3))
