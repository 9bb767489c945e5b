"""Trains the speech head alone, beginning with that of an exported model, and writes its tensors (`speech.*`):

  python3 -m training.speech --manifest DIR/manifest.jsonl --start models/lipsync.safetensors --music music.npy --minutes 4 \\
      --out lipsync.speech.safetensors [--mix grid=0.6,espeak-ng=0.4]
"""
import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import safetensors
from .export import folded_weights, with_folded_weights
from .heard_clips import SPEECH, UNCLEAR, load_heard
from .networks import LipSync, SpeechHead
from .speech_mix import Others, SpeechMix, spoken_by_machine
from .start import unfold
from .train import parse_mix
from .trainer import AverageWeights

MIX = {"grid": 0.25, "lrc_ar": 0.25, "webcam": 0.25, "talkvid": 0.10, "espeak-ng": 0.15}
MACHINE = "espeak-ng"
MACHINE_CLIPS, PIECES = 90, 40
BATCH = 32
LEARNING_RATE, WEIGHT_DECAY, CLIP_NORM, WARM_UP = 4e-3, 0.02, 1.0, 0.03
REMEMBERED = 60             # batches
USES = 3                    # of each batch, about: making one costs more than a step
MEASURING = 6               # batches by which the normalisation is set up


def load_start(path: Path, mix: SpeechMix) -> SpeechHead:
    head = with_folded_weights(safetensors.load(path)[0]).speech
    inputs = [mix.make(BATCH)[0] for _ in range(MEASURING)]
    unfold(head, lambda: [head(mels) for mels in inputs])
    return head


def train(head: SpeechHead, mix: SpeechMix, minutes: float) -> SpeechHead:
    """Leaves the head with the average of its weights."""
    optimiser = torch.optim.AdamW(head.parameters(), LEARNING_RATE, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY)
    average = AverageWeights(head)
    head.train()
    random, remembered = np.random.default_rng(0), []
    start, losses, step = time.process_time(), [], 0
    while (done := (time.process_time() - start) / (60 * minutes)) < 1.0:
        rate = min(1.0, done / WARM_UP + 0.01) * 0.5 * (1 + math.cos(math.pi * done))
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * rate
        if step % USES == 0:
            mels, truth = mix.make(BATCH)
            remembered = [*remembered[-REMEMBERED:], (mels, truth)]
        else:
            mels, truth = remembered[random.integers(len(remembered))]
            mels = mels + torch.tensor([0.0, random.uniform(-0.1, 0.1)])[None, :, None, None]     # another loudness
        known = truth != UNCLEAR
        logits = head(mels)
        loss = F.binary_cross_entropy_with_logits(logits[known], (truth[known] == SPEECH).float())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), CLIP_NORM)
        optimiser.step()
        step += 1
        average.update(head, step)
        losses.append(float(loss.detach()))
        if step % 50 == 0:
            print(f"{step:6} {time.process_time() - start:6.0f} s  loss {np.mean(losses[-50:]):.4f}", flush=True)
    head.load_state_dict(average.state)
    return head.eval()


def save(head: SpeechHead, path: Path) -> None:
    """Only the head's tensors, as they are in a whole model."""
    model = LipSync().eval()
    model.speech = head
    tensors = {name: tensor.numpy().astype(np.float16) for name, tensor in folded_weights(model).items() if name.startswith("speech.")}
    path.parent.mkdir(parents=True, exist_ok=True)
    safetensors.save(path, tensors, {"format": "lipsync-speech/1"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--music", type=Path, required=True, help="midi_music.py's pieces")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=4.0, help="of processor time")
    parser.add_argument("--mix", type=parse_mix, default=MIX, help="corpus=weight,...; adds up to 1")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/heard"), help="decoded sounds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    clips = {corpus: load_heard(options.manifest, "train", {corpus}, options.cache) for corpus in options.mix if corpus != MACHINE}
    if MACHINE in options.mix:
        clips[MACHINE] = spoken_by_machine(random, MACHINE_CLIPS)
    mix = SpeechMix(clips, options.mix, Others(random, np.load(options.music), PIECES), options.seed)
    save(train(load_start(options.start, mix), mix, options.minutes), options.out)


if __name__ == "__main__":
    main()
