"""Embeds clips and measures, as training goes on: offsets, and genuine against swapped sound. `syncnet evaluate` measures the rest."""
from dataclasses import dataclass

import numpy as np
import torch

from . import mel
from .dataset import Clip
from .networks import CROP, LIP_FIRST, SOUND_FIELD, SOUND_FIRST, STORED_CROP, WINDOW, LipSync
from .sync import Embeddings, SyncResult, read_curve, sync_curve

MARGIN = (STORED_CROP - CROP) // 2


@dataclass
class EmbeddedClip:
    clip: Clip
    lip: Embeddings
    sound: Embeddings


def device_of(model: LipSync) -> torch.device:
    return next(model.parameters()).device


def embed_sound(model: LipSync, sound: np.ndarray) -> Embeddings:
    """int16 [N] -> embeddings."""
    with torch.no_grad():
        log_mel = mel.log_mel(torch.from_numpy(sound.astype(np.float32) / 32768.0).to(device_of(model))[None])
        rows, reliability = model.sound(mel.normalise(log_mel)[:, None])
        return Embeddings(SOUND_FIRST, rows[0].cpu().numpy(), reliability[0].cpu().numpy())


def embed_lips(model: LipSync, crops: np.ndarray, first_frame: int) -> Embeddings:
    """uint8 [T, 80, 80] -> embeddings of the central 64x64."""
    centre = np.ascontiguousarray(crops[:, MARGIN:MARGIN + CROP, MARGIN:MARGIN + CROP])
    with torch.no_grad():
        rows, reliability = model.lip(torch.from_numpy(centre).to(device_of(model))[None])
        return Embeddings(first_frame + LIP_FIRST, rows[0].cpu().numpy(), reliability[0].cpu().numpy())


def long_enough(clip: Clip) -> bool:
    """Whether there is at least one embedding of each kind."""
    return len(clip.crops) >= WINDOW and mel.mel_frames(len(clip.sound)) >= SOUND_FIELD


def embed(model: LipSync, clips: list[Clip]) -> list[EmbeddedClip]:
    """In f32. Clips too short for any embedding are left out."""
    model.eval()
    return [EmbeddedClip(clip, embed_lips(model, clip.crops, clip.first_frame), embed_sound(model, clip.sound))
            for clip in filter(long_enough, clips)]


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


def confidences(results: list[SyncResult | None]) -> np.ndarray:
    return np.array([result.confidence for result in results if result is not None])


def within(results: list[SyncResult | None], frames: int) -> float:
    """Share of the results whose offset is at most `frames` from zero; no result counts as a miss."""
    return float(np.mean([result is not None and abs(result.offset) <= frames for result in results])) if results else float("nan")


def summary(embedded: list[EmbeddedClip], length: int | None = None) -> dict[str, float]:
    """Offsets and separation on whole clips, or on windows of `length` lip embeddings. Of windows, what the whole clip
    measures is the true offset: they say how steady a short look is, also where clips are not in sync as recorded."""
    pairs = list(zip(embedded, swapped_sounds(embedded)))
    if length is None:
        genuine = genuine_results(embedded)
        swapped = [read_curve(sync_curve(item.lip, sound)) for item, sound in pairs if sound is not None]
    else:
        wholes = zip(embedded, genuine_results(embedded))
        genuine = [result for item, whole in wholes if whole is not None
                   for result in windows(item, item.sound.moved(whole.offset), length)]
        swapped = [result for item, sound in pairs if sound is not None for result in windows(item, sound, length)]
    good, bad = confidences(genuine), confidences(swapped)
    return {"count": len(genuine), "within1": within(genuine, 1), "auc": auc(good, bad)}
