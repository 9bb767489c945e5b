"""Makes the wheel (PEP 517) out of what CMake builds: the package, libsyncnet.so and the models.

SYNCNET_BUILD_DIR is a folder that CMake configured before, with SYNCNET_PYTHON=ON and for this Python; without it, it is
build-python below the sources.
"""

import base64
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]


def _version() -> str:
    return re.search(r"project\(syncnet VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]


def _tag() -> str:
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{python}-{python}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def _build() -> Path:
    """The build folder, with all in it that the wheel needs."""
    built = os.environ.get("SYNCNET_BUILD_DIR")
    folder = Path(built or SOURCE / "build-python")
    if not built:
        options = ["-DCMAKE_BUILD_TYPE=Release", "-DSYNCNET_PROGRAM=OFF", "-DSYNCNET_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}"]
        subprocess.run(["cmake", "-S", SOURCE, "-B", folder, "-G", "Ninja", *options], check=True)
    subprocess.run(["cmake", "--build", folder, "--target", "python_module"], check=True)
    module = folder / f"python/syncnet/_syncnet{sysconfig.get_config_var('EXT_SUFFIX')}"
    if not module.exists():
        raise FileNotFoundError(f"{module}: {folder} was configured for another Python")
    return folder


def _metadata() -> dict[str, str]:
    return {
        "METADATA": f"Metadata-Version: 2.1\nName: syncnet\nVersion: {_version()}\n"
        "Summary: tells whether a voice belongs to the lips in a video\n"
        "Requires-Python: >=3.11\nRequires-Dist: numpy\n",
        "WHEEL": f"Wheel-Version: 1.0\nGenerator: syncnet\nRoot-Is-Purelib: false\nTag: {_tag()}\n",
    }


def _info() -> str:
    return f"syncnet-{_version()}.dist-info"


def _contents(build: Path) -> dict[str, bytes]:
    """By name in the wheel."""
    files = {f"syncnet/{path.name}": path for path in (build / "python/syncnet").iterdir() if path.is_file()}
    files |= {f"syncnet/models/{path.name}": path for path in (build / "models").iterdir()}
    files["syncnet/libsyncnet.so.1"] = build / "libsyncnet.so.1"
    contents = {name: path.read_bytes() for name, path in sorted(files.items())}
    return contents | {f"{_info()}/{name}": text.encode() for name, text in _metadata().items()}


def _record(contents: dict[str, bytes]) -> str:
    lines = []
    for name, data in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    return "".join(lines) + f"{_info()}/RECORD,,\n"


def build_wheel(wheel_directory: str, config_settings=None, metadata_directory=None) -> str:
    contents = _contents(_build())
    name = f"syncnet-{_version()}-{_tag()}.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as wheel:
        for path, data in (contents | {f"{_info()}/RECORD": _record(contents).encode()}).items():
            wheel.writestr(path, data)
    return name


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings=None) -> str:
    folder = Path(metadata_directory) / _info()
    folder.mkdir()
    for name, text in _metadata().items():
        (folder / name).write_text(text)
    return folder.name


def build_sdist(sdist_directory: str, config_settings=None) -> str:
    raise NotImplementedError("the sources are the repository")
