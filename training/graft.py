"""Puts tensors of one file of weights beside those of another, in their place where there are such.

  python3 -m training.graft mouth.safetensors models/lipsync.safetensors --only mouth --manifest models/manifest.json

The file keeps its metadata and its other tensors. The manifest is told its new size and checksum.
"""
import argparse
import hashlib
import json
import os
from pathlib import Path

from . import safetensors


def parts(file: Path) -> set[str]:
    """What the tensors belong to: lip, sound, speech, mouth."""
    return {name.split(".")[0] for name in safetensors.load(file)[0]}


def graft(source: Path, target: Path, part: str) -> int:
    """Of the tensors called `part`.* those of the target go, those of the source come; returns how many. Throws ValueError where there are none."""
    tensors, metadata = safetensors.load(target)
    new = {name: tensor for name, tensor in safetensors.load(source)[0].items() if name.startswith(part + ".")}
    if not new:
        raise ValueError(f"{source} has no tensors {part}.*")
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(part + ".")}
    beside = target.with_suffix(".partial")         # renamed as a whole: programs that have mapped the file keep the old one
    safetensors.save(beside, kept | new, metadata)
    os.replace(beside, target)
    return len(new)


def tell_manifest(manifest: Path, file: Path) -> None:
    """Throws StopIteration where the manifest does not know the file."""
    content = json.loads(manifest.read_text())
    entry = next(model for model in content["models"] if model["file"] == file.name)
    entry["bytes"] = file.stat().st_size
    entry["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path, help="is changed")
    parser.add_argument("--only", required=True, metavar="PART", help="the tensors of this part: mouth, speech, ...")
    parser.add_argument("--manifest", type=Path, help="is changed, too")
    options = parser.parse_args()
    count = graft(options.source, options.target, options.only)
    if options.manifest:
        tell_manifest(options.manifest, options.target)
    print(f"{options.target}: {count} tensors {options.only}.* of {options.source}")


if __name__ == "__main__":
    main()
