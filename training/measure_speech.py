"""How well a speech head tells speech from everything else, by kinds of sound, on the validation clips and sounds made here.

  python3 -m training.measure_speech --manifest DIR/manifest.jsonl --weights models/lipsync.safetensors --sounds SOUNDS

SOUNDS (optional): folders of recordings, each a kind of its own: music, effects, ... A row of the table: frames that are not
speech and are taken for it, and frames of speech that are found; each by the frame, and within the intervals of speech.
"""
import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import numpy as np
import torch

from . import mel, safetensors
from .augment_sound import rooms
from .dataset import SAMPLES_PER_FRAME
from .export import with_folded_weights
from .hearing import frame_levels, hears, intervals
from .heard_clips import QUIET, SPEECH, UNCLEAR, HeardClip, energy_db, load_heard, read_sound, speech_truth
from .networks import SPEECH_FIRST, SpeechHead
from .synthetic_effects import EFFECTS, effect
from .synthetic_sound import level, music, noise, tones

SECONDS = 8
SAMPLES = SECONDS * mel.SAMPLE_RATE
FRAMES = SAMPLES // SAMPLES_PER_FRAME
MOST_CLIPS = 60             # of a corpus
PIECES = 20                 # of each kind made here
SEED = 20


@dataclass
class Case:
    kind: str
    sound: np.ndarray       # float32 [N]
    truth: np.ndarray       # int8 per frame


def alone(random: np.random.Generator, kind: str, sound: np.ndarray) -> Case:
    """No speech; from loud to faint, over the floor of a microphone."""
    x = sound * 10 ** (random.uniform(-30, 6) / 20) + random.normal(0, 10 ** (-75 / 20), len(sound))
    return Case(kind, x.astype(np.float32), np.full(len(x) // SAMPLES_PER_FRAME, QUIET, np.int8))


def made(random: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Kinds that are made here, not those of the training's seeds."""
    for _ in range(PIECES):
        yield "silence", np.zeros(SAMPLES, np.float32)
        yield "noise", noise(random, SAMPLES)
        yield "tones", tones(random, SAMPLES)
        yield "music, made here", music(random, SECONDS)
        for kind in EFFECTS:
            yield kind, effect(random, kind, SECONDS)


def recorded(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    for path in sorted(folder.glob("*/*")):
        x = read_sound(path).astype(np.float32) / 32768.0
        if len(x) > mel.SAMPLE_RATE // 2 and np.abs(x).max() > 1e-3:
            yield f"recorded {path.parent.name}", level(np.resize(x, max(SAMPLES, len(x))))


def mixed(random: np.random.Generator, kind: str, clip: HeardClip, other: np.ndarray, snr_db: float) -> Case:
    """Speech with something else under all of it; in the clip's pauses that is heard alone."""
    start = int(random.integers(0, max(1, len(other) - len(clip.sound))))
    beside = np.resize(other[start:], len(clip.sound))
    beside = beside / (np.sqrt((beside ** 2).mean()) + 1e-9) * clip.loudness * 10 ** (-snr_db / 20)
    return Case(f"{kind}, {snr_db:.0f} dB below speech", (clip.sound + beside).astype(np.float32), clip.truth)


def television(random: np.random.Generator, clip: HeardClip, far: HeardClip, below_db: float) -> Case:
    """Somebody speaks for 4 s at most, then is silent while a far voice that was there all the time goes on."""
    near = clip.sound[:4 * mel.SAMPLE_RATE]
    length = len(near) + 4 * mel.SAMPLE_RATE
    voice = np.resize(far.sound, length)
    size = 1 << (length + 8000).bit_length()
    hz = np.fft.rfftfreq(size, 1 / mel.SAMPLE_RATE)
    band = 1 / ((1 + (200 / np.maximum(hz, 1)) ** 4) * (1 + (hz / 3500) ** 8))
    echoes = rooms(random, 2, torch.device("cpu")).sum(0).numpy()
    echoes[0] = 0.7
    voice = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(echoes, size) * band, size)[:length]
    said = HeardClip(far.name, far.corpus, voice, speech_truth(voice * 32767 / np.abs(voice).max()))
    sound = voice / said.loudness * clip.loudness * 10 ** (-below_db / 20)
    sound[:len(near)] += near
    truth = np.full(length // SAMPLES_PER_FRAME, QUIET, np.int8)
    said = len(near) // SAMPLES_PER_FRAME
    truth[:said] = np.where(clip.truth[:said] == SPEECH, SPEECH, UNCLEAR)
    truth[said:said + 5] = UNCLEAR
    return Case(f"a far voice, {below_db:.0f} dB below", sound.astype(np.float32), truth)


def syllable(random: np.random.Generator, clip: HeardClip) -> Case | None:
    """0.2 to 0.4 s of speech, a second and a half of silence on either side."""
    frames = int(random.integers(5, 11))
    loud = np.convolve(np.where(clip.truth == SPEECH, energy_db(clip.sound)[:len(clip.truth)], -200.0), np.ones(frames) / frames, "valid")
    best = np.flatnonzero(loud > loudness_db(clip) - 8.0)
    if len(best) == 0:
        return None
    first = int(random.choice(best)) * SAMPLES_PER_FRAME
    piece = clip.sound[first:first + frames * SAMPLES_PER_FRAME].copy()
    fade = np.linspace(0, 1, 160)
    piece[:160] *= fade
    piece[-160:] *= fade[::-1]
    gap = int(1.5 * mel.SAMPLE_RATE) // SAMPLES_PER_FRAME
    x = np.pad(piece, gap * SAMPLES_PER_FRAME) + random.normal(0, 10 ** (-72 / 20), len(piece) + 2 * gap * SAMPLES_PER_FRAME)
    truth = np.full(len(x) // SAMPLES_PER_FRAME, QUIET, np.int8)
    truth[gap - 3:gap + frames + 3] = UNCLEAR
    truth[gap:gap + frames] = SPEECH
    return Case("a syllable between silences", x.astype(np.float32), truth)


def loudness_db(clip: HeardClip) -> float:
    return 20 * float(np.log10(clip.loudness + 1e-6))


def cases(manifest: Path, cache: Path, sounds: Path | None) -> Iterator[Case]:
    random = np.random.default_rng(SEED)
    everything = load_heard(manifest, "validation", None, cache)
    clips = [clip for corpus in sorted({clip.corpus for clip in everything})
             for clip in [c for c in everything if c.corpus == corpus and c.loudness > 0][:MOST_CLIPS]]
    others = list(made(random)) + (list(recorded(sounds)) if sounds else [])
    for kind, sound in others:
        yield alone(random, kind, sound)
    for clip in clips:
        yield Case(f"clean speech, {clip.corpus}", clip.sound, clip.truth)
        far = clips[random.integers(len(clips))]
        for below in (15.0, 20.0):
            if clip.corpus != "lrc_ar" and far is not clip:
                yield television(random, clip, far, below)
        said = syllable(random, clip)
        if said:
            yield said
    for kind in ["noise", "music, made here", "keys", *sorted({kind for kind, _ in others if kind.startswith("recorded")})]:
        pieces = [sound for name, sound in others if name == kind]
        for clip in clips[::2]:
            for snr in (20.0, 10.0, 5.0, 0.0):
                yield mixed(random, kind, clip, pieces[random.integers(len(pieces))], snr)


def listen(head: SpeechHead, sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probability (0 where the head says nothing) and level of each frame of the sound."""
    x = torch.from_numpy((np.clip(sound, -1, 1) * 32767).round() / 32768.0)[None].float()
    probability = np.zeros(len(sound) // SAMPLES_PER_FRAME, np.float32)
    with torch.no_grad():
        log_mel = mel.log_mel(x)
        logits = head(torch.stack([mel.normalise(log_mel), mel.raw_scaled(log_mel)], 1))[0]
    count = min(len(logits), len(probability) - SPEECH_FIRST)
    probability[SPEECH_FIRST:SPEECH_FIRST + count] = torch.sigmoid(logits).numpy()[:count]
    levels = frame_levels(log_mel[0].numpy())
    return probability, np.pad(levels, (0, len(probability) - len(levels)), mode="edge")


def load_head(path: Path) -> SpeechHead:
    """From a whole model, or a file of the head alone."""
    return with_folded_weights(safetensors.load(path)[0]).speech


class Table:
    """Counts of frames by kind: not speech, taken for it, so in intervals; speech, found, so in intervals."""

    def __init__(self) -> None:
        self.counts: dict[str, np.ndarray] = {}

    def add(self, case: Case, heard: np.ndarray, joined: np.ndarray) -> None:
        known = np.zeros(len(case.truth), bool)
        known[SPEECH_FIRST:len(case.truth) - SPEECH_FIRST] = True
        quiet, speech = known & (case.truth == QUIET), known & (case.truth == SPEECH)
        row = [quiet.sum(), heard[quiet].sum(), joined[quiet].sum(), speech.sum(), heard[speech].sum(), joined[speech].sum()]
        self.counts[case.kind] = self.counts.get(case.kind, np.zeros(6)) + np.array(row)

    def rows(self) -> dict[str, list[float | None]]:
        """Percentages: false alarms by the frame and in intervals, speech found by the frame and in intervals."""
        return {kind: [round(100 * float(c[k] / c[of]), 1) if c[of] > 20 else None for k, of in ((1, 0), (2, 0), (4, 3), (5, 3))]
                for kind, c in self.counts.items()}


def measure(head: SpeechHead, all_cases: list[Case], threshold: float, near: bool) -> Table:
    table = Table()
    for case in all_cases:
        heard = hears(*listen(head, case.sound), threshold, near)
        table.add(case, heard, intervals(heard))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, nargs="+")
    parser.add_argument("--sounds", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/heard"), help="decoded sounds")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--without-level", action="store_true", help="far voices count, too")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    all_cases = list(cases(options.manifest, options.cache, options.sounds))
    tables = {str(path): measure(load_head(path), all_cases, options.threshold, not options.without_level).rows() for path in options.weights}
    for path, rows in tables.items():
        print(f"\n{path}\n{'':44}  false alarms        found\n{'':44}  frames intervals    frames intervals")
        for kind, row in rows.items():
            print(f"{kind:44}" + "".join(f"{'' if value is None else value:>10}" for value in row))
    if options.json:
        options.json.write_text(json.dumps(tables, indent=1))


if __name__ == "__main__":
    main()
