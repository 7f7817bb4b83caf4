"""HTTP requests that are too slow or too large. Time is virtual, the connections are real."""

import json

import pytest

from edge.running_server import RunningServer

HEAD = b"GET /hello HTTP/1.1\r\nHost: ryadom.test\r\n"
POST = b"POST /body HTTP/1.1\r\nHost: ryadom.test\r\nContent-Length: 10\r\n\r\n"
CHUNKED = POST.replace(b"Content-Length: 10", b"Transfer-Encoding: chunked")


async def slow_answer(server: RunningServer, sent: bytes, seconds: float) -> tuple[int, str]:
    """Status and code of what comes after `sent` and that time."""
    wire = await server.wire()
    wire.send(sent)
    await server.until(lambda: len(server.uvicorn.server_state.connections) == 1)
    await read_all(server)
    await server.pass_time(seconds - 0.1)
    assert not wire.reader.at_eof()
    await server.pass_time(0.1)
    status, body = await wire.answer()
    assert await wire.rest() == b""
    return status, json.loads(body)["code"]


async def read_all(server: RunningServer) -> None:
    """Let the server read what was sent: a round trip on another connection comes after it."""
    other = await server.wire()
    other.send(HEAD + b"\r\n")
    await other.answer()
    other.shut()
    await server.until(lambda: len(server.uvicorn.server_state.connections) == 1)


@pytest.mark.parametrize("sent", [b"", HEAD, b"\r\n\r\n", b"GET"])
async def test_a_head_has_ten_seconds(server: RunningServer, sent: bytes) -> None:
    assert await slow_answer(server, sent, 10) == (408, "too_late")


async def test_a_body_has_twenty_seconds(server: RunningServer) -> None:
    assert await slow_answer(server, POST + b"12345", 20) == (408, "too_late")
    assert server.aborted == ["/body"]


async def test_dripping_bytes_gain_nothing(server: RunningServer) -> None:
    wire = await server.wire()
    for byte in HEAD[:9]:
        wire.send(bytes((byte,)))
        await read_all(server)
        await server.pass_time(1)
    wire.send(b"x")
    await read_all(server)
    await server.pass_time(1)
    assert (await wire.answer())[0] == 408


async def test_a_request_in_time_is_answered_and_owes_nothing(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(POST)
    await server.until(lambda: server.requests == ["/body"])
    await server.pass_time(15)
    wire.send(b"1234567890")
    assert await wire.answer() == (200, b"10")
    await server.pass_time(100)
    assert server.pulse.next_due() == float("inf")
    wire.send(HEAD + b"\r\n")
    assert await wire.answer() == (200, b"0")


async def test_the_ten_seconds_begin_with_the_connection(server: RunningServer) -> None:
    wire = await server.wire()
    await server.pass_time(9)
    wire.send(HEAD)
    await read_all(server)
    await server.pass_time(1)
    assert (await wire.answer())[0] == 408


async def test_a_head_after_a_slow_body_has_ten_seconds_too(server: RunningServer) -> None:
    wire = await server.wire()
    await server.pass_time(9)
    wire.send(POST)
    await read_all(server)
    await server.pass_time(2)
    wire.send(b"1234567890")
    assert await wire.answer() == (200, b"10")
    wire.send(HEAD)
    await read_all(server)
    await server.pass_time(10)
    assert (await wire.answer())[0] == 408


@pytest.mark.parametrize("sent", [HEAD, b"\r\n"])
async def test_the_next_head_on_a_connection_kept_alive_has_ten_seconds(server: RunningServer, sent: bytes) -> None:
    wire = await server.wire()
    wire.send(HEAD + b"\r\n")
    assert await wire.answer() == (200, b"0")
    wire.send(sent)
    await server.until(lambda: server.pulse.next_due() == server.clock.now() + 10)
    await server.pass_time(10)
    assert (await wire.answer())[0] == 408


async def test_a_body_missing_after_the_answer_ends_the_connection_without_another_answer(
    server: RunningServer,
) -> None:
    wire = await server.wire()
    wire.send(POST.replace(b"/body", b"/early"))
    assert await wire.answer() == (200, b"0")
    await server.pass_time(20)
    assert await wire.rest() == b""


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET /" + b"x" * 17_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", id="target"),
        pytest.param(HEAD + b"X: " + b"x" * 17_000 + b"\r\n\r\n", id="value"),
        pytest.param(HEAD + b"X: " + b"x" * 17_000, id="value without end"),
        pytest.param(HEAD + b"x" * 17_000, id="name without end"),
        pytest.param(HEAD + (b"X: " + b"x" * 1000 + b"\r\n") * 17 + b"\r\n", id="total"),
        pytest.param(HEAD + b"X: y\r\n" * 100 + b"\r\n", id="count"),
        pytest.param(CHUNKED + b"0\r\n" + b"X: y\r\n" * 100, id="trailers"),
        pytest.param(CHUNKED + b"1;" + b"x" * 17_000, id="chunk extension"),
    ],
)
async def test_a_large_head_is_refused(server: RunningServer, head: bytes) -> None:
    wire = await server.wire()
    wire.send(head)
    status, body = await wire.answer()
    assert (status, json.loads(body)["code"]) == (431, "head_too_large")
    assert await wire.rest() == b""


async def test_a_head_at_the_limit_passes(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(HEAD + b"X: " + b"x" * 16_000 + b"\r\n" + b"Y: z\r\n" * 50 + b"\r\n")
    assert await wire.answer() == (200, b"0")


async def test_a_large_body_is_no_large_head(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(POST.replace(b": 10", b": 200000") + b"x" * 200_000)
    assert await wire.answer() == (200, b"200000")


async def test_what_is_no_http_gets_an_answer(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(b"\x16\x03\x01 hello\r\n\r\n")
    status, body = await wire.answer()
    assert (status, json.loads(body)["code"]) == (400, "bad_request")
    assert await wire.rest() == b""


async def test_pipelined_requests_are_answered_in_order(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(HEAD + b"\r\n" + POST + b"1234567890" + HEAD + b"\r\n")
    assert [await wire.answer() for _ in range(3)] == [(200, b"0"), (200, b"10"), (200, b"0")]


async def test_a_slow_body_behind_an_unanswered_request_gets_no_answer_in_its_place(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(HEAD.replace(b"/hello", b"/held") + b"\r\n" + POST)
    await server.until(lambda: server.requests == ["/held"])
    await server.pass_time(20)
    assert await wire.rest() == b""
    server.held.set()


async def test_a_connection_that_is_gone_leaves_no_deadline(server: RunningServer) -> None:
    wire = await server.wire()
    await server.until(lambda: server.uvicorn.server_state.connections)
    assert server.pulse.next_due() == server.clock.now() + 10
    wire.shut()
    await server.until(lambda: not server.uvicorn.server_state.connections)
    assert server.pulse.next_due() == float("inf")
