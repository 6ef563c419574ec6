"""Expose inner values of an ONNX network as outputs, without a library for editing networks.

An ONNX file is a Protocol Buffers message. Two such messages one after the other are parsed as one,
and their lists of outputs are joined (Protocol Buffers, "Encoding": last one wins, repeated fields
are concatenated). So appending a few bytes adds outputs to a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_GRAPH, _OUTPUT, _NAME = 7, 12, 1
"""Field numbers of `ModelProto.graph`, `GraphProto.output` and `ValueInfoProto.name`."""


def tapped(model: bytes, names: Sequence[str]) -> bytes:
    """Return the network with the named inner values added to its outputs, in that order."""
    outputs = [_field(_OUTPUT, _field(_NAME, name.encode())) for name in names]
    return model + _field(_GRAPH, b"".join(outputs))


def _field(number: int, content: bytes) -> bytes:
    """Encode a length-delimited field: its key, length and bytes."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Encode an integer as a varint: seven bits a byte, lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
