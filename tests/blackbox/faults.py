"""A bad disk: file calls of the service that fail or take long; and a clock that jumps (tests/faults/faults.cpp)."""

import errno
import mmap
import os
import struct
from pathlib import Path

import support

LIBRARY = Path(os.environ.get("SYNCNET_FAULTS", support.ROOT / "build/tests/libfaults.so"))
CALLS = {"open": 1, "write": 2, "sync": 4, "rename": 8, "unlink": 16, "truncate": 32, "read": 64}
WRITING = ("open", "write", "sync", "rename", "unlink", "truncate")
ALWAYS = 1 << 30
# A sanitizer must be loaded before anything else.
AVAILABLE = LIBRARY.exists() and not support.SANITIZED


class Faults:
    """Of what lies below `folder`, in services that get `settings`."""

    def __init__(self, folder: Path):
        control = support.scratch_folder() / "control"
        control.write_bytes(bytes(28))
        with open(control, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 28)
        self.settings = {"LD_PRELOAD": LIBRARY, "FAULTS_CONTROL": control, "FAULTS_FOLDER": folder.resolve()}

    def _set(self, calls: tuple, error: int = 0, first: int = 0, times: int = ALWAYS, wait_ms: int = 0) -> None:
        self.clear()
        self._memory[4:24] = struct.pack("=5i", error, first, times, wait_ms, 0)
        self._memory[0:4] = struct.pack("=I", sum(CALLS[name] for name in calls))

    def clear(self) -> None:
        self._memory[0:4] = bytes(4)

    def fail(self, *calls: str, error: int = errno.EIO, first: int = 0, times: int = ALWAYS) -> None:
        """Of these calls, `times` from the `first` on."""
        self._set(calls, error, first, times)

    def slow(self, *calls: str, seconds: float) -> None:
        self._set(calls, wait_ms=int(seconds * 1000))

    def seen(self) -> int:
        """How many calls there were since."""
        return struct.unpack("=i", self._memory[20:24])[0]

    def jump(self, seconds: int) -> None:
        """The time of day, so far from the true one."""
        self._memory[24:28] = struct.pack("=i", seconds)
