"""What the black-box suites share: the program, sample clips, a running service, raw HTTP.

Environment: SYNCNET_BINARY is the program under test (default build/syncnet); SYNCNET_SAMPLES is a folder that keeps
sample clips from one run to the next (default: a temporary folder of this process).
"""

import atexit
import contextlib
import fcntl
import hashlib
import http.client
import io
import json
import os
import pty
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SYNCNET_BINARY", ROOT / "build/syncnet")).resolve()
SANITIZED = bool(os.environ.get("SYNCNET_SANITIZED"))    # memory is not the product's then
MAKE_SAMPLE = ROOT / "scripts/make_sample"

# How long to wait for what should be quick: machines are noisy, and a test that hangs must still end.
PATIENCE = 120
SMALL = ("--size", "320x240")

# Nothing of the caller's settings may leak into the program under test.
_OWN_SETTINGS = re.compile("|".join([*re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE), "FLASK_.*"]))


def environment(**extra: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not _OWN_SETTINGS.fullmatch(name)} | extra


# ---- ports, folders and samples


@contextlib.contextmanager
def closed_port():
    """A port that refuses: held as long as the block lasts, so that nobody else is given it, and never listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def free_port() -> int:
    """A port to listen on, out of the range from which the kernel gives ports to whoever asks for any."""
    lowest_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(max(1024, lowest_given - 20_000), lowest_given)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def has_bf16() -> bool:
    """Whether the processor computes with it, as far as the program may use it."""
    return score(sample("--seconds", "2"))[0]["model"]["precision"] == "bf16"


def scratch_folder() -> Path:
    """An empty folder that is gone when the tests end."""
    folder = Path(tempfile.mkdtemp(prefix="syncnet-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _sample_folder() -> Path:
    kept = os.environ.get("SYNCNET_SAMPLES")
    if not kept:
        return scratch_folder()
    folder = Path(kept).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


SAMPLES = _sample_folder()
_recipes = [MAKE_SAMPLE, *sorted((ROOT / "scripts/sample").glob("*.py"))]
_version = hashlib.sha256(b"".join(path.read_bytes() for path in _recipes)).hexdigest()


def _once(key: str, ending: str, make) -> Path:
    """The file that `make(path)` writes; made once, also where several processes want it at the same time."""
    name = hashlib.sha256(f"{_version} {key} {ending}".encode()).hexdigest()[:20]
    path = SAMPLES / f"{name}{ending}"
    if path.exists():
        return path
    with open(SAMPLES / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = SAMPLES / f"{name}.unfinished{ending}"
            make(unfinished)
            unfinished.rename(path)
    return path


def sample(*options: str, ending: str = ".mp4") -> Path:
    """A talking clip of scripts/make_sample: 4 s at 25 fps of 320x240 unless the options say otherwise."""
    options = (*(() if "--size" in options else SMALL), *options)

    def make(path: Path) -> None:
        done = subprocess.run([MAKE_SAMPLE, path, *options], capture_output=True, text=True, timeout=3 * PATIENCE)
        if done.returncode != 0:
            raise RuntimeError(f"make_sample {' '.join(options)}: {done.stderr}")

    return _once(" ".join(options), ending, make)


def samples(wanted: dict) -> dict[object, Path]:
    """Several samples, two at a time: {key: (options…)} or {key: (options…, ".webm")} to {key: path}."""

    def one(options) -> Path:
        if options and options[-1].startswith("."):
            return sample(*options[:-1], ending=options[-1])
        return sample(*options)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(wanted, pool.map(one, wanted.values())))


def edited(*arguments, ending: str = ".mkv") -> Path:
    """What ffmpeg makes with these arguments, inputs and all."""

    def make(path: Path) -> None:
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, path], check=True, timeout=PATIENCE)

    return _once(" ".join(map(str, arguments)), ending, make)


def short_sample() -> Path:
    """For where the answer hardly matters: quick to score."""
    return sample("--seconds", "1.6")


def long_sample(seconds: int) -> Path:
    """A small clip repeated without being encoded again. `seconds` is a multiple of 20."""
    cycle = sample("--seconds", "20", "--fps", "10", ending=".mkv")
    return edited("-stream_loop", str(seconds // 20 - 1), "-i", cycle, "-c", "copy")


# ---- the command line


def new_key(name: str, scopes: str, *options: str) -> tuple[str, str]:
    """A key, and its line for API_KEYS."""
    done = run("keys", "new", "--name", name, "--scope", scopes, *options)
    return done.stderr.split()[-1], done.stdout


def run(*arguments, timeout: float = 3 * PATIENCE, settings: dict[str, str] | None = None, **options) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, errors="replace", timeout=timeout,
                          env=environment(**(settings or {})), stdin=subprocess.DEVNULL, **options)


def on_terminal(*arguments, status: int = 0) -> str:
    """What a person sees on standard error."""
    master, slave = pty.openpty()
    with subprocess.Popen([BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave,
                          env=environment()) as process:
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError), os.fdopen(master, "rb", 0) as terminal:  # it ends with an error
            while piece := terminal.read(4096):
                shown += piece
    if process.returncode != status:
        raise AssertionError(f"{arguments[0]} ended with {process.returncode}: {shown.decode()}")
    return shown.decode()


def score(*videos: Path) -> list[dict]:
    """What `score --json` says of each video; all must be scored."""
    done = run("score", "--json", *videos)
    if done.returncode != 0:
        raise AssertionError(f"score ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def measured_offset(answer: dict) -> int:
    """The offset of the face that leads, whether or not it was enough for a decision."""
    results = answer["debug"]["all_results"]
    if not results or results[0]["offset"] is None:
        raise AssertionError(f"nothing was measured: {answer['reason_codes']}")
    return results[0]["offset"]


def offsets(*videos: Path) -> list[int]:
    return [measured_offset(answer) for answer in score(*videos)]


# ---- HTTP


class Answer:
    """A response, read completely."""

    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self) -> dict:
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:300]!r}"


class _Received:
    """Lets http.client read a response out of a socket that it did not open."""

    def __init__(self, connection: socket.socket):
        self.connection = connection

    def makefile(self, *_):
        return self.connection.makefile("rb")


def read_answer(connection: socket.socket, method: str = "POST") -> Answer:
    """The next response on a socket. Raises ConnectionError or http.client.HTTPException where there is none."""
    response = http.client.HTTPResponse(_Received(connection), method=method)
    response.begin()
    return Answer(response)


def form(fields: list[tuple], boundary: str = "a-boundary-that-no-video-holds") -> tuple[bytes, str]:
    """The body and Content-Type of a form. A field is (name, text) or (name, bytes, file name)."""
    body = io.BytesIO()
    for name, value, *file_name in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if file_name:
            head += f'; filename="{file_name[0]}"\r\nContent-Type: application/octet-stream'
        body.write(head.encode() + b"\r\n\r\n" + (value if isinstance(value, bytes) else value.encode()) + b"\r\n")
    body.write(f"--{boundary}--\r\n".encode())
    return body.getvalue(), f"multipart/form-data; boundary={boundary}"


class Service:
    """`syncnet serve` on a free port with folders of its own. Leaving it stops it and checks that it stopped well."""

    def __init__(self, *flags: str, folder: Path | None = None, **settings: object):
        """Flags as on the command line; settings by their environment names, None for unset; it runs in `folder`."""
        self.folder = folder or scratch_folder()
        self.uploads = self.folder / "uploads"
        self.temporary = self.folder / "tmp"
        self.uploads.mkdir(exist_ok=True)  # a second service may go on where the first one ended
        self.temporary.mkdir(exist_ok=True)
        # Every video is looked at anew, unless a suite is about what is remembered. Some are long, and a noisy machine takes its time.
        defaults = {"UPLOAD_DIR": self.uploads, "TMP_DIR": self.temporary, "CACHE_ENTRIES": 0, "MAX_VIDEO_SIZE_MB": 100,
                    "PROCESSING_TIMEOUT_SECONDS": PATIENCE}
        variables = environment(**{name: str(value) for name, value in (defaults | settings).items() if value is not None})
        port = [] if "PORT" in settings or "--port" in flags else ["--port", "0"]
        self.stderr: list[str] = []
        self.killed = False
        self._heard = threading.Condition()
        self._silent = False  # it will say no more
        self.started = time.monotonic()
        self.process = subprocess.Popen([BINARY, "serve", *port, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, errors="replace", env=variables, cwd=self.folder)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        with self.process.stderr as lines:
            for line in lines:
                with self._heard:
                    self.stderr.append(line)
                    self._heard.notify_all()
        with self._heard:
            self._silent = True
            self._heard.notify_all()

    def fails_to_start(self) -> str:
        """What it says when it gives up, which it must."""
        wait_until(lambda: self.process.poll() is not None or any("listening" in line for line in self.stderr), "starting or giving up")
        if self.process.poll() is None:
            self._kill()
            raise AssertionError(f"it started:\n{''.join(self.stderr)}")
        self._listener.join(PATIENCE)
        said = "".join(self.stderr)
        if self.process.returncode <= 0:
            raise AssertionError(f"it ended with {self.process.returncode}; it said:\n{said}")
        return said

    def wait_for_line(self, pattern: str, timeout: float = PATIENCE) -> re.Match:
        """Until the service has said it."""
        matches: list[re.Match] = []

        def said() -> bool:
            matches[:] = [m for m in map(re.compile(pattern).search, self.stderr) if m]
            return bool(matches)

        with self._heard:
            self._heard.wait_for(lambda: said() or self._silent, timeout)
            if not matches:
                raise AssertionError(f"the service never said {pattern!r}; it said:\n{''.join(self.stderr)}")
        return matches[0]

    def __enter__(self) -> "Service":
        try:
            self.port = int(self.wait_for_line(r"listening on https?://[^ ]*:(\d+)").group(1))
        except AssertionError:
            self._kill()
            raise
        self.ready_after = time.monotonic() - self.started
        return self

    def __exit__(self, kind, *_) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._kill()
            status = "nothing: it had to be killed"
        self._listener.join(PATIENCE)
        if kind is None and status != 0 and not self.killed:
            raise AssertionError(f"the service ended with {status}; it said:\n{''.join(self.stderr[-20:])}")

    def kill(self) -> None:
        """As the system does when memory is short: it can't do anything about it."""
        self.killed = True
        self._kill()

    def _kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listener.join(PATIENCE)

    # -- requests

    def connect(self, timeout: float = PATIENCE) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def request(self, method: str, path: str, body=None, headers: dict | None = None, timeout: float = 3 * PATIENCE) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def health(self) -> dict:
        answer = self.request("GET", "/health", timeout=PATIENCE)
        if answer.status != 200:
            raise AssertionError(f"/health: {answer}")
        return answer.json()

    def post_json(self, body) -> Answer:
        text = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.request("POST", "/score", text, {"Content-Type": "application/json"})

    def score_path(self, path, session_id: str = "s") -> Answer:
        return self.post_json({"video_path": str(path), "session_id": session_id})

    def post_form(self, fields: list[tuple]) -> Answer:
        body, content_type = form(fields)
        return self.request("POST", "/score", body, {"Content-Type": content_type})

    def upload(self, video: bytes | Path, session_id: str = "s") -> Answer:
        content = video if isinstance(video, bytes) else video.read_bytes()
        return self.post_form([("video", content, "clip.mp4"), ("session_id", session_id)])

    def raw(self, data: bytes, half_close: bool = False, timeout: float = PATIENCE) -> Answer | None:
        """What is answered to these bytes; None if the connection is closed without a word."""
        with self.connect(timeout) as connection:
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may have answered before
            try:
                return read_answer(connection)
            except (http.client.BadStatusLine, ConnectionError):
                return None

    def put(self, video: Path, name: str | None = None) -> str:
        """Places a video below the upload folder; the path to ask for."""
        target = self.uploads / (name or video.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(video, target)
        return str(target.relative_to(self.uploads))

    # -- what it costs

    def processes(self) -> list[int]:
        """Itself and all that descend from it."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                pass  # gone meanwhile
        family = [self.process.pid]
        for pid in family:
            family += [child for child, parent in parents.items() if parent == pid]
        return family

    def workers(self) -> list[int]:
        """The processes that look at videos: children of the first in their namespace, or grandchildren where there is none."""

        def is_first(pid: int) -> bool:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except (FileNotFoundError, ProcessLookupError):
                return False  # gone meanwhile
            return re.search(r"^NSpid:.*\s1$", status, re.MULTILINE) is not None

        return [pid for pid in self.processes()[2:] if not is_first(pid)]

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_mb(self) -> float:
        """Of all its processes; what they share counts once."""
        total = 0
        for pid in self.processes():
            try:
                total += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE).group(1))
            except (FileNotFoundError, ProcessLookupError, AttributeError):
                pass  # gone meanwhile
        return total / 1024


def wait_until(condition, what: str, timeout: float = PATIENCE) -> None:
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {timeout} s")
        time.sleep(0.02)
