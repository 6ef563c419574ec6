"""Inner values of an ONNX network as further outputs, without a library that edits networks.

An ONNX file is a Protocol Buffers message. Two such messages written one after the other are
read as one, and their lists of outputs are joined (Protocol Buffers, "Encoding": last one wins,
repeated fields are concatenated). So a network's outputs grow by a few bytes at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_GRAPH, _OUTPUT, _NAME = 7, 12, 1
"""Numbers of the fields `ModelProto.graph`, `GraphProto.output`, `ValueInfoProto.name`."""


def tapped(model: bytes, names: Sequence[str]) -> bytes:
    """Give the network with the named inner values added to its outputs, in that order."""
    outputs = [_field(_OUTPUT, _field(_NAME, name.encode())) for name in names]
    return model + _field(_GRAPH, b"".join(outputs))


def _field(number: int, content: bytes) -> bytes:
    """Write a field whose content is a string or a message: its key, length and bytes."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Write a whole number, seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
