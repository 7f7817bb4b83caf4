"""The demo's people keep to the server's limits: what it asks them to wait for, they wait for."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from ryadom.clock import Clock
from ryadom.demo.bot import Bot
from ryadom.demo.cast import ENGLISH
from ryadom.demo.rest import Refused, Rest
from ryadom.demo.tempo import Tempo


class Patience(Clock):
    """Waits no time at all, and notes how long it should have been."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


class Busy(BaseHTTPRequestHandler):
    """Says 429, then 503, then what is left of its answers."""

    def do_GET(self) -> None:
        status, retry_after, body = self.server.answers.pop(0)  # type: ignore[attr-defined]
        self.send_response(status)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        data = json.dumps(body).encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def busy() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def test_a_request_waits_as_long_as_it_is_asked_to(busy: HTTPServer) -> None:
    busy.answers = [(429, "7", {}), (503, None, {}), (200, None, {"id": 1})]  # type: ignore[attr-defined]
    clock = Patience()
    assert await Rest(f"http://127.0.0.1:{busy.server_port}", clock).call("GET", "/") == {"id": 1}
    assert clock.waited == [7.0, 1.0]


async def test_an_ended_session_is_forgotten(busy: HTTPServer) -> None:
    busy.answers = [(401, None, {"code": "not_signed_in"})]  # type: ignore[attr-defined]
    rest = Rest(f"http://127.0.0.1:{busy.server_port}", Patience())
    rest.token = "over"
    with pytest.raises(Refused, match="401 not_signed_in"):
        await rest.call("GET", "/")
    assert rest.token == ""


async def test_a_message_refused_for_haste_is_sent_again_later_under_the_same_name() -> None:
    frames = []

    async def refuse_once(socket: ServerConnection) -> None:
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "send_message":
                frames.append(frame)
                haste = {"type": "error", "code": "too_many", "retry_after": 3.0, "client_id": frame["client_id"]}
                done = {"type": "message_sent", "client_id": frame["client_id"]}
                await socket.send(json.dumps(haste if len(frames) == 1 else done))

    clock = Patience()
    async with serve(refuse_once, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        tempo = Tempo(clock, 1.0, Random(1))
        bot = Bot(ENGLISH[0], "a password", f"http://127.0.0.1:{port}", tempo, lambda bot, event: None)
        async with connect(f"ws://127.0.0.1:{port}", proxy=None) as socket:
            bot._socket = socket
            bot.do(bot._listen(socket))
            async with asyncio.timeout(5):
                await bot.say(1, "Hello!")
        bot.stop()

    assert [frame["text"] for frame in frames] == ["Hello!", "Hello!"]
    assert frames[0]["client_id"] == frames[1]["client_id"]
    assert clock.waited[-1] == 3.0
