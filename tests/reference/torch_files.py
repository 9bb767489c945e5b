"""Files as torch.save writes them, made without PyTorch (which tests do not install).

The pickles are written instruction by instruction: legacy() and archive() give what PyTorch reads (make_torch_files.py checks
that), and a location such as "cuda:0" that only a machine with a GPU could have saved.
"""
import io
import pickle
import struct
import zipfile

import numpy as np

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
# A pickle that has a command run as soon as Python loads it.
MALICIOUS = pickle.dumps(MAGIC, 2) + pickle.dumps(PROTOCOL, 2) + pickle.dumps({}, 2) + b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R."


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def numbers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def state_dict(tensors: dict[str, np.ndarray], location: str, view: bytes = b"") -> bytes:
    """One pickle: an OrderedDict of float tensors, each with a storage of its own."""
    out = io.BytesIO()
    out.write(b"\x80\x02ccollections\nOrderedDict\n)R(")
    for key, (name, value) in enumerate(tensors.items()):
        strides = tuple(stride // value.itemsize for stride in np.ascontiguousarray(value).strides)
        storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(str(key)) + text(location) + number(value.size) + view + b"tQ"
        out.write(text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(0) + numbers(value.shape)
                  + numbers(strides) + b"\x89ccollections\nOrderedDict\n)RtR")
    out.write(b"u.")
    return out.getvalue()


def legacy(tensors: dict[str, np.ndarray], location: str = "cpu") -> bytes:
    keys = [str(key) for key in range(len(tensors))]
    parts = [pickle.dumps(MAGIC, 2), pickle.dumps(PROTOCOL, 2),
             pickle.dumps({"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, 2),
             state_dict(tensors, location, view=b"N"), pickle.dumps(keys, 2)]
    for value in tensors.values():
        parts += [struct.pack("<q", value.size), np.ascontiguousarray(value, np.float32).tobytes()]
    return b"".join(parts)


def archive(tensors: dict[str, np.ndarray], location: str = "cpu", compression: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        file.writestr("archive/data.pkl", state_dict(tensors, location))
        for key, value in enumerate(tensors.values()):
            file.writestr(f"archive/data/{key}", np.ascontiguousarray(value, np.float32).tobytes())
        file.writestr("archive/version", "3\n")
    return out.getvalue()
