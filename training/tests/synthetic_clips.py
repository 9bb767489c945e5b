"""A made-up corpus in the format that prepare.py writes: a mouth that opens as loud as the sound is."""
import json
import subprocess
from functools import lru_cache
from pathlib import Path

import numpy as np

from training.dataset import SAMPLES_PER_FRAME, frame_rms

FIRST_FRAME = 2             # clips whose face is found late
SPOKEN_FRAMES = 75
VOICES = [f"{language}+{voice}" for voice in ("m1", "f2") for language in ("en", "de", "fr", "it")]
SENTENCES = ("the quick brown fox jumps over a lazy dog while my mother paints walls",
             "we bought a map of paris but the bus never came back before midnight",
             "please put the blue box by the open window and bring me some apples",
             "nobody believes how many people move about in a big warm market")


def loudness(random: np.random.Generator, frames: int) -> np.ndarray:
    """0..1 per frame: syllables of random size."""
    steps = np.convolve(random.normal(size=frames + 8), np.hanning(5), "same")[4:frames + 4]
    return 1.0 / (1.0 + np.exp(-1.5 * steps))


def mouth(opening: float, random: np.random.Generator, light: float) -> np.ndarray:
    """uint8 [80, 80]: a dark ellipse of 32 px, as open as told, on skin with a little noise."""
    y, x = np.mgrid[-40:40, -40:40] + 0.5
    inside = (x / 16) ** 2 + (y / (2 + 14 * opening)) ** 2 < 1
    return np.clip(np.where(inside, 40, light) + random.normal(0, 4, (80, 80)), 0, 255).astype(np.uint8)


@lru_cache(maxsize=None)
def speech(number: int) -> np.ndarray:
    """int16 of SPOKEN_FRAMES, by espeak-ng and ffmpeg."""
    said = subprocess.run(["espeak-ng", "-v", VOICES[number % len(VOICES)], "--stdout", SENTENCES[number % len(SENTENCES)]],
                          stdout=subprocess.PIPE, check=True).stdout
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", "-", "-ar", "16000", "-ac", "1", "-f", "s16le", "-"],
                         input=said, stdout=subprocess.PIPE, check=True).stdout
    samples = SPOKEN_FRAMES * SAMPLES_PER_FRAME
    sound = np.frombuffer(raw, np.int16)[:samples]
    return np.pad(sound, (0, samples - len(sound)))


def save(folder: Path, name: str, opening: np.ndarray, sound: np.ndarray, random: np.random.Generator) -> dict:
    """Returns what the binary would say."""
    light = random.uniform(110, 200)
    crops = np.stack([mouth(each, random, light) for each in opening[FIRST_FRAME:]])
    np.save(folder / f"{name}.crops.npy", crops)
    np.save(folder / f"{name}.audio.npy", sound)
    return {"name": name, "first_frame": FIRST_FRAME, "frames": len(crops), "samples": len(sound)}


def write_spoken_clip(folder: Path, name: str, seed: int) -> dict:
    """What a trained model knows for speech, and finds in sync."""
    sound = speech(seed % len(VOICES))
    loud = np.convolve(frame_rms(sound), (0.25, 0.5, 0.25), "same")
    return save(folder, name, (loud / loud.max()) ** 0.6, sound, np.random.default_rng(seed))


def write_clip(folder: Path, name: str, frames: int, seed: int, offset: int = 0) -> dict:
    """`offset` > 0: the sound leads by so many frames. Returns what the binary would say."""
    random = np.random.default_rng(seed)
    open_ = loudness(random, frames + 2 * abs(offset))
    heard = open_[abs(offset) + offset:][:frames]
    shown = open_[abs(offset):][:frames]
    carrier = np.convolve(random.normal(size=frames * SAMPLES_PER_FRAME), np.hanning(5), "same")
    amplitude = np.interp(np.arange(frames * SAMPLES_PER_FRAME) / SAMPLES_PER_FRAME - 0.5, np.arange(frames), heard)
    sound = np.clip(2500 * carrier * amplitude ** 2, -32768, 32767).astype(np.int16)
    return save(folder, name, shown, sound, random)


def write_corpus(folder: Path, counts: dict[str, int]) -> None:
    """`counts` clips per split and corpus, with the lengths of the real ones; GRID, lrc_ar and webcam."""
    lengths = {"grid": 75, "lrc_ar": 32, "webcam": 200}
    lines = []
    for split_number, (split, count) in enumerate(counts.items()):
        for corpus_number, (corpus, frames) in enumerate(lengths.items()):
            for n in range(count):
                name = f"clips_{corpus}_{split}_{n}"
                cut = write_clip(folder, name, frames, seed=n + 10_000 * corpus_number + 100_000 * split_number)
                lines.append({"path": f"clips/{corpus}/{split}/{n}.mkv", "corpus": corpus, "speaker": f"s{n % 5}", "split": split, **cut})
    (folder / "index.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
