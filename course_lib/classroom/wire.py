"""Numbers through a pipe whose other end is not trusted: JSON with arrays in it, no pickle, sizes bounded."""

import base64
import collections
import json
import re
import struct

import numpy as np

LIMIT = 64 * 2**20  # bytes of one message
_DTYPE = re.compile(r"[<>|=]?[biufc]\d{1,2}")


class Garbled(Exception):
    """What came through the pipe is no message."""


def send(stream, message):
    """Write one message: numbers, strings, arrays, and tuples, lists and dicts of these."""
    write(stream, json.dumps(_packed(message)).encode())


def receive(stream):
    """Read one message.

    Raises:
      EOFError: the other end is gone.
      Garbled: it is too large, or not what `send` writes.
    """
    data = read(stream)
    try:
        return _unpacked(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError) as error:
        raise Garbled(str(error)[:200]) from None


def write(stream, data):
    """Write bytes behind their length."""
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def read(stream):
    """Read what `write` wrote; raises `EOFError` and `Garbled` like `receive`."""
    length = struct.unpack("<Q", _exactly(stream, 8))[0]
    if length > LIMIT:
        raise Garbled(f"a message of {length} bytes, allowed are {LIMIT}")
    return _exactly(stream, length)


def _exactly(stream, count):
    data = stream.read(count)
    if data is None or len(data) < count:
        raise EOFError
    return data


def _packed(value):
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.ndarray | np.generic):  # before float: np.float64 is one
        return _packed_array(value)
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if isinstance(value, tuple | list):
        return {"tuple": [_packed(item) for item in value], "fields": getattr(value, "_fields", None)}
    if isinstance(value, dict):
        return {"dict": [[_packed(key), _packed(item)] for key, item in value.items()]}
    return {"other": type(value).__name__}


def _packed_array(value):
    if value.dtype.kind not in "biufc" or not _DTYPE.fullmatch(value.dtype.str):
        return {"other": str(value.dtype)}
    data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"array": data, "dtype": value.dtype.str, "shape": value.shape, "scalar": isinstance(value, np.generic)}


def _unpacked(value):
    if isinstance(value, list):
        raise TypeError("a bare list")
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return _unpacked_array(value)
    if "tuple" in value:
        items = tuple(_unpacked(item) for item in value["tuple"])
        return collections.namedtuple("Returned", value["fields"])(*items) if value["fields"] else items
    if "dict" in value:
        return {_unpacked(key): _unpacked(item) for key, item in value["dict"]}
    return type(str(value["other"])[:40], (), {})()  # stands for what is no number, and is called what that was


def _unpacked_array(value):
    if not _DTYPE.fullmatch(value["dtype"]):
        raise ValueError(f"arrays of {value['dtype']!r}")
    flat = np.frombuffer(base64.b64decode(value["array"], validate=True), np.dtype(value["dtype"]))
    array = flat.reshape([int(length) for length in value["shape"]]).copy()
    return array[()] if value["scalar"] else array
