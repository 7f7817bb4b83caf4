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


def packed(emissions: list[Emission]) -> bytes:
    """Emissions as bytes."""
    return _encode(emissions)


def unpacked(body: bytes) -> list[Emission]:
    """Emissions out of bytes. Raises `msgspec.DecodeError` for what is none of ours."""
    return _decode(body)
