"""Tells whether a voice belongs to the lips in a video.

    import syncnet
    result = syncnet.score("clip.mp4")
    print(result.decision, result.score, result.offset_frames, result.reasons[0].sentence)
"""

from ._syncnet import __version__
from .analyzer import Analyzer, Feed, Stop, rows, score
from .errors import Error
from .results import (
    Curve,
    Drift,
    Evidence,
    Face,
    Jump,
    Measurement,
    Model,
    Passage,
    Reason,
    Result,
    Speaking,
    TimeSpan,
    Window,
)

__all__ = [
    "Analyzer", "Curve", "Drift", "Error", "Evidence", "Face", "Feed", "Jump", "Measurement", "Model", "Passage",
    "Reason", "Result", "Speaking", "Stop", "TimeSpan", "Window", "__version__", "rows", "score",
]  # fmt: skip
