"""What a training run keeps on disk: one file, replaced as a whole."""
import os
from pathlib import Path
from typing import Any

import torch

from .networks import LipSync

NAME = "checkpoint.pt"


def save_checkpoint(run: Path, state: dict[str, Any]) -> None:
    """Written beside and renamed, so that a stopped program leaves the old file or the new one, never half of one."""
    partial = run / (NAME + ".partial")
    torch.save(state, partial)
    os.replace(partial, run / NAME)


def load_model(path: Path) -> tuple[LipSync, dict[str, str]]:
    """The averaged weights of a checkpoint as a model in evaluation mode, and what the run says about itself."""
    state = torch.load(path, map_location="cpu")
    model = LipSync()
    model.load_state_dict(state["average"])
    return model.eval(), {"trained_on": state["trained_on"], "steps": str(state["step"])}
