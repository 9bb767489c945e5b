"""Where the zero of a model lies in the world: lips part when a closure bursts.

  python3 -m training.zero --data DIR --weights models/lipsync.safetensors [--out offsets.json]

A closure's end (p, b, m, but other stops and first syllables, too) is heard as a sharp rise above 1.5 kHz after quiet; at the
same moment the lower lip and jaw go down and the upper lip up. Around all such rises of a clip the mean velocity of the
opening is taken from the crops, by no network: how far the middle of the image moves between two frames, below the lips less
above them (Lucas and Kanade 1981, in one dimension). It is greatest where the sound really lies. What was measured of each
clip is taken off before the clips of a corpus are laid over each other, so what is left is the error of the measurement: > 0
where sound that is in place is taken for early. Its spread comes from drawing people anew (bootstrap). What corpora differ by
is known to a few ms; the zero itself to some 15, by which the shape of bursts and openings moves it. GRID's first speaker is within
5 ms of it, and is the fixed point.
"""
import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from .crossfit import ANCHOR, estimate
from .dataset import Clip, load_clips
from .export import load_exported
from .mel import SAMPLE_RATE
from .prepare import read_lines

HOP, WINDOW, FFT = 80, 320, 512         # samples: energies are 5 ms apart
ABOVE_HZ, TO_HZ = 1500, 7500
RISE, APART, QUIET_SHARE = 1.8, 12, 0.05    # nats within 40 ms; hops to the next greater one; of the clip's loud sound
UPPER, LOWER = slice(16, 38), slice(42, 68)     # rows of the crop above and below the lips
MIDDLE = slice(24, 56)                  # its columns
LAGS = np.arange(-400, 401, 5) / 1000.0     # seconds
FARTHEST = 0.25
DRAWS = 200
FRAME_S = 0.04


def rises(sound: np.ndarray) -> np.ndarray:
    """int16 [N] -> the times, in seconds, of sharp rises of what is above 1.5 kHz."""
    count = (len(sound) - WINDOW) // HOP
    if count < 4 * APART:
        return np.zeros(0)
    frames = sound[HOP * np.arange(count)[:, None] + np.arange(WINDOW)] / 32768.0 * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, FFT)) ** 2
    hz = np.arange(FFT // 2 + 1) * SAMPLE_RATE / FFT
    high, whole = power[:, (hz >= ABOVE_HZ) & (hz < TO_HZ)].sum(1), power[:, hz >= 90].sum(1)
    level = np.log(high + 1e-3 * np.percentile(high, 95) + 1e-12)
    rise = np.zeros(count)
    rise[4:-4] = level[8:] - level[:-8]
    loud = QUIET_SHARE * np.percentile(whole, 95)
    found = [k for k in range(20, count - 20) if rise[k] > RISE and rise[k] == rise[k - APART:k + APART + 1].max() and whole[k:k + 16].max() > loud]
    return (np.array(found) * HOP + WINDOW / 2) / SAMPLE_RATE


def moved_down(profile: np.ndarray, rows: slice) -> np.ndarray:
    """Grey levels [T, 80, columns] -> pixels [T - 1] by which these rows moved from frame to frame."""
    slope = np.gradient(profile, axis=1)
    slope = (slope[1:] + slope[:-1])[:, rows] / 2
    change = (profile[1:] - profile[:-1])[:, rows]
    return -(change * slope).sum((1, 2)) / ((slope ** 2).sum((1, 2)) + 1e-3)


def opening(crops: np.ndarray) -> np.ndarray:
    """uint8 [T, 80, 80] -> the velocity of the opening between neighbouring frames, pixels [T - 1]."""
    columns = crops[:, :, MIDDLE].astype(np.float32)
    padded = np.pad(columns, ((0, 0), (2, 2), (0, 0)), mode="edge")
    smooth = sum(weight * padded[:, k:k + columns.shape[1]] for k, weight in enumerate(np.array([1, 4, 6, 4, 1], np.float32) / 16))
    velocity = moved_down(smooth, LOWER) - moved_down(smooth, UPPER)
    return velocity - velocity.mean()


def around_rises(clip: Clip, measured: float) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts of the velocity at LAGS from each rise, with the clip's measured offset (frames) taken off."""
    velocity = opening(clip.crops)
    time = (clip.first_frame + np.arange(len(velocity)) + 0.5) * FRAME_S
    total, count = np.zeros(len(LAGS)), np.zeros(len(LAGS))
    for event in rises(clip.sound):
        values = np.interp(event + LAGS + measured * FRAME_S, time, velocity, left=np.nan, right=np.nan)
        known = ~np.isnan(values)
        total[known] += values[known]
        count[known] += 1
    return total, count


def peak(total: np.ndarray, count: np.ndarray) -> float:
    """Seconds: the lag at which the mean velocity is greatest, smoothed by the 40 ms between two frames."""
    mean = np.convolve(total / np.maximum(count, 1), np.hanning(9) / np.hanning(9).sum(), "same")
    near = np.flatnonzero(np.abs(LAGS) <= FARTHEST)
    best = int(near[mean[near].argmax()])
    left, middle, right = mean[best - 1:best + 2]
    bend = left - 2 * middle + right
    return float(LAGS[best] + (0.5 * (left - right) / bend if bend < 0 else 0.0) * (LAGS[1] - LAGS[0]))


def zero_of(clips: list[Clip], measured: dict[str, float]) -> tuple[float, float, int]:
    """Of the clips of one corpus: the error of what was measured, in seconds, its spread, and how many rises it rests on."""
    told = [clip for clip in clips if clip.name in measured]
    people: dict[str, np.ndarray] = {}
    with ProcessPoolExecutor() as pool:
        for clip, sums in zip(told, pool.map(around_rises, told, [measured[clip.name] for clip in told], chunksize=16)):
            people[clip.speaker] = people.get(clip.speaker, 0.0) + np.stack(sums)
    drawn = np.array(list(people.values()))             # [people, 2, lags]
    random = np.random.default_rng(0)
    peaks = [peak(*drawn[random.integers(0, len(drawn), len(drawn))].sum(0)) for _ in range(DRAWS)]
    return -peak(*drawn.sum(0)), float(np.std(peaks)), int(drawn[:, 1].sum(0).max())


def in_place(clips: list[Clip], measured: dict[str, float], error: float, zero_ms: float) -> dict[str, float]:
    """Offsets in frames on the scale of the world, `zero_ms` more; of clips that were not measured, the median."""
    median = float(np.median(list(measured.values())))
    return {clip.name: round(measured.get(clip.name, median) + (zero_ms / 1000 - error) / FRAME_S, 2) for clip in clips}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--weights", type=Path, help="of the model whose zero is asked for")
    source.add_argument("--offsets", type=Path, help="what was measured of each clip, by crossfit.py")
    parser.add_argument("--splits", default="train,validation")
    parser.add_argument("--out", type=Path, help="writes the offsets of these clips in the world, {name: frames}, for --offsets of train and crossfit")
    parser.add_argument("--zero-ms", type=float, default=0.0, help="what a clip in place is to measure: added to all that is written")
    options = parser.parse_args()
    measured_before = json.loads(options.offsets.read_text()) if options.offsets else {}
    corpora = sorted({entry["corpus"] for entry in read_lines(options.data / "index.jsonl")})
    written: dict[str, float] = {}
    for corpus in corpora:
        clips = [clip for split in options.splits.split(",") for clip in load_clips(options.data, split, {corpus})]
        known = estimate(load_exported(options.weights), clips) if options.weights else measured_before
        measured = {clip.name: known[clip.name] for clip in clips if clip.name in known}
        if measured:
            error, spread, events = zero_of(clips, measured)
            median = float(np.median(list(measured.values()))) * 1000 * FRAME_S
            print(f"{corpus:10} {len(measured):5} clips {events:6} rises: median {median:+5.0f} ms, too high by {1000 * error:+5.0f} ms +-{1000 * spread:.0f}", flush=True)
        if corpus == ANCHOR:            # one way of recording, in sync: its clips have no offsets of their own
            written |= {clip.name: options.zero_ms / 1000 / FRAME_S for clip in clips}
        elif measured:
            written |= in_place(clips, measured, error, options.zero_ms)
    if options.out:
        options.out.write_text(json.dumps(written, indent=0, sort_keys=True))


if __name__ == "__main__":
    main()
