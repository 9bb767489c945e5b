"""Batches for the speech head: talk with pauses over other sounds, other sounds alone, and in which frames somebody speaks."""
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import mel
from .augment_sound import LONGEST_REVERB, degrade_recording, rooms
from .batches import warp_frequencies
from .dataset import SAMPLES_PER_FRAME
from .heard_clips import QUIET, UNCLEAR, HeardClip, read_sound, speech_truth
from .networks import SPEECH_FIELD, SPEECH_FIRST, SOUND_HOP
from .synthetic_effects import EFFECTS, effect
from .synthetic_sound import level, music, noise, tones

FRAMES = 90
SAMPLES = FRAMES * SAMPLES_PER_FRAME
PIECE_SECONDS = 12.0
KINDS = {"played": 0.38, "music": 0.10, "noise": 0.14, "tones": 0.07, "siren": 0.08, "applause": 0.06, "keys": 0.05, "fan": 0.05,
         "breath": 0.04, "cough": 0.03}
TALK = 0.55                 # share of the rows in which somebody speaks
OVER = 0.75                 # share of those with another sound under the speech
ECHO = 0.3                  # share of the rows in a room
PAUSE = 0.45                # share of the stretches of speech that a pause follows
LOWEST_SNR_DB, HIGHEST_SNR_DB = -2.0, 30.0
BESIDE, ECHOING = 2, 10     # unclear frames beside speech that was cut; behind it in a room

VOICES = ("en-us", "en-gb-scotland", "de", "fr", "es", "it", "pl", "sv", "tr", "hi", "id", "cmn", "ar", "ru", "el", "fi")
VARIANTS = ("m1", "m3", "m5", "m7", "f1", "f2", "f3", "f4", "croak", "whisper")
TEXTS = ("The rain had stopped before anybody noticed, and the streets were full of people again. Yes. No. Oh, why not?",
         "One, two, three. My brother bought a boat, which nobody in our family would have believed. Good morning!",
         "Amo la musica de la manana. Oui, bien sur. Das ist aber schade. Mamma mia, che bella giornata. Hai, so desu.")


def spoken_by_machine(random: np.random.Generator, count: int) -> list[HeardClip]:
    """espeak-ng in many voices: more speakers where only one has been recorded."""
    clips = []
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        for n in range(count):
            voice = f"{random.choice(VOICES)}+{random.choice(VARIANTS)}"
            command = ["espeak-ng", "-v", voice, "-s", str(random.integers(110, 230)), "-p", str(random.integers(15, 85)), "-w", wav,
                       TEXTS[n % len(TEXTS)]]
            if subprocess.run(command, capture_output=True).returncode == 0:
                sound = read_sound(wav)
                clips.append(HeardClip(voice, "espeak-ng", sound.astype(np.float32) / 32768.0, speech_truth(sound)))
    return clips


class Others:
    """Sounds that are not speech, made once, to cut from. `played`: midi_music's pieces, int16 [pieces, samples]."""

    def __init__(self, random: np.random.Generator, played: np.ndarray, each: int) -> None:
        samples = int(PIECE_SECONDS * mel.SAMPLE_RATE)
        self.pieces = {"played": [level(piece.astype(np.float32)) for piece in played],
                       "music": [music(random, PIECE_SECONDS) for _ in range(each)],
                       "noise": [noise(random, samples) for _ in range(2 * each)],
                       "tones": [tones(random, samples) for _ in range(each)]}
        for kind in EFFECTS:
            self.pieces[kind] = [effect(random, kind, PIECE_SECONDS) for _ in range(each)]

    def cut(self, random: np.random.Generator) -> np.ndarray:
        """float32 [SAMPLES] of some kind, faster or slower, at times with another one."""
        pieces = self.pieces[random.choice(list(KINDS), p=list(KINDS.values()))]
        piece = pieces[random.integers(len(pieces))]
        rate = np.exp(random.uniform(-0.5, 0.5))
        start = random.uniform(0, max(0.0, len(piece) - SAMPLES * rate - 2))
        x = np.interp(start + np.arange(SAMPLES) * rate, np.arange(len(piece)), piece).astype(np.float32)
        other = random.random()
        if other < 0.2:
            x = x + self.cut(random) * 10 ** (random.uniform(-15, 0) / 20)
        elif other < 0.35:      # one after the other
            cut = int(random.integers(SAMPLES // 4, 3 * SAMPLES // 4))
            x[cut:] = self.cut(random)[cut:]
        elif other < 0.45:      # comes and goes
            x[:int(random.integers(0, SAMPLES // 2))] = 0.0
            x[int(random.integers(SAMPLES // 2, SAMPLES)):] = 0.0
        return level(x) if np.abs(x).max() > 1e-4 else x


def talk(random: np.random.Generator, clips: list[HeardClip], echoing: bool) -> tuple[np.ndarray, np.ndarray]:
    """float32 [SAMPLES] with speech at an RMS of 0.1, and the truth of its frames."""
    sound, truth = np.zeros(SAMPLES, np.float32), np.full(FRAMES, QUIET, np.int8)
    at = int(random.integers(0, 40)) if random.random() < 0.5 else 0
    fade = np.linspace(0, 1, 160, dtype=np.float32)
    while at < FRAMES:
        clip = clips[random.integers(len(clips))]
        usual = clip.loudness
        frames = min(int(random.integers(5, 13)) if random.random() < 0.3 else int(random.integers(12, 75)), len(clip.truth), FRAMES - at)
        if usual > 0 and frames > 1:
            first = int(random.integers(0, len(clip.truth) - frames + 1))
            piece = clip.sound[first * SAMPLES_PER_FRAME:(first + frames) * SAMPLES_PER_FRAME] * (0.1 / usual)
            piece[:160] *= fade
            piece[-160:] *= fade[::-1]
            sound[at * SAMPLES_PER_FRAME:(at + frames) * SAMPLES_PER_FRAME] = piece
            truth[at:at + frames] = clip.truth[first:first + frames]
        at += max(frames, 1)
        if random.random() < PAUSE:
            at += int(random.integers(6, 45))
    said = np.flatnonzero(truth != QUIET)
    behind = ECHOING if echoing else BESIDE
    for frame in said:
        around = truth[max(0, frame - BESIDE):frame + behind + 1]
        around[around == QUIET] = UNCLEAR
    return sound, truth


class SpeechMix:
    """`clips` by corpus, and each corpus's weight."""

    def __init__(self, clips: dict[str, list[HeardClip]], mix: dict[str, float], others: Others, seed: int) -> None:
        self.clips, self.mix, self.others = clips, mix, others
        self.random = np.random.default_rng(seed)

    def row(self, echoing: bool) -> tuple[np.ndarray, np.ndarray]:
        random = self.random
        if random.random() >= TALK:
            sound = self.others.cut(random) if random.random() < 0.96 else np.zeros(SAMPLES, np.float32)
            truth = np.full(FRAMES, QUIET, np.int8)
        else:
            corpus = random.choice(list(self.mix), p=list(self.mix.values()))
            clips = self.clips[corpus]
            few = [clips[k] for k in random.integers(0, len(clips), 2)]
            sound, truth = talk(random, few, echoing)
            if random.random() < OVER:
                sound = sound + self.others.cut(random) * 10 ** (-random.uniform(LOWEST_SNR_DB, HIGHEST_SNR_DB) / 20)
        floor = random.normal(size=SAMPLES) * 0.1 * 10 ** (-random.uniform(35, 80) / 20)
        return (sound + floor).astype(np.float32), truth

    def make(self, rows: int) -> tuple[Tensor, Tensor]:
        """The head's input f32 [B, 2, 40, M], and int8 [B, logits]."""
        random = self.random
        echoing = random.random(rows) < ECHO
        made = [self.row(bool(echo)) for echo in echoing]
        sound = torch.from_numpy(np.stack([sound for sound, _ in made]))
        wet = np.flatnonzero(echoing).tolist()
        if wet:
            size = 1 << (SAMPLES + LONGEST_REVERB).bit_length()
            echoes = rooms(random, len(wet), sound.device)
            sound[wet] = torch.fft.irfft(torch.fft.rfft(sound[wet], size) * torch.fft.rfft(echoes, size), size)[:, :SAMPLES]
        log_mel = mel.log_mel(degrade_recording(random, sound))
        mels = torch.stack([mel.normalise(log_mel), mel.raw_scaled(log_mel)], 1)
        warp_frequencies(random, mels)
        logits = (mels.shape[3] - SPEECH_FIELD) // SOUND_HOP + 1
        truth = torch.from_numpy(np.stack([truth for _, truth in made]))
        return mels, truth[:, SPEECH_FIRST:SPEECH_FIRST + logits]
