"""What is known of one video.

Times are seconds from its start. Offsets are frames of 40 ms, above 0 where the audio leads: its match lies earlier
than the video. Confidences and distances are on the scale of the published SyncNet, and are its LSE-C and LSE-D only
where `model.as_published`.
"""

import json as _json
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

Decision = Literal["ALLOW", "NEXT", "BLOCK"]

MS_PER_FRAME = 40


class TimeSpan(NamedTuple):
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Reason:
    code: str  # stable; docs/api.md lists them
    sentence: str  # for people


@dataclass(frozen=True, slots=True)
class Measurement:
    offset_frames: int
    fine_offset_frames: float  # the same between frames
    confidence: float  # median - minimum of the sync curve
    min_dist: float  # its minimum
    evidence_s: float  # of speech with a readable mouth, at that offset


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The mean distance of lips and audio at each offset that was searched."""

    offsets: np.ndarray  # int, frames
    distances: np.ndarray  # float; NaN where there were too few pairs


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there was to judge by, in seconds."""

    has_audio: bool
    any_face: bool
    cut_off: bool  # the file ends before its header says
    video_s: float  # its length
    speech_s: float  # heard in it
    seen_s: float  # of that, while a face was in view
    readable_s: float  # of that, while a mouth could be read
    still_s: float  # of that, while no mouth in view moved
    fitting_s: float  # of speech with a readable mouth, what fits
    mismatched_s: float  # and what doesn't


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """From a cut, or its coming into view, to the next cut, or its going."""

    track: int
    seen: TimeSpan
    mean_box: tuple[float, float, float, float]  # left, top, right, bottom; pixels
    read: tuple[TimeSpan, ...]  # when its mouth could be read
    spoke: tuple[TimeSpan, ...]  # when the voice was its own
    decision: Decision  # as if no other face were there; and so are the next ones
    reasons: tuple[Reason, ...]
    score: float | None
    measurement: Measurement | None
    curve: Curve
    framewise: np.ndarray  # confidence of each frame; empty but for the published SyncNet


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch that one face explains at one offset, or that it doesn't."""

    time: TimeSpan
    track: int
    fits: bool
    offset_frames: float
    evidence_s: float


@dataclass(frozen=True, slots=True)
class Jump:
    time_s: float
    from_frames: int
    to_frames: int


@dataclass(frozen=True, slots=True)
class Drift:
    ms_per_s: float  # above 0: the audio runs fast
    error_ms_per_s: float
    significant: bool  # one offset doesn't explain the video


@dataclass(frozen=True, slots=True)
class Window:
    time: TimeSpan
    track: int
    speech_share: float  # 0..1
    measurement: Measurement | None  # None: too little speech, or no readable mouth
    fit: float  # 0..1: the voice belongs to the lips, at whichever offset


@dataclass(frozen=True, slots=True)
class Speaking:
    time: TimeSpan
    track: int | None  # None: the voice belongs to none of the faces


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    version: str
    precision: str
    detector: str
    as_published: bool  # confidence and min_dist are LSE-C and LSE-D


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    decision: Decision
    reasons: tuple[Reason, ...]  # the one that decided first
    # 0..1: that these are a person and that person's voice. None, as the measurement, where there was not enough
    # evidence: no number is made up.
    score: float | None
    measurement: Measurement | None
    curve: Curve
    evidence: Evidence
    faces: tuple[Face, ...]  # the leading one first
    passages: tuple[Passage, ...]
    jumps: tuple[Jump, ...]
    drift: Drift | None
    windows: tuple[Window, ...]  # if asked for, as the next
    speakers: tuple[Speaking, ...]
    model: Model
    stopped_at_s: float | None  # with `early`: so much of the video was enough
    json: str = field(repr=False)  # as the service answers

    @property
    def offset_frames(self) -> int | None:
        return self.measurement.offset_frames if self.measurement else None

    @property
    def confidence(self) -> float | None:
        return self.measurement.confidence if self.measurement else None

    @property
    def min_dist(self) -> float | None:
        return self.measurement.min_dist if self.measurement else None

    def as_dict(self) -> dict[str, Any]:
        """As the service answers (docs/api.md)."""
        return _json.loads(self.json)

    def row(self) -> dict[str, Any]:
        """One line of a table: numbers and strings only. With lse_c and lse_d if they are."""
        measured = self.measurement
        row: dict[str, Any] = {
            "decision": self.decision,
            "score": self.score,
            "offset_frames": self.offset_frames,
            "lag_ms": measured.offset_frames * MS_PER_FRAME if measured else None,
            "confidence": self.confidence,
            "min_dist": self.min_dist,
            "evidence_s": measured.evidence_s if measured else None,
            "reason_codes": ";".join(reason.code for reason in self.reasons),
            "model": self.model.name,
        }
        if self.model.as_published:
            row |= {"lse_c": self.confidence, "lse_d": self.min_dist}
        return row
