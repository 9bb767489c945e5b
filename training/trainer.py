"""One training run: optimiser, schedule by elapsed time or steps, averaged weights, checkpoints, log."""
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import torch
from torch import Tensor, nn

from .batches import Batch, BatchMaker, batch_loader
from .checkpoint import NAME, load_model, save_checkpoint
from .dataset import Clip
from .losses import LARGEST_SCALE, SyncLoss, answers
from .measures import embed, summary
from .networks import LipSync
from .start import load_start

BATCH = 32
SPEECH_TO_OTHER = 4             # clips of speech for each one of something else
LEARNING_RATE, WEIGHT_DECAY, CLIP_NORM = 2e-3, 0.05, 2.0
WARM_UP = 0.03                  # share of the budget
AVERAGE_DECAY = 0.998
LOG_EVERY, SAVE_EVERY, VALIDATE_EVERY = 30.0, 120.0, 600.0      # seconds of training time


class AverageWeights:
    """Exponential average of weights and of the statistics of the batch normalisations."""

    def __init__(self, model: nn.Module) -> None:
        self.state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                self.state[name].lerp_(tensor, 1.0 - decay)
            else:
                self.state[name].copy_(tensor)


@dataclass
class Teacher:
    """A trained model whose answers another one learns."""
    model: LipSync
    scale: Tensor

    @torch.no_grad()
    def embeddings(self, batch: Batch) -> tuple[Tensor, Tensor]:
        return self.model.lip(batch.frames)[0], self.model.sound(batch.mel[:len(batch.frames), :1], batch.first, batch.end)[0]


def load_teacher(checkpoint: Path, device: torch.device) -> Teacher:
    """What a run came to."""
    model, _ = load_model(checkpoint)
    scale = torch.load(checkpoint, map_location=device)["loss"]["log_scale"][0].exp().clamp(max=LARGEST_SCALE)
    return Teacher(model.to(device, memory_format=torch.channels_last), scale)


class Trainer:
    """Trains until `minutes` of training time or `steps` are spent; the learning rate falls to zero just then."""

    def __init__(self, run: Path, clips: list[Clip], validation: list[Clip], mix: dict[str, float], *,
                 minutes: float | None = None, steps: int | None = None, start: Path | None = None,
                 resume: bool = False, learning_rate: float = LEARNING_RATE,
                 fix_edges: bool = False, seed: int = 1, batch: int = BATCH, device: torch.device = torch.device("cpu"),
                 teachers: Sequence[Teacher] = ()) -> None:
        if (minutes is None) == (steps is None):
            raise ValueError("give either minutes or steps")
        self.run, self.clips, self.validation, self.mix = run, clips, validation, mix
        self.minutes, self.steps, self.highest_rate, self.seed = minutes, steps, learning_rate, seed
        self.batch, self.device, self.teachers = batch, device, teachers
        run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(seed)
        self.model = LipSync().to(device, memory_format=torch.channels_last)
        self.loss = SyncLoss().to(device)
        # Only kernels decay: biases, batch normalisations and scales have one dimension.
        parameters = [*self.model.parameters(), *self.loss.parameters()]
        self.optimizer = torch.optim.AdamW([
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}], lr=learning_rate, betas=(0.9, 0.98),
            **({"fused": True} if device.type == "cuda" else {}))
        self.average = AverageWeights(self.model)
        self.step, self.elapsed = 0, 0.0
        if resume and (run / NAME).exists():
            self.restore(torch.load(run / NAME, map_location=device))
        elif start is not None:
            # Past the plateau where nothing is learned yet.
            maker = BatchMaker(clips, mix, batch, batch // SPEECH_TO_OTHER, seed, device)
            self.model.load_state_dict(load_start(start, iter(maker), device).state_dict())
            self.average = AverageWeights(self.model)
        if fix_edges:
            self.model.lip.fix_edges()

    def take_weights(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.loss.load_state_dict(state["loss"])
        self.average.state = state["average"]

    def restore(self, state: dict) -> None:
        self.take_weights(state)
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.elapsed = state["step"], state["elapsed"]

    def save(self) -> None:
        save_checkpoint(self.run, {
            "model": self.model.state_dict(), "loss": self.loss.state_dict(), "optimizer": self.optimizer.state_dict(),
            "average": self.average.state, "step": self.step, "elapsed": self.elapsed,
            "trained_on": ", ".join(sorted({clip.corpus for clip in self.clips}))})

    def progress(self) -> float:
        """0..1 of the budget."""
        return self.step / self.steps if self.steps is not None else self.elapsed / (60.0 * self.minutes)

    def learning_rate(self) -> float:
        done = min(1.0, self.progress())
        if done < WARM_UP:
            return self.highest_rate * (done / WARM_UP + 0.01)
        return self.highest_rate * 0.5 * (1.0 + math.cos(math.pi * (done - WARM_UP) / (1.0 - WARM_UP)))

    def train_step(self, batch: Batch) -> dict[str, Tensor]:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        clips = len(batch.frames)
        with torch.autocast(self.device.type, torch.bfloat16):
            lip = self.model.lip(batch.frames)
            sound = self.model.sound(batch.mel[:clips, :1], batch.first, batch.end)
            speech = self.model.speech(batch.mel)
            others = [teacher.embeddings(batch) for teacher in self.teachers]
        taught = answers([teacher.scale * (a @ b.transpose(1, 2)) for teacher, (a, b) in zip(self.teachers, others)], batch) if others else None
        total, parts = self.loss(lip, sound, speech, batch, taught)
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
        self.optimizer.step()
        self.average.update(self.model, self.step)
        self.step += 1
        return parts

    def averaged_model(self) -> LipSync:
        model = LipSync().to(self.device, memory_format=torch.channels_last)
        model.load_state_dict(self.average.state)
        return model.eval()

    def log(self, entry: dict) -> None:
        entry = {"step": self.step, "minutes": round(self.elapsed / 60, 2), **entry}
        with (self.run / "log.jsonl").open("a") as file:
            file.write(json.dumps(entry) + "\n")
        print("  ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in entry.items()), flush=True)

    def validate(self) -> None:
        embedded = embed(self.averaged_model(), self.validation)
        for corpus in sorted({item.clip.corpus for item in embedded}):
            group = [item for item in embedded if item.clip.corpus == corpus]
            values = summary(group)
            self.log({"validation": corpus, **values, "within1_of_5": summary(group, 5)["within1"]})

    def train(self) -> LipSync:
        """Trains to the end of the budget and returns the averaged model. Validation and saving cost no training time."""
        if self.progress() >= 1.0:
            return self.averaged_model()
        # A resumed run must not see the first run's batches again.
        maker = BatchMaker(self.clips, self.mix, self.batch, self.batch // SPEECH_TO_OTHER, self.seed + self.step, self.device)
        log, save, validate = Every(LOG_EVERY, self.elapsed), Every(SAVE_EVERY, self.elapsed), Every(VALIDATE_EVERY, self.elapsed)
        tally = Tally()
        batches = batch_loader(maker)
        while self.progress() < 1.0:
            start = time.monotonic()
            batch = next(batches)
            waited = time.monotonic() - start
            parts = self.train_step(batch)
            spent = time.monotonic() - start
            self.elapsed += spent
            tally.add({**parts, "waiting_s": waited, "step_s": spent})
            if log.due(self.elapsed):
                scales = [round(float(scale), 1) for scale in self.loss.log_scale.exp()]
                self.log({**tally.means(), "lr": self.learning_rate(), "scales": scales})
            if save.due(self.elapsed):
                self.save()
            if validate.due(self.elapsed):
                self.validate()
        self.save()
        self.validate()
        return self.averaged_model()


class Every:
    """Says once per interval that it is time."""

    def __init__(self, seconds: float, now: float) -> None:
        self.seconds, self.next = seconds, now + seconds

    def due(self, now: float) -> bool:
        if now < self.next:
            return False
        self.next = now + self.seconds
        return True


class Tally:
    """Means of what was logged since the last line."""

    def __init__(self) -> None:
        self.sums: dict[str, float | Tensor] = {}
        self.count = 0

    def add(self, values: dict[str, float | Tensor]) -> None:
        self.count += 1
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def means(self) -> dict[str, float]:
        means = {name: float(value) / self.count for name, value in self.sums.items()}
        self.sums, self.count = {}, 0
        return means
