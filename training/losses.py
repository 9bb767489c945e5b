"""The three questions that the towers learn to answer, and the speech head's one."""
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .batches import PLACES, Batch
from .sync import MIN_PAIRS, PRIOR_PAIRS

NEIGHBOUR = 0.12            # share of the answer that goes to the frame before and to the frame after the true one:
                            # clips are known to a frame, not better, and neighbours look alike
SHORTEST_WINDOW, LONGEST_WINDOW = 5, 50
FIRST_SCALES = (10.0, 25.0, 25.0)
LARGEST_SCALE = 80.0        # a sharper softmax than this only memorises
TAUGHT = 0.5                # share of the answer that is the teachers'
NEVER = -1e4


def soft_cross_entropy(logits: Tensor, target: Tensor, allowed: Tensor, counted: Tensor, taught: Tensor | None = None) -> Tensor:
    """Mean over the `counted` rows of the cross entropy with the target smeared over its allowed neighbours.

    logits [R, C]; target int64 [R]; allowed bool [R, C]; counted bool [R], true only where the target is allowed;
    taught f32 [R, C]: what teachers answer, half of the target where there are any.
    """
    columns = torch.arange(logits.shape[1], device=logits.device)
    distance = (columns - target[:, None]).abs()
    wanted = ((distance == 0) * (1.0 - 2 * NEIGHBOUR) + (distance == 1) * NEIGHBOUR) * allowed
    wanted = wanted / wanted.sum(1, keepdim=True).clamp(min=1e-6)
    if taught is not None:
        wanted = torch.lerp(wanted, taught, TAUGHT)
    each = -(wanted * logits.masked_fill(~allowed, NEVER).log_softmax(1)).sum(1)
    return each.masked_fill(~counted, 0.0).sum() / counted.sum().clamp(min=1)


def diagonals(x: Tensor) -> Tensor:
    """[B, n, n + 31] -> [B, n, 32] with y[b, k, v] = x[b, k, k + v]: row k seen at place v."""
    clips, rows, columns = x.shape
    flat = x.flatten(1)[:, :(rows - 1) * (columns + 1) + PLACES + 1]
    return F.pad(flat, (0, rows * (columns + 1) - flat.shape[1])).view(clips, rows, columns + 1)[:, :, :PLACES + 1]


def slid(lips: Tensor, sounds: Tensor) -> Tensor:
    """[B, n, D], [C, n + 31, D] -> [B, C, 32]: the sum of the products of all pairs at each place."""
    pairs = lips[:, None] @ sounds[None].transpose(2, 3)
    return diagonals(pairs.flatten(0, 1)).sum(1).view(len(lips), len(sounds), -1)


@dataclass
class Answers:
    """What teachers say to the frames' two questions: probabilities."""
    to_sound: Tensor        # f32 [B, n, n + 31]
    to_lip: Tensor          # f32 [B, n + 31, n]


@torch.no_grad()
def answers(logits: list[Tensor], batch: Batch) -> Answers:
    """The mean of the teachers' answers, from their similarities times their scales, [B, n, n + 31] each."""
    silent = ~batch.valid[:, None]
    return Answers(torch.stack([x.masked_fill(silent, NEVER).softmax(2) for x in logits]).mean(0),
                   torch.stack([x.transpose(1, 2).softmax(2) for x in logits]).mean(0))


def frame_loss(similarity: Tensor, batch: Batch, scale: Tensor, taught: Answers | None = None) -> Tensor:
    """Which moment of this sound belongs to this lip embedding, and the other way round. similarity [B, n, n + 31]."""
    clips, rows, columns = similarity.shape
    target = batch.place[:, None] + torch.arange(rows, device=similarity.device)
    counted = batch.own.gather(1, target)
    to_sound = soft_cross_entropy((scale * similarity).flatten(0, 1), target.flatten(),
                                  batch.valid[:, None].expand(-1, rows, -1).flatten(0, 1), counted.flatten(),
                                  taught and taught.to_sound.flatten(0, 1))
    lip_of_sound = torch.arange(columns, device=similarity.device) - batch.place[:, None]
    exists = (lip_of_sound >= 0) & (lip_of_sound < rows) & batch.own
    to_lip = soft_cross_entropy((scale * similarity).transpose(1, 2).flatten(0, 1), lip_of_sound.flatten(),
                                torch.ones(clips * columns, rows, dtype=torch.bool, device=similarity.device), exists.flatten(),
                                taught and taught.to_lip.flatten(0, 1))
    return 0.5 * (to_sound + to_lip)


def window_loss(similarity: Tensor, lip_weight: Tensor, sound_weight: Tensor, batch: Batch, scale: Tensor) -> Tensor:
    """At which offset does a random stretch of lips match: the product's own question, with its own distance curve."""
    clips, rows, _ = similarity.shape
    distance = (2.0 - 2.0 * diagonals(similarity)).clamp(min=1e-4).sqrt()
    places = torch.arange(PLACES + 1, device=similarity.device)
    # At the true place only the clip's own sound fits; at the others anybody's speech is an answer, a wrong one.
    exists = torch.where(places == batch.place[:, None, None],
                         diagonals(batch.own[:, None].expand(-1, rows, -1).float()),
                         diagonals(batch.valid[:, None].expand(-1, rows, -1).float()))
    length = torch.randint(SHORTEST_WINDOW, min(LONGEST_WINDOW, rows) + 1, (clips,), device=similarity.device)
    first = (torch.rand(clips, device=similarity.device) * (rows - length + 1)).long()
    row = torch.arange(rows, device=similarity.device)
    window = (row >= first[:, None]) & (row < (first + length)[:, None])
    used = exists * window[:, :, None]
    weight = used * lip_weight[:, :, None] * diagonals(sound_weight[:, None].expand(-1, rows, -1))
    total = weight.sum(1)
    usual = (distance * weight).sum((1, 2)) / total.sum(1).clamp(min=1e-3)
    curve = ((distance * weight).sum(1) + PRIOR_PAIRS * usual[:, None]) / (total + PRIOR_PAIRS)
    available = used.sum(1) >= MIN_PAIRS
    return soft_cross_entropy(-scale * curve, batch.place, available, available.gather(1, batch.place[:, None])[:, 0])


def clip_loss(lip: Tensor, sound: Tensor, lip_weight: Tensor, sound_weight: Tensor, batch: Batch, scale: Tensor) -> Tensor:
    """Whose sound is it: the clip at its true place against every other clip's sound at the place where it fits best."""
    clips, rows, _ = lip.shape
    pairs = batch.own.float().unfold(1, rows, 1).sum(2)                                 # [C, 32]
    heard = sound_weight * batch.own
    # Every lip stretch slides along every sound; means over the pairs, weighed, with the prior's pairs of no likeness.
    total = slid(lip * lip_weight[:, :, None], sound * heard[:, :, None])
    weight = slid(lip_weight[:, :, None], heard[:, :, None])
    curve = (total / (weight + PRIOR_PAIRS)).masked_fill(pairs < MIN_PAIRS, NEVER)
    best = curve.amax(2)
    every = torch.arange(clips, device=lip.device)
    true = curve[every, every, batch.place]
    # A column or row without any overlap is no question, nor is the same speech cut out twice.
    counted = true > NEVER / 2
    apart = batch.apart & counted & counted[:, None]
    logits = torch.where(torch.eye(clips, dtype=torch.bool, device=lip.device), true[:, None], best.masked_fill(~apart, NEVER)) * scale
    each = F.cross_entropy(logits, every, reduction="none") + F.cross_entropy(logits.T, every, reduction="none")
    return 0.5 * each.masked_fill(~counted, 0.0).sum() / counted.sum().clamp(min=1)


def speech_loss(logits: Tensor, batch: Batch) -> Tensor:
    each = F.binary_cross_entropy_with_logits(logits, batch.speech, reduction="none")
    return (each * batch.speech_known).sum() / batch.speech_known.sum().clamp(min=1)


class SyncLoss(nn.Module):
    """The weighted sum, with one learned scale (inverse temperature) for each of the three questions."""

    WEIGHTS = {"frame": 1.0, "window": 1.0, "clip": 0.5, "speech": 0.5}

    def __init__(self) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(FIRST_SCALES).log())

    def forward(self, lips: tuple[Tensor, Tensor], sounds: tuple[Tensor, Tensor], speech: Tensor,
                batch: Batch, taught: Answers | None = None) -> tuple[Tensor, dict[str, Tensor]]:
        """Embeddings and reliability of lips [B, n] and sounds [B, n + 31], speech logits -> the loss and its parts."""
        (lip, lip_weight), (sound, sound_weight) = lips, sounds
        scales = self.log_scale.exp().clamp(max=LARGEST_SCALE)
        similarity = lip @ sound.transpose(1, 2)
        parts = {
            "frame": frame_loss(similarity, batch, scales[0], taught),
            "window": window_loss(similarity, lip_weight, sound_weight, batch, scales[1]),
            "clip": clip_loss(lip, sound, lip_weight, sound_weight, batch, scales[2]),
            "speech": speech_loss(speech, batch),
        }
        total = sum(self.WEIGHTS[name] * part for name, part in parts.items())
        return total, {name: part.detach() for name, part in parts.items()}
