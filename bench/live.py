#!/usr/bin/python3
"""How far verdicts lag behind recordings: bench/live.py build/syncnet [--sessions 8] [--seconds 12]

Sends the same clip, as a browser records it, in so many sessions at the pace of the recording, and takes from each verdict
the time since the piece with the last frame that it knows was sent. Early exit is off, so that all go on to the end."""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PIECE_S = 0.1


def recording(folder: Path, seconds: int) -> Path:
    """WebM (VP8 and Opus) of 640x480, its clusters closed as often as MediaRecorder's."""
    made, clip = folder / "clip.webm", folder / "live.webm"
    root = Path(__file__).resolve().parents[1]
    subprocess.run([root / "scripts/make_sample", made, "--seconds", str(seconds), "--seed", "3"], check=True)
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", made, "-c", "copy", "-live", "1", "-cluster_time_limit", "100", clip], check=True)
    return clip


def ends_of_frames(clip: Path) -> list[float]:
    """By bytes of the file: for each piece of video, (where it ends, its time)."""
    told = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pos,size,pts_time", "-of", "json", clip],
                          capture_output=True, text=True, check=True)
    return [(int(packet["pos"]) + int(packet["size"]), float(packet["pts_time"])) for packet in json.loads(told.stdout)["packets"]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("binary")
    arguments.add_argument("--sessions", type=int, default=8)
    arguments.add_argument("--seconds", type=int, default=12)
    options = arguments.parse_args()
    os.environ["SYNCNET_BINARY"] = options.binary
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/blackbox"))
    import support
    import websocket

    with tempfile.TemporaryDirectory() as folder:
        clip = recording(Path(folder), options.seconds)
        whole, frames = clip.read_bytes(), ends_of_frames(clip)
        # What a camera has by then is sent every tenth of a second.
        due = [max((end for end, at in frames if at < k * PIECE_S), default=0) for k in range(1, int(options.seconds / PIECE_S) + 1)]
        due[-1] = len(whole)
        lags, gaps = [], []

        def session(port: int, delay: float) -> None:
            time.sleep(delay)
            with websocket.Client(port) as client:
                client.say(type="start", early=False)
                client.hear()
                began = time.monotonic()

                def send() -> None:
                    sent = 0
                    for k, end in enumerate(due, 1):
                        time.sleep(max(0.0, began + k * PIECE_S - time.monotonic()))
                        if end > sent:
                            client.send(whole[sent:end])
                        sent = end
                    client.say(type="end")

                sender = threading.Thread(target=send)
                sender.start()
                last = 0.0
                while (message := client.hear()) and message["type"] == "verdict":
                    # Its last frame was sent with the piece that was due next.
                    lags.append(time.monotonic() - began - (int(message["seconds"] / PIECE_S - 1e-6) + 1) * PIECE_S)
                    gaps.append(message["seconds"] - last)
                    last = message["seconds"]
                sender.join()

        with support.Service(LIVE_SESSIONS=options.sessions) as service:
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            threads = [threading.Thread(target=session, args=(service.port, 0.4 * k / options.sessions)) for k in range(options.sessions)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            own = resource.getrusage(resource.RUSAGE_SELF)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
        quantiles = statistics.quantiles(lags, n=100)
        print(f"{options.sessions} sessions of {options.seconds} s on {os.cpu_count()} cores: {len(lags)} verdicts, one every "
              f"{statistics.median(gaps):.2f} s of the recording (at most {max(gaps):.2f})")
        print(f"lag from the piece to the verdict: p50 {1000 * quantiles[49]:.0f} ms, p95 {1000 * quantiles[94]:.0f} ms, most {1000 * max(lags):.0f} ms")
        print(f"CPU: {cpu / options.seconds:.2f} cores for the service (with its start), {(own.ru_utime + own.ru_stime) / options.seconds:.2f} for the clients")


if __name__ == "__main__":
    main()
