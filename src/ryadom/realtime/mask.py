"""Taking the mask off what a client sends: every byte is XORed with one of the four bytes of the frame's key.

Python has no XOR of bytes but one of integers of any size, so a payload becomes one integer and the key, repeated by a
multiplication, another.
"""

_read = int.from_bytes

SHORT = 1024
"""Payloads below this size have their entry in `STEPS`."""
_PIECE = 8192
"""Bytes of a longer payload that are one integer; more at a time take longer per byte."""


def _repeats(words: int) -> int:
    """What repeats a key so many times when it is multiplied by it."""
    return _read(b"\0\0\0\1" * words)


STEPS = tuple((size << 3, _repeats((size + 3) // 4 + 1), (-size & 3) << 3) for size in range(SHORT))
"""How key and payload are parted, by the payload's size: `bits`, `repeats`, `surplus`.

With both as one big-endian integer `both`, `both >> bits` is the key, and the payload is
`both ^ (both >> bits) * repeats >> surplus`: the key takes itself off too, and only the payload is left.
"""
_PIECE_REPEATS = _repeats(_PIECE // 4)


def unmasked(data: bytes, start: int, size: int) -> bytes:
    """The payload of this size whose key begins at `start`, and which follows its key."""
    body = start + 4
    if size < SHORT:
        bits, repeats, surplus = STEPS[size]
        both = _read(data[start : body + size])
        return (both ^ (both >> bits) * repeats >> surplus).to_bytes(size)
    piece = min(_PIECE, size + 3 & ~3)
    key = _read(data[start:body]) * (_PIECE_REPEATS >> (_PIECE - piece << 3))
    rest = size % piece
    end = body + size
    pieces = [(_read(data[at : at + piece]) ^ key).to_bytes(piece) for at in range(body, end - rest, piece)]
    if rest:
        pieces.append((_read(data[end - rest : end]) ^ key >> (piece - rest << 3)).to_bytes(rest))
    return b"".join(pieces)
