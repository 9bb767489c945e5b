"""The sound of the clips of a manifest, and in which of its frames somebody certainly speaks or certainly does not."""
import json
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from .dataset import SAMPLES_PER_FRAME, SILENCE_DBFS
from .mel import SAMPLE_RATE

SPEECH, QUIET, UNCLEAR = 1, 0, -1
LOWEST_HZ = 120.0           # speech is looked for above
BELOW_LOUDEST_DB = 25.0     # speech is not further below the clip's loud frames, and nearer to them than to the quiet ones
CLEARLY_DB = 5.0            # what is not speech is this far below that
LEAST_RANGE_DB = 25.0       # a clip with less between loud and quiet has no pause to tell speech by
BESIDE = 3                  # frames next to speech that are unclear
BETWEEN = 4                 # frames of a gap within speech that still belong to it


@dataclass
class HeardClip:
    name: str
    corpus: str
    sound: np.ndarray       # float32 [N], -1..1, 16 kHz
    truth: np.ndarray       # int8 [N // 640]: SPEECH, QUIET or UNCLEAR

    @cached_property
    def loudness(self) -> float:
        """RMS of the frames in which there is speech."""
        said = np.repeat(self.truth == SPEECH, SAMPLES_PER_FRAME)
        return float(np.sqrt((self.sound[:len(said)][said] ** 2).mean())) if said.any() else 0.0


def energy_db(sound: np.ndarray) -> np.ndarray:
    """float [N], -1..1 -> decibels of each frame, 0 at most; of what is above LOWEST_HZ, as rumble can be louder than the speech."""
    spectrum = np.fft.rfft(sound)
    spectrum[:int(LOWEST_HZ * len(sound) / SAMPLE_RATE)] = 0.0
    frames = len(sound) // SAMPLES_PER_FRAME
    blocks = np.fft.irfft(spectrum, len(sound))[:frames * SAMPLES_PER_FRAME].reshape(frames, SAMPLES_PER_FRAME)
    return 10 * np.log10((blocks ** 2).mean(1) + 1e-12)


def speech_truth(sound: np.ndarray) -> np.ndarray:
    """int16 [N] of a clean recording of one person -> int8 per frame."""
    truth = np.full(len(sound) // SAMPLES_PER_FRAME, UNCLEAR, np.int8)
    if len(truth) == 0:
        return truth
    level = energy_db(sound / 32768.0)
    loud, floor = np.percentile(level, (95, 5))
    pauses = loud - floor >= LEAST_RANGE_DB
    least = max(loud - BELOW_LOUDEST_DB, (loud + floor) / 2, SILENCE_DBFS)
    said = np.flatnonzero(level >= least)
    truth[said] = SPEECH
    for before, after in zip(said[:-1], said[1:]):
        if after - before <= BETWEEN + 1:
            truth[before:after] = SPEECH
    if pauses:
        near = np.convolve(truth == SPEECH, np.ones(2 * BESIDE + 1), "same") > 0.5
        truth[~near & (level < least - CLEARLY_DB)] = QUIET
    return truth


def read_sound(path: Path) -> np.ndarray:
    """int16 [N]."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-vn", "-ac", "1", "-ar", "16000", "-f", "s16le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.int16)


def load_heard(manifest: Path, split: str, corpora: set[str] | None, cache: Path) -> list[HeardClip]:
    """Genuine clips of a split. Decoding takes minutes, so the sounds are kept in the folder `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    clips = []
    for line in manifest.read_text().splitlines():
        entry = json.loads(line)
        if entry["split"] != split or entry["label"] != "genuine" or (corpora and entry["corpus"] not in corpora):
            continue
        kept = cache / (entry["path"].replace("/", "_") + ".npy")
        if not kept.exists():
            np.save(kept, read_sound(manifest.parent / entry["path"]))
        sound = np.load(kept)
        clips.append(HeardClip(entry["path"], entry["corpus"], sound.astype(np.float32) / 32768.0, speech_truth(sound)))
    return clips

