"""Whatever a client sends, it gets an error or a right answer, and its socket stays; nothing is logged as our fault."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.frames import frames, junk
from contract.shapes import event_fits
from edge.memory_wire import MemorySocket
from ryadom.protocol.errors import WORDS
from torture import steps
from world import Device, Socket, World

SILENT = {"subscribe", "typing_start", "typing_stop", "read"}
"""Commands that are not answered when they are right."""
IDS: dict[str, Any] = {"chat_id": 1, "message_id": 1, "client_id": "one", "text": "Hello", "events": ["new_message"]}
"""What the commands of this file speak of: the scene has a chat and a message with these ids."""


class Scene:
    """A server that lives through all examples, and a socket in it."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.mistakes: list[Any] = []
        self.world: World
        self.device: Device
        self.runner.run(self._build(folder))

    async def _build(self, folder: Path) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: self.mistakes.append(context))
        self.world = World(folder, mirrors=False, stranger=False)
        await self.world.start()
        alice, bob = await self.world.friends("alice", "bob")
        chat = await self.world.direct(alice, bob)
        sent = await bob.web.write(chat, "Hello")
        assert (chat["id"], sent["id"]) == (IDS["chat_id"], IDS["message_id"])
        self.device = alice.web
        await alice.web.socket.send(type="subscribe", events=["messages_read"])

    def say(self, text: str) -> tuple[Socket, list[Any]]:
        """Send a frame; the socket, and what it got in answer."""
        return self.runner.run(self._say(text))

    async def _say(self, text: str) -> tuple[Socket, list[Any]]:
        socket = self.device.socket
        socket.received()
        socket.wire.send_text(text)
        await self.world.settle()
        return socket, socket.received("error", "pong", "caught_up", "message_sent")

    def first(self, text: str) -> Socket:
        """Open a socket and send this as its first frame."""
        return self.runner.run(self._first(text))

    async def _first(self, text: str) -> Socket:
        socket = Socket(self.world, MemorySocket(self.world.server.edge))
        socket.wire.send_text(text)
        await self.world.settle()
        return socket

    def close(self) -> None:
        self.runner.run(self.world.close())
        self.runner.close()


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One for the whole file: to build it takes longer than a hundred frames."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ryadom-frames-", dir=shared if shared.is_dir() else None))
    scene = Scene(folder)
    yield scene
    scene.close()
    shutil.rmtree(folder, ignore_errors=True)


def understood(text: str) -> Any:
    """What a forgiving reader makes of a frame; None when it is no object."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


@pytest.mark.torture
@settings(max_examples=steps(1000), derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=frames(IDS))
def test_any_frame_is_answered_and_the_socket_stays(scene: Scene, text: str) -> None:
    with structlog.testing.capture_logs() as logged:
        socket, answers = scene.say(text)
    assert socket.alive, text[:200]
    assert [line for line in logged if line["log_level"] in ("error", "critical", "exception")] == []
    assert scene.mistakes == []
    frame = understood(text)
    if not answers:
        assert frame is not None
        assert frame["type"] in SILENT
        return
    [answer] = answers
    event_fits(answer)
    if answer["type"] == "error":
        assert answer["code"] in WORDS
        assert answer["code"] not in ("internal", "busy")
        if "client_id" in answer:
            assert frame is not None
            assert answer["client_id"] == frame["client_id"][:64]
    else:
        assert frame is not None
        asked = {"pong": "ping", "caught_up": "catch_up", "message_sent": "send_message"}
        assert asked[answer["type"]] == frame["type"]
    if answer["type"] == "message_sent":
        assert frame is not None
        assert answer["client_id"] == answer["message"]["client_id"] == frame["client_id"]
    socket, answers = scene.say('{"type": "ping"}')
    assert [one["type"] for one in answers] == ["pong"]


@pytest.mark.torture
@settings(max_examples=steps(150), derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=st.one_of(frames(IDS), junk.map(lambda value: f'{{"type": "auth", "token": {value[:16_000]}}}')))
def test_no_first_frame_but_a_token_signs_in(scene: Scene, text: str) -> None:
    with structlog.testing.capture_logs() as logged:
        socket = scene.first(text)
    assert socket.close_code == 4401, text[:200]
    assert {one["type"] for one in socket.all()} <= {"error"}
    assert [line for line in logged if line["log_level"] in ("error", "critical", "exception")] == []
    assert scene.mistakes == []
