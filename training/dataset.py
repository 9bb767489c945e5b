"""The clips that prepare.py cut, in memory: grey mouth crops at 25 fps and 16 kHz sound on one clock."""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SAMPLES_PER_FRAME = 640
SPEECH_BELOW_LOUDEST_DB = 26.0      # a frame this far below the clip's loud frames is not speech
SILENCE_DBFS = -60.0                # nor is one below this, however quiet the clip
KEPT_SILENCE = 5                    # frames (0.2 s) left before and after the speech
SHORTEST = 25                       # frames: fewer make no training cut


@dataclass
class Clip:
    """Frame numbers are those of the clip's clock: frame i is shown at i/25 s, sample 0 is at 0 s."""
    name: str
    corpus: str
    speaker: str
    split: str
    first_frame: int
    crops: np.ndarray               # uint8 [T, 80, 80]; row 0 is first_frame
    sound: np.ndarray               # int16 [N]
    offset: float                   # frames; the clip's own error, > 0 where its sound leads; 0 where not known
    speech_rms: float               # the energy gate: louder frames are speech (0..1)
    lips: tuple[int, int]           # frames [first, end) of the image to train on
    heard: tuple[int, int]          # samples [first, end) of the sound to train on


def frame_rms(sound: np.ndarray) -> np.ndarray:
    """int16 [N] -> RMS per video frame, 0..1."""
    frames = len(sound) // SAMPLES_PER_FRAME
    blocks = sound[:frames * SAMPLES_PER_FRAME].reshape(frames, SAMPLES_PER_FRAME).astype(np.float32) / 32768.0
    return np.sqrt((blocks ** 2).mean(axis=1))


def speech_gate(rms: np.ndarray) -> float:
    """The RMS above which a frame of this clip counts as speech."""
    loud = float(np.percentile(rms, 95)) if len(rms) else 0.0
    return max(loud * 10 ** (-SPEECH_BELOW_LOUDEST_DB / 20), 10 ** (SILENCE_DBFS / 20))


def speech_span(rms: np.ndarray, gate: float) -> tuple[int, int]:
    """Frames [first, end) from the first to the last speech, and a little silence.

    Long silence at the ends has to go: closed lips there tell where in the clip we are, not how the lips move.
    """
    loud = np.flatnonzero(rms > gate)
    if len(loud) == 0:
        return 0, len(rms)
    return max(0, int(loud[0]) - KEPT_SILENCE), min(len(rms), int(loud[-1]) + 1 + KEPT_SILENCE)


def load_clip(folder: Path, entry: dict, offset: float) -> Clip:
    crops = np.load(folder / f"{entry['name']}.crops.npy")
    sound = np.load(folder / f"{entry['name']}.audio.npy")
    rms = frame_rms(sound)
    gate = speech_gate(rms)
    first, end = speech_span(rms, gate)
    shown = entry["first_frame"], entry["first_frame"] + len(crops)
    shift = round(offset)           # sound frame i belongs to image frame i + offset
    lips = max(shown[0], first + shift), min(shown[1], end + shift)
    heard = first * SAMPLES_PER_FRAME, end * SAMPLES_PER_FRAME
    if lips[1] - lips[0] < SHORTEST:        # a very short clip keeps its silence rather than go unused
        lips, heard = shown, (0, len(sound))
    return Clip(entry["name"], entry["corpus"], entry["speaker"], entry["split"], entry["first_frame"], crops, sound,
                offset, gate, lips, heard)


def load_clips(folder: Path, split: str, corpora: set[str] | None = None, offsets: dict[str, float] | None = None) -> list[Clip]:
    """All clips of one split, of the named corpora (all by default), with their offset corrections."""
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    wanted = [entry for entry in entries if entry["split"] == split and (corpora is None or entry["corpus"] in corpora)]
    return [load_clip(folder, entry, (offsets or {}).get(entry["name"], 0.0)) for entry in wanted]
