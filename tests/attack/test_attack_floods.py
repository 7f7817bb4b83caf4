"""Too much, too slow, too large, too deep: refused, and nobody waits for it."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from attack.victim import Victim, ask, request
from edge.wire import CLOSE, TEXT, UPGRADE, Wire
from process.real_server import Client

HALF_OPEN = 1500
BEGINNINGS = (
    b"", b"G", b"POST /login HTTP/1.1\r\nHost: x\r\nX-Slow: a",
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgr",
)  # fmt: skip
DEEP = (b"[" * 60_000, b'{"a":' * 12_000, b"[" * 30_000 + b"]" * 30_000)
NUMBERS = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"-1",
    b"0",
    b"1.5",
    b"9" * 400,
    b"18446744073709551616",
    b"1e400",
)


async def signed_in(victim: Victim, client: Client) -> Wire:
    """A raw socket that has its hello."""
    wire = await Wire.connect(victim.port)
    wire.send(UPGRADE.replace(b"\r\n\r\n", f"\r\nAuthorization: Bearer {client.token}\r\n\r\n".encode()))
    assert b" 101 " in await wire.head()
    assert b'"hello"' in (await wire.receive()).payload
    return wire


async def last_code(wire: Wire) -> int:
    """The code that the server closes with."""
    while (frame := await wire.receive()).opcode != CLOSE:
        pass
    wire.shut()
    return frame.code


@asynccontextmanager
async def half_open(victim: Victim) -> AsyncIterator[None]:
    """Many connections that have begun a request."""
    async with AsyncExitStack() as stack:
        for number in range(HALF_OPEN):
            wire = await Wire.connect(victim.port)
            stack.callback(wire.shut)
            wire.send(BEGINNINGS[number % len(BEGINNINGS)])
        yield


@pytest.fixture
async def many_were_here(victim: Victim) -> None:
    """What Python keeps for the next connections once there were many (9 kB each) is no leak: it is used again."""
    async with half_open(victim):
        pass


async def test_connections_that_never_finish_a_request(
    victim: Victim, many_were_here: None, mallory: Client
) -> None:  # fmt: skip
    for _ in range(3):
        async with half_open(victim):
            assert await ask(victim, mallory, "GET", "/users/me") == 200


async def test_bytes_that_drip(victim: Victim, mallory: Client) -> None:
    """Slowloris: a head that comes byte by byte gets no more time by it; the rest of it is tried in tests/edge."""
    async with AsyncExitStack() as stack:
        wires = [await Wire.connect(victim.port) for _ in range(200)]
        for wire in wires:
            stack.callback(wire.shut)
            wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for letter in b"X-a: bcdefgh":
            for wire in wires:
                wire.send(bytes((letter,)))
            await asyncio.sleep(0.02)
        assert await ask(victim, mallory, "GET", "/users/me") == 200


async def test_bodies_heads_and_addresses_without_end(victim: Victim, mallory: Client) -> None:
    large = b'{"text":"' + b"x" * 10_000_000 + b'"}'
    assert await ask(victim, mallory, "POST", "/chats/1/messages", large) == 413
    many = {f"X-{number}": "y" for number in range(5000)}
    assert (await request(victim, "GET", "/healthz", **many))[0] in (400, 431)
    assert (await request(victim, "GET", "/healthz", X_Large="y" * 1_000_000))[0] in (400, 431)
    assert (await request(victim, "GET", "/" + "a" * 1_000_000))[0] in (400, 414, 431)
    assert (await request(victim, "GET", "/healthz?" + "a=b&" * 3000))[0] in (200, 400, 431)


async def test_a_body_that_says_it_is_larger_than_it_is_allowed(victim: Victim, mallory: Client) -> None:
    wire = await Wire.connect(victim.port)
    wire.send(
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{"
    )
    assert (await wire.answer())[0] == 413
    wire.shut()
    wire = await Wire.connect(victim.port)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    wire.send(
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for _ in range(100):
        wire.send(chunk)
    assert (await wire.answer())[0] == 413
    wire.shut()


@pytest.mark.parametrize("deep", DEEP, ids=["lists", "objects", "closed"])
async def test_json_nested_without_end(victim: Victim, mallory: Client, deep: bytes) -> None:
    for path in ("/login", "/chats", "/chats/1/messages"):
        assert await ask(victim, mallory, "POST", path, deep) == 400
    wire = await signed_in(victim, mallory)
    for _ in range(20):
        wire.frame(TEXT, deep[:60_000])
    wire.frame(TEXT, b'{"type":"ping"}')
    while b'"pong"' not in (frame := await wire.receive()).payload:
        assert b'"error"' in frame.payload
    wire.shut()


@pytest.mark.parametrize("number", NUMBERS)
async def test_numbers_that_are_none(victim: Victim, mallory: Client, number: bytes) -> None:
    for body in (b'{"kind":"direct","user_id":%s}', b'{"user_id":%s}'):
        path = "/chats" if b"kind" in body else "/contacts"
        assert await ask(victim, mallory, "POST", path, body % number) in (400, 404, 422)
    wire = await signed_in(victim, mallory)
    for field in (b'"chat_id":%s,"text":"x"', b'"chat_id":1,"text":"x","reply_to":%s'):
        wire.frame(TEXT, b'{"type":"send_message",' + field % number + b"}")
        assert b'"error"' in (await wire.receive()).payload
    wire.shut()


async def test_frames_without_end(victim: Victim, mallory: Client) -> None:
    wire = await signed_in(victim, mallory)
    wire.send(b"\x81\xff" + (2**62).to_bytes(8, "big") + b"mask" + b"x" * 1_000_000)
    assert await last_code(wire) == 1009
    wire = await signed_in(victim, mallory)
    wire.frame(TEXT, b"x" * 60_000, fin=False)
    for _ in range(3):
        wire.frame(0, b"x" * 60_000, fin=False)
    assert await last_code(wire) == 1009
    wire = await signed_in(victim, mallory)
    wire.frame(TEXT, b"x", fin=False)
    for _ in range(100_000):
        wire.frame(0, b"", fin=False)
    assert await last_code(wire) in (1008, 1009, 4429)


async def test_compression_is_not_spoken_so_nothing_can_burst(victim: Victim, mallory: Client) -> None:
    bomb = gzip.compress(json.dumps({"username": "a" * 50_000_000, "password": "b"}).encode())
    status, _, _ = await request(
        victim, "POST", "/login", bomb, Content_Type="application/json", Content_Encoding="gzip"
    )
    assert status in (400, 413, 415)
    wire = await Wire.connect(victim.port)
    offer = b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\nAuthorization: Bearer " + mallory.token.encode()
    wire.send(UPGRADE.replace(b"\r\n\r\n", offer + b"\r\n\r\n"))
    assert b"sec-websocket-extensions" not in (await wire.head()).lower()
    await wire.receive()
    wire.frame(TEXT, bomb[:50_000], rsv=4)
    assert await last_code(wire) == 1002


async def test_ranges_that_ask_for_the_same_again_and_again(victim: Victim, mallory: Client) -> None:
    status, headers, page = await request(victim, "GET", "/")
    assert status == 200
    for wanted in ("bytes=" + ",".join(["0-"] * 1500), "bytes=" + ",".join(f"{n}-" for n in range(2000)), "bytes=5-1"):
        status, headers, body = await request(victim, "GET", "/", Range=wanted)
        assert status in (200, 206, 416)
        assert "multipart" not in headers["content-type"]
        assert len(body) <= len(page)


async def test_passwords_of_a_megabyte(victim: Victim, mallory: Client) -> None:
    """They are refused before anything is worked out of them."""
    body = json.dumps({"username": "mallory", "password": "x" * 1_000_000}).encode()
    answers = await asyncio.gather(
        *(request(victim, "POST", "/login", body, Content_Type="application/json") for _ in range(50))
    )
    assert {status for status, _, _ in answers} == {413}
    body = json.dumps({"username": "mallory", "password": "x" * 120_000}).encode()
    answers = await asyncio.gather(
        *(request(victim, "POST", "/login", body, Content_Type="application/json") for _ in range(50))
    )
    assert {status for status, _, _ in answers} <= {400, 401, 422}
