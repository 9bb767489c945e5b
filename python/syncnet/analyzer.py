"""A video in, how far its audio is from its lips out."""

import functools
import io
import math
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from . import _syncnet
from .errors import Error
from .results import Result

Stop = _syncnet.Stop
Video = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO

LONGEST_TIMEOUT = 365 * 24 * 3600  # seconds; more is none

VIDEO_ENDINGS = frozenset(".mp4 .m4v .mov .webm .mkv .avi .mpg .mpeg .ts .mts .m2ts .mxf .flv .wmv .ogv .ogg".split())


def _request(
    face: str = "all",
    audio: str = "best",
    max_offset_ms: int | None = None,
    windows: tuple[float, float] | None = None,
    early: bool = False,
    timeout: float | None = None,
    stop: Stop | None = None,
) -> _syncnet.Request:
    if timeout is not None and math.isnan(timeout):
        raise Error("a timeout is a number of seconds", "invalid_request")
    limit = None if timeout is None or timeout > LONGEST_TIMEOUT else timeout
    return _syncnet.Request(str(face), str(audio), max_offset_ms, windows, bool(early), limit, stop)


def _frame(frame: Any) -> np.ndarray:
    array = np.asarray(frame)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise Error(f"a frame is height x width x 3 of uint8 (RGB), not {array.shape} of {array.dtype}", "invalid_request")
    return np.ascontiguousarray(array)


def _samples(samples: Any) -> np.ndarray:
    array = np.asarray(samples)
    if array.dtype.kind != "f" or array.ndim != 1:
        raise Error(f"samples are one row of float32 in -1..1, not {array.shape} of {array.dtype}", "invalid_request")
    return np.ascontiguousarray(array, np.float32)


class Feed:
    """Frames and samples that are in no file; in whatever order, for one thread at a time.

    The work goes on beside the caller, whom a push holds back while it is behind.
    """

    def __init__(self, feed: _syncnet.Feed, width: int, height: int) -> None:
        self._feed = feed
        self._shape = (height, width)

    def push_frame(self, frame: np.ndarray, time: float | None = None) -> None:
        """Height x width x 3 of uint8, RGB. `time` in seconds; None: by the count of frames."""
        array = _frame(frame)
        if array.shape[:2] != self._shape:
            raise Error(f"a frame of {array.shape[:2]}, where {self._shape} were announced", "invalid_request")
        self._feed.push_frame(array, time)

    def push_samples(self, samples: np.ndarray) -> None:
        """Mono, float32 in -1..1, without a gap."""
        self._feed.push_samples(_samples(samples))

    def finish(self) -> Result:
        """No more of it: waits for the result."""
        return self._feed.finish()


class Analyzer:
    """Holds the models: loads them once, and may be used by any number of threads, which run side by side."""

    def __init__(
        self,
        model: str = "",
        *,
        models: str | os.PathLike[str] = "",
        model_path: str | os.PathLike[str] = "",
        detector_path: str | os.PathLike[str] = "",
        calibration: str | os.PathLike[str] = "",
        cropped: bool = False,
    ) -> None:
        """`models` is the folder (empty: those on board); `model_path` and `detector_path` are the published weights,
        `calibration` what `syncnet calibrate` wrote. `cropped`: the videos are face crops of the published pipeline."""
        paths = (Path(p) if p else "" for p in (models, model_path, detector_path, calibration))
        folder, *others = paths
        self._analyzer = _syncnet.Analyzer(folder, model, *others, cropped)

    def score(self, video: Video, *, on_progress: Callable[[float], None] | None = None, **request: Any) -> Result:
        """Of a path, a file's bytes, or an open file.

        face: "all", "largest", "left", "right" or a track; audio: "best", "default", a track or a language;
        max_offset_ms: 200..10000; windows: (length, step) in seconds; early: stop as soon as the verdict is sure;
        timeout: in seconds; stop: a Stop.
        """
        asked = _request(**request)
        if isinstance(video, io.BytesIO):
            video = video.getbuffer()
        elif hasattr(video, "fileno"):
            video = video.fileno()
        elif not isinstance(video, (str, os.PathLike, bytes, bytearray, memoryview)):
            raise TypeError(f"a video is a path, bytes or an open file, not {type(video).__name__}")
        return self._analyzer.analyze(video, asked, on_progress)

    def feed(self, width: int, height: int, *, fps: float = 25, sample_rate: int = 0, **request: Any) -> Feed:
        """`fps` may be any rate; `sample_rate` in Hz, 0 where there is no audio."""
        return Feed(self._analyzer.feed(width, height, fps, sample_rate, _request(**request)), width, height)

    def score_frames(
        self, frames: Iterable[np.ndarray], samples: np.ndarray | None, *, fps: float = 25, sample_rate: int = 16000, **request: Any
    ) -> Result:
        """Of height x width x 3 uint8 RGB frames (an array or anything that yields them), and float32 samples."""
        feed = None
        for frame in frames:
            if feed is None:
                height, width = _frame(frame).shape[:2]
                feed = self.feed(width, height, fps=fps, sample_rate=0 if samples is None else sample_rate, **request)
                if samples is not None:
                    feed.push_samples(samples)
            feed.push_frame(frame)
        if feed is None:
            raise Error("there is no frame", "no_video_stream")
        return feed.finish()

    def rows(self, folder: str | os.PathLike[str], **request: Any) -> Iterator[dict[str, Any]]:
        """Of each video below a folder, by name: Result.row() with `video`; or `error` and `detail` where it failed."""
        for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in VIDEO_ENDINGS and p.is_file()):
            try:
                yield {"video": str(path)} | self.score(path, **request).row()
            except Error as error:
                if error.code in ("cancelled", "invalid_request"):
                    raise
                yield {"video": str(path), "error": error.code, "detail": str(error)}


@functools.cache
def default_analyzer() -> Analyzer:
    """The one behind score() and rows()."""
    return Analyzer()


def score(video: Video, **request: Any) -> Result:
    """Analyzer().score, with models that stay loaded."""
    return default_analyzer().score(video, **request)


def rows(folder: str | os.PathLike[str], **request: Any) -> Iterator[dict[str, Any]]:
    """Analyzer().rows, likewise: pandas.DataFrame(syncnet.rows("clips"))."""
    return default_analyzer().rows(folder, **request)
