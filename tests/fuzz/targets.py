"""What is tried with any bytes: each target takes some, and fails when something comes of them that must not.

`explore.py` finds bytes that lead where none has led before, and keeps them in `corpus/NAME`; they are tried with every
run of the tests.
"""

import ipaddress
import unicodedata
from collections.abc import Callable
from typing import Any, get_args

import msgspec

from ryadom.auth.bearer import SECURE_COOKIE, token_in
from ryadom.auth.devices import DeviceType, client_ip, device_of, forwarded_proto
from ryadom.auth.origin import same_origin
from ryadom.protocol.commands import Command
from ryadom.protocol.emissions import packed, unpacked
from ryadom.realtime.connection import Refused
from ryadom.realtime.handshake import Accepted, Head, answer
from ryadom.realtime.inbox import MAX_MESSAGE, Ended
from ryadom.realtime.reader import Reader

Target = Callable[[bytes], None]
TRUSTED = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32"))
PROXY = "10.0.0.1"
_encode = msgspec.json.Encoder().encode
_command = msgspec.json.Decoder(Command).decode


class _Listener:
    """A connection and a gate that note what comes."""

    def __init__(self) -> None:
        self.closing = False
        self.last_heard = 1000.0
        self.came: list[bytes] = []

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        """A pong, of which the latest counts."""

    def received(self, connection: object, text: bytes) -> None:
        """A whole message."""
        assert len(text) <= MAX_MESSAGE
        text.decode()
        self.came.append(text)


def _read(pieces: list[bytes]) -> tuple[list[bytes], bytes, int]:
    listener: Any = _Listener()
    reader = Reader(listener, listener)
    try:
        for piece in pieces:
            reader.feed(piece)
    except Ended as end:
        return listener.came, end.last_word, end.code
    return listener.came, b"", 0


def frames(data: bytes) -> None:
    """The frames of a client: the same comes of them however the network cuts them."""
    if not data:
        return
    size, data = data[0] + 1, data[1:]
    cut = [data[start : start + size] for start in range(0, len(data), size)]
    assert _read([data]) == _read(cut) == _read([data[:size], data[size:]])


def commands(data: bytes) -> None:
    """A command of a socket: understood, and then it is the same when it is written again; or refused."""
    try:
        command = _command(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    assert _command(_encode(command)) == command


def handshakes(data: bytes) -> None:
    """The head of a request: the same, whole or byte by byte; and a right answer, or a refusal."""
    whole = Head().feed(data)
    head, found = Head(), None
    for place in range(len(data)):
        found = head.feed(data[place : place + 1])
        if found is not None:
            break
    if isinstance(whole, tuple) and not isinstance(whole, Refused):
        assert isinstance(found, tuple)
        assert found[0] == whole[0]
        said = answer(whole[0], "192.0.2.1", lambda path, headers, peer: None)
        assert isinstance(said, Accepted | Refused)
        if isinstance(said, Accepted):
            assert said.response.count(b"\r\n\r\n") == 1


def user_agents(data: bytes) -> None:
    """The device of a session: a short line that can be seen and turns nothing around."""
    user_agent, _, declared = data.decode("latin-1").partition("\x00")
    name = declared.encode("latin-1").decode("utf-8", "replace")
    device = device_of(user_agent, "phone" if len(data) % 2 else None, name)
    assert device.device_type in get_args(DeviceType)
    assert 0 < len(device.device_name) <= 64
    for char in device.device_name:
        assert unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(char) not in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI", "PDI", "PDF")


def addresses(data: bytes) -> None:
    """The address of a client: nobody but a trusted proxy says another one, and it says an address."""
    values = data.decode("latin-1").split("\n")
    assert client_ip("203.0.113.9", values, TRUSTED) == "203.0.113.9"
    assert forwarded_proto("203.0.113.9", values, TRUSTED) == "http"
    told = ipaddress.ip_address(client_ip(PROXY, values, TRUSTED))
    assert client_ip(PROXY, [*values, "198.51.100.7"], TRUSTED) == "198.51.100.7"
    assert told.version in (4, 6)


def credentials(data: bytes) -> None:
    """What may sign somebody in: a token without spaces around it, of a header that has it; our own page, or not."""
    fields = data.decode("latin-1").split("\n")
    half = len(fields) // 2
    https = len(fields) % 2 == 0
    token, by_cookie = token_in(fields[:half], fields[half:], https=https)
    assert not (https and by_cookie) or any(SECURE_COOKIE in field for field in fields[half:])
    assert token is None or ((token and token == token.strip()) or by_cookie)
    assert token is not None or not by_cookie
    for field in fields:
        headers = {"origin": field, "host": "ryadom.test"}
        if same_origin(headers.get, ""):
            assert field.lower() in ("http://ryadom.test", "https://ryadom.test")


def words_of_nodes(data: bytes) -> None:
    """What another node says: understood as far as this version does, or refused; never another kind of mistake."""
    try:
        emissions = unpacked(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    assert unpacked(packed(emissions)) == emissions


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (frames, commands, handshakes, user_agents, addresses, credentials, words_of_nodes)
}
"""By their names."""
