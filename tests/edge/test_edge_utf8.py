"""Text is UTF-8, also over fragments, and what cannot become it is refused as soon as that is seen."""

import pytest

from edge.talk import talk
from edge.test_edge_autobahn import CHOPS, HELLO, text
from edge.wire import CONT, TEXT, client_frame

VALID = [
    "Съешь же ещё этих мягких булок",
    "κόσμε",
    "日本語 한국어 ไทย",
    "👩‍👩‍👧‍👦",
    "\x00\x7f\x80\u07ff\u0800\ud7ff\ue000\ufffd\ufffe\uffff\U00010000\U0010ffff",
]
INVALID = [
    pytest.param(data, id=data.hex(" "))
    for data in (
        b"\x80", b"\xbf\xbf", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98",
        b"\xc3\x28", b"\xe2\x28\xa1", b"\xe2\x82\x28", b"\xf0\x28\x8c\xbc", b"\xf0\x90\x28\xbc", b"\xf0\x28\x8c\x28",
        b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf",
        b"\xf0\x8f\xbf\xbf", b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xb0\x80", b"\xed\xbf\xbf",
        b"\xed\xa0\x80\xed\xb0\x80", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80",
        b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff",
    )
]  # fmt: skip


@CHOPS
@pytest.mark.parametrize("words", VALID)
async def test_characters_may_be_cut_anywhere(words: str, size: int) -> None:
    data = words.encode()
    singles = [data[at : at + 1] for at in range(len(data))]
    assert (await talk(text(data) + text(*singles) + text(b"", *singles, b""), size)).texts == [data] * 3
    cuts = b"".join(text(data[:at], data[at:]) for at in range(len(data)))
    assert (await talk(cuts, size)).texts == [data] * len(data)


@CHOPS
@pytest.mark.parametrize("wrong", INVALID)
async def test_what_is_no_utf_8(wrong: bytes, size: int) -> None:
    data = "до ".encode() + wrong
    for sent in (
        text(data),
        text(data + b" after"),
        text(data * 400),
        *(text(data[:at], data[at:]) for at in (1, 4, 6)),
    ):
        outcome = await talk(HELLO + sent + HELLO, size)
        assert (outcome.texts, outcome.code, outcome.told) == ([b"hello"], 1007, 1006)


@pytest.mark.parametrize("wrong", [b"\xf4\x90", b"\xe0\x80", b"\xc0", b"\xff", b"\xc3\x28"])
async def test_a_fragment_that_cannot_go_on_is_refused_at_once(wrong: bytes) -> None:
    assert (await talk(client_frame(TEXT, b"fine", fin=False) + client_frame(CONT, wrong, fin=False))).code == 1007


async def test_a_fragment_that_can_go_on_is_not() -> None:
    assert (await talk(client_frame(TEXT, b"fine \xf4\x8f", fin=False))).frames == []
