from collections.abc import Callable
from pathlib import Path

import numpy as np

from .results import Result

__version__: str

class Stop:
    """Ends the analyses that were given it; they raise Error with code "cancelled". From any thread."""

    def __init__(self) -> None: ...
    def request(self) -> None: ...
    @property
    def requested(self) -> bool: ...

class Request:
    def __init__(
        self,
        face: str,
        audio: str,
        max_offset_ms: int | None,
        windows: tuple[float, float] | None,
        early: bool,
        timeout: float | None,
        stop: Stop | None,
    ) -> None: ...

class Feed:
    def push_frame(self, frame: np.ndarray, time: float | None, /) -> None: ...
    def push_samples(self, samples: np.ndarray, /) -> None: ...
    def finish(self) -> Result: ...

class Analyzer:
    def __init__(
        self, models: Path | str, model: str, model_path: Path | str, detector_path: Path | str, calibration: Path | str, cropped: bool, /
    ) -> None: ...
    def analyze(self, video: object, request: Request, on_progress: Callable[[float], None] | None, /) -> Result: ...
    def feed(self, width: int, height: int, fps: float, sample_rate: int, request: Request, /) -> Feed: ...
