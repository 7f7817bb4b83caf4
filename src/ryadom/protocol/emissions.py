"""What a transaction emits, and how it travels between nodes: as JSON."""

from functools import reduce
from operator import or_
from typing import Any

import msgspec

from .audience import Audience
from .events import EVENTS, Event
from .facts import AnyFact, Fact

Emission = tuple[Event | Fact, Audience | None]
"""An event for people with its audience, or a fact for servers, that leaves when its transaction has committed."""

_What: Any = reduce(or_, EVENTS) | AnyFact
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[tuple[_What, Audience | None]]).decode
_decode_one = msgspec.json.Decoder(tuple[_What, Audience | None]).decode
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


def packed(emissions: list[Emission]) -> bytes:
    """Emissions as bytes."""
    return _encode(emissions)


def unpacked(body: bytes) -> list[Emission]:
    """Emissions out of bytes, without those that only another version knows. Raises `msgspec.DecodeError`."""
    try:
        return _decode(body)
    except msgspec.ValidationError:
        # While nodes are restarted one after the other, some are of a newer version.
        return [emission for one in _split(body) for emission in _if_known(one)]


def _if_known(body: msgspec.Raw) -> list[Emission]:
    try:
        return [_decode_one(body)]
    except msgspec.ValidationError:
        return []
