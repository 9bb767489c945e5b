"""Pictures and samples into a file, through one ffmpeg that gets raw frames on its standard input."""

import subprocess
import tempfile
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from sample.speech import RATE

FORMATS = {  # ending: (video codec, audio codec)
    ".mp4": ("libx264", "aac"),
    ".mov": ("libx264", "aac"),
    ".mkv": ("libx264", "flac"),
    ".webm": ("libvpx", "libopus"),
    ".avi": ("mpeg4", "libmp3lame"),
    ".mpg": ("mpeg2video", "mp2"),
    ".ts": ("libx264", "aac"),
}
_CODEC_OPTIONS = {
    "libx264": ["-preset", "veryfast", "-crf", "18"],
    "libvpx": ["-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M"],
    "libvpx-vp9": ["-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M"],
    "mpeg4": ["-q:v", "3"],
    "mpeg2video": ["-q:v", "3"],
}
_QUIET = ["ffmpeg", "-nostdin", "-y", "-v", "error"]


@dataclass
class Recipe:
    """How a clip is written."""

    fps: Fraction
    video_codec: str = ""  # empty: the container's usual one
    audio_codec: str = ""
    bitrate: str = ""  # of the pictures
    audio_start: float = 0.0  # seconds by which the audio stream's first timestamp is late
    rotate: int = 0  # degrees clockwise by which a player must turn the stored pictures
    frame_expression: str = ""  # ffmpeg's expression for the time of frame N in seconds; empty: constant rate


def _raw_input(size: tuple[int, int], fps: Fraction) -> list[str]:
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{size[0]}x{size[1]}", "-framerate", str(fps), "-i", "pipe:0"]


def _feed(command: list[str], pictures: Iterable[Image.Image]) -> None:
    with subprocess.Popen(command, stdin=subprocess.PIPE) as ffmpeg:
        try:
            for picture in pictures:
                ffmpeg.stdin.write(picture.tobytes())
            ffmpeg.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg has said why it stopped
    if ffmpeg.returncode != 0:
        raise RuntimeError(f"ffmpeg failed: {' '.join(command)}")


def _write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())


def _output(out: Path, recipe: Recipe, with_sound: bool) -> list[str]:
    video_codec, audio_codec = FORMATS[out.suffix]
    video_codec = recipe.video_codec or video_codec
    options = ["-c:v", video_codec, "-pix_fmt", "yuv420p", *_CODEC_OPTIONS.get(video_codec, [])]
    if recipe.bitrate:
        options += ["-b:v", recipe.bitrate]
    if with_sound:
        options += ["-map", "0:v", "-map", "1:a", "-c:a", recipe.audio_codec or audio_codec, "-ar", "48000"]
    if recipe.frame_expression:
        options += ["-vf", f"settb=1/1000,setpts=round(1000*({recipe.frame_expression}))"]
        options += ["-fps_mode", "passthrough", "-enc_time_base:v", "1:1000"]
        if out.suffix == ".mp4":
            options += ["-video_track_timescale", "1000"]
    return [*options, str(out)]


def encode(out: Path, pictures: Iterable[Image.Image], size: tuple[int, int], samples: np.ndarray | None, recipe: Recipe,
           repeat_to_frames: int = 0) -> None:
    """Writes the clip. With `repeat_to_frames` the pictures are one cycle, repeated until there are that many."""
    with tempfile.TemporaryDirectory() as folder:
        video = _raw_input(size, recipe.fps)
        if repeat_to_frames:
            cycle = Path(folder) / "cycle.nut"
            nearly_lossless = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-bf", "0", str(cycle)]
            _feed([*_QUIET, *video, *nearly_lossless], pictures)
            video, pictures = ["-stream_loop", "-1", "-i", str(cycle)], ()
        sound: list[str] = []
        if samples is not None:
            wav = Path(folder) / "sound.wav"
            _write_wav(wav, samples[round(recipe.audio_start * RATE) :])
            sound = ["-itsoffset", str(recipe.audio_start), "-i", str(wav)]
        # Not -frames:v, which would end the sound too, wherever that is by then.
        length = ["-vf", f"trim=end_frame={repeat_to_frames}"] if repeat_to_frames else []
        encoded = Path(folder) / out.name if recipe.rotate else out
        _feed([*_QUIET, *video, *sound, *length, *_output(encoded, recipe, samples is not None)], pictures)
        if recipe.rotate:  # ffmpeg writes a display matrix only where it copies a stream
            matrix = ["-metadata:s:v", f"rotate={360 - recipe.rotate}"]  # it counts the other way round
            subprocess.run([*_QUIET, "-i", str(encoded), "-c", "copy", *matrix, str(out)], check=True)
