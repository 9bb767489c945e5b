"""Instrumental music: pieces composed at random, played by fluidsynth on a General MIDI sound font (fluid-soundfont-gm, MIT).

  python3 -m training.midi_music --font FluidR3_GM.sf2 --out music.npy --pieces 60
"""
import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from .mel import SAMPLE_RATE
from .synthetic_sound import SCALES

TICKS = 480                     # a beat, at 120 beats a minute
SECONDS = 12.0                  # of a piece
VOICES = (52, 53, 54, 85, 91)   # choirs and the like: sung, so neither music nor speech here
DRUMS = 9                       # the channel


def variable_length(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(0x80 | (value & 0x7F))
    return bytes(reversed(out))


def piece(random: np.random.Generator, start: float) -> list[tuple[float, bytes]]:
    """Events (beat, message): a few instruments in one key at one pace, drums at times."""
    events: list[tuple[float, bytes]] = []
    end = start + SECONDS * 2
    scale = SCALES[random.integers(len(SCALES))]
    key = int(random.integers(40, 64))
    pace = random.choice([0.5, 0.67, 0.8, 1.0, 1.33, 1.6])
    programs = [p for p in range(112) if p not in VOICES]

    def play(channel: int, pitch: int, at: float, length: float, loudness: int) -> None:
        off = min(at + length, end - 0.5)
        if off > at:
            events.append((at, bytes([0x90 | channel, min(pitch, 120), loudness])))
            events.append((off, bytes([0x80 | channel, min(pitch, 120), 0])))

    for channel in range(int(random.integers(1, 5))):
        events.append((start, bytes([0xC0 | channel, int(random.choice(programs))])))
        loudness = int(random.integers(50, 120))
        style = random.choice(["chords", "tune", "bass"])
        step, at = int(random.integers(0, 7)), start
        while at < end - 0.5:
            length = float(pace * random.choice([0.5, 0.5, 1.0, 1.0, 2.0] if style != "chords" else [2.0, 4.0]))
            step = int(np.clip(step + random.integers(-3, 4), -3, 14))
            steps = {"chords": [step, step + 2, step + 4], "tune": [step + len(scale)], "bass": [step - len(scale)]}[str(style)]
            if random.random() < 0.9:
                for s in steps:
                    play(channel, key + 12 * (s // len(scale)) + scale[s % len(scale)], at, length * random.uniform(0.5, 1.0), loudness)
            at += length
    if random.random() < 0.5:
        beats = [(int(random.choice([35, 36, 38, 42, 46, 49, 51, 54, 56, 70])), float(random.choice([0.5, 1.0, 2.0])), float(random.choice([0.0, 0.5])))
                 for _ in range(3)]
        for drum, every, first in beats:
            for at in np.arange(start + first * pace, end - 0.5, every * pace):
                play(DRUMS, drum, float(at), 0.1, int(random.integers(50, 115)))
    return events


def midi(events: list[tuple[float, bytes]]) -> bytes:
    track, now = b"", 0
    for at, message in sorted(events, key=lambda event: event[0]):
        tick = round(at * TICKS)
        track += variable_length(tick - now) + message
        now = tick
    track += b"\x00\xff\x2f\x00"
    head = b"MThd" + (6).to_bytes(4, "big") + (0).to_bytes(2, "big") + (1).to_bytes(2, "big") + TICKS.to_bytes(2, "big")
    return head + b"MTrk" + len(track).to_bytes(4, "big") + track


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--font", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help=".npy, int16 [pieces, samples], 16 kHz")
    parser.add_argument("--pieces", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    events = [event for n in range(options.pieces) for event in piece(random, n * SECONDS * 2)]
    samples = int(SECONDS * SAMPLE_RATE)
    with tempfile.TemporaryDirectory() as folder:
        score, raw = Path(folder) / "score.mid", Path(folder) / "sound.raw"
        score.write_bytes(midi(events))
        subprocess.run(["fluidsynth", "-ni", "-q", "-r", str(SAMPLE_RATE), "-T", "raw", "-O", "s16", "-F", raw, options.font, score], check=True)
        sound = np.fromfile(raw, "<i2").reshape(-1, 2).astype(np.int32).sum(1) // 2
    sound = np.pad(sound, (0, max(0, options.pieces * samples - len(sound))))[:options.pieces * samples]
    np.save(options.out, sound.astype(np.int16).reshape(options.pieces, samples))


if __name__ == "__main__":
    main()
