"""What the service adds to an analysis: start to ready, latency of a warm request, memory.

  bench/service.py build/syncnet CLIP
"""
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WARM, COUNTED = 3, 20


def post(port: int, body: bytes) -> dict:
    boundary = "bench"
    form = (f'--{boundary}\r\nContent-Disposition: form-data; name="video"; filename="clip"\r\n\r\n').encode() + \
        body + f"\r\n--{boundary}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/score", form, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    return json.loads(connection.getresponse().read())


def main() -> None:
    binary, clip = sys.argv[1], Path(sys.argv[2]).read_bytes()
    with tempfile.TemporaryDirectory() as uploads:
        start = time.monotonic()
        service = subprocess.Popen([binary, "serve", "--port", "0", "--upload-dir", uploads, "--env-file", "/dev/null"],
                                   stderr=subprocess.PIPE, text=True)
        for line in service.stderr:
            if found := re.search(r"listening on http://[^:]+:(\d+)", line):
                break
        ready = time.monotonic() - start
        port = int(found[1])
        wall, inside = [], []
        for k in range(WARM + COUNTED):
            begun = time.monotonic()
            answer = post(port, clip)
            if k >= WARM:
                wall.append(1000 * (time.monotonic() - begun))
                inside.append(answer["processing_time_ms"])
        peak = next(line for line in Path(f"/proc/{service.pid}/status").read_text().splitlines() if "VmHWM" in line)
        service.terminate()
        service.wait()
    print(f"start to ready          {1000 * ready:7.0f} ms")
    print(f"warm request, median    {statistics.median(wall):7.0f} ms (least {min(wall):.0f})")
    print(f"of which the analysis   {statistics.median(inside):7.0f} ms; the service adds "
          f"{statistics.median(wall) / statistics.median(inside) - 1:.1%}")
    print(f"peak memory             {int(peak.split()[1]) // 1024:7} MB")


if __name__ == "__main__":
    main()
