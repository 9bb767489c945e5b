"""Embeds clips and measures what the product promises: offsets, genuine against swapped sound, injected delays."""
from dataclasses import dataclass

import numpy as np
import torch

from . import mel
from .dataset import SAMPLES_PER_FRAME, Clip
from .networks import CROP, LIP_FIRST, SOUND_FIRST, SPEECH_FIELD, STORED_CROP, WINDOW, LipSync
from .sync import Embeddings, SyncResult, read_curve, sync_curve

MARGIN = (STORED_CROP - CROP) // 2


@dataclass
class EmbeddedClip:
    clip: Clip
    lip: Embeddings
    sound: Embeddings
    speech: np.ndarray      # logits of the frames from SPEECH_FIRST on


def embed_sounds(model: LipSync, sounds: np.ndarray) -> tuple[list[Embeddings], np.ndarray]:
    """int16 [B, N] -> the embeddings of each row, and speech logits [B, n]."""
    with torch.no_grad():
        log_mel = mel.log_mel(torch.from_numpy(sounds.astype(np.float32) / 32768.0))
        normal = mel.normalise(log_mel)
        rows, reliability = (part.numpy() for part in model.sound(normal[:, None]))
        speech = model.speech(torch.stack([normal, mel.raw_scaled(log_mel)], 1)).numpy()
    return [Embeddings(SOUND_FIRST, *row) for row in zip(rows, reliability)], speech


def embed_lips(model: LipSync, crops: np.ndarray, first_frame: int) -> Embeddings:
    """uint8 [T, 80, 80] -> embeddings of the central 64x64."""
    centre = np.ascontiguousarray(crops[:, MARGIN:MARGIN + CROP, MARGIN:MARGIN + CROP])
    with torch.no_grad():
        rows, reliability = model.lip(torch.from_numpy(centre)[None])
        return Embeddings(first_frame + LIP_FIRST, rows[0].numpy(), reliability[0].numpy())


def long_enough(clip: Clip) -> bool:
    """Whether there is at least one embedding of each kind."""
    return len(clip.crops) >= WINDOW and mel.mel_frames(len(clip.sound)) >= SPEECH_FIELD


def embed(model: LipSync, clips: list[Clip]) -> list[EmbeddedClip]:
    """In f32. Clips too short for any embedding are left out."""
    model.eval()
    embedded = []
    for clip in filter(long_enough, clips):
        (sound,), (speech,) = embed_sounds(model, clip.sound[None])
        embedded.append(EmbeddedClip(clip, embed_lips(model, clip.crops, clip.first_frame), sound, speech))
    return embedded


def genuine_results(embedded: list[EmbeddedClip]) -> list[SyncResult | None]:
    return [read_curve(sync_curve(item.lip, item.sound)) for item in embedded]


def swapped_sounds(embedded: list[EmbeddedClip]) -> list[Embeddings | None]:
    """For each clip the sound of another of its corpus, by another speaker where there is one, cut to the clip's length."""
    random = np.random.default_rng(0)
    sounds: list[Embeddings | None] = []
    for item in embedded:
        peers = [other for other in embedded if other.clip.corpus == item.clip.corpus and other is not item]
        strangers = [other for other in peers if other.clip.speaker != item.clip.speaker]
        candidates = strangers or peers
        if not candidates:
            sounds.append(None)
            continue
        other = candidates[random.integers(len(candidates))].sound
        sounds.append(other.part(0, len(item.sound.rows)))
    return sounds


def windows(item: EmbeddedClip, sound: Embeddings, length: int) -> list[SyncResult]:
    """Results of consecutive stretches of `length` lip embeddings against the whole sound."""
    results = []
    for start in range(0, len(item.lip.rows) - length + 1, length):
        result = read_curve(sync_curve(item.lip.part(start, length), sound))
        if result is not None:
            results.append(result)
    return results


def auc(genuine: np.ndarray, swapped: np.ndarray) -> float:
    """Probability that a genuine value is above a swapped one."""
    if not len(genuine) or not len(swapped):
        return float("nan")
    ordered = np.sort(swapped)
    below = np.searchsorted(ordered, genuine, "left") + np.searchsorted(ordered, genuine, "right")
    return float(below.mean() / (2 * len(swapped)))


def equal_error_rate(genuine: np.ndarray, swapped: np.ndarray) -> float:
    """Where as many genuine values are refused as swapped ones are let through."""
    if not len(genuine) or not len(swapped):
        return float("nan")
    thresholds = np.unique(np.concatenate([genuine, swapped]))
    refused = np.searchsorted(np.sort(genuine), thresholds, "left") / len(genuine)
    passed = 1.0 - np.searchsorted(np.sort(swapped), thresholds, "left") / len(swapped)
    best = np.abs(refused - passed).argmin()
    return float((refused[best] + passed[best]) / 2)


def confidences(results: list[SyncResult | None]) -> np.ndarray:
    return np.array([result.confidence for result in results if result is not None])


def within(results: list[SyncResult | None], frames: int) -> float:
    """Share of the results whose offset is at most `frames` from zero; no result counts as a miss."""
    return float(np.mean([result is not None and abs(result.offset) <= frames for result in results])) if results else float("nan")


def summary(embedded: list[EmbeddedClip], length: int | None = None) -> dict[str, float]:
    """Offsets and separation on whole clips, or on windows of `length` lip embeddings."""
    pairs = list(zip(embedded, swapped_sounds(embedded)))
    if length is None:
        genuine = genuine_results(embedded)
        swapped = [read_curve(sync_curve(item.lip, sound)) for item, sound in pairs if sound is not None]
    else:
        genuine = [result for item in embedded for result in windows(item, item.sound, length)]
        swapped = [result for item, sound in pairs if sound is not None for result in windows(item, sound, length)]
    good, bad = confidences(genuine), confidences(swapped)
    return {"count": len(genuine), "within1": within(genuine, 1), "within2": within(genuine, 2), "within3": within(genuine, 3),
            "auc": auc(good, bad), "eer": equal_error_rate(good, bad)}


def delayed(sound: np.ndarray, frames: int) -> np.ndarray:
    """The sound `frames` later (or earlier where negative), silence in front (or behind), same length."""
    samples = frames * SAMPLES_PER_FRAME
    moved = np.zeros_like(sound)
    if samples >= 0:
        moved[samples:] = sound[:len(sound) - samples]
    else:
        moved[:samples] = sound[-samples:]
    return moved


def tracked_delays(model: LipSync, item: EmbeddedClip, delays: list[int]) -> list[float]:
    """For each delay in frames: 1 if the reported offset falls by it, within 1 frame, 0 if not, NaN if it cannot be told."""
    before = read_curve(sync_curve(item.lip, item.sound))
    if before is None or max(map(abs, delays)) * SAMPLES_PER_FRAME >= len(item.clip.sound):
        return [float("nan")] * len(delays)
    sounds, _ = embed_sounds(model, np.stack([delayed(item.clip.sound, delay) for delay in delays]))
    after = [read_curve(sync_curve(item.lip, sound)) for sound in sounds]
    return [float(result is not None and abs(result.offset - (before.offset - delay)) <= 1)
            for result, delay in zip(after, delays)]
