"""The gate's own rules: what it takes before sign-in, and what a mistake of ours becomes."""

import json
from typing import Any

import pytest
import structlog

from edge.memory_wire import MemorySocket
from ryadom.protocol.commands import Ping, Read, TypingStartCommand
from ryadom.realtime.gate import MAX_EARLY_FRAMES, SocketGate
from world import Socket, World


def gate(world: World) -> SocketGate:
    """The gate of this server."""
    found: Any = world.server.edge.around.gate
    assert isinstance(found, SocketGate)
    return found


async def test_no_more_than_a_few_frames_wait_for_the_sign_in(world: World) -> None:
    alice = await world.person("alice", connect=False)
    for frames, code in ((MAX_EARLY_FRAMES, None), (MAX_EARLY_FRAMES + 1, 4429)):
        socket = Socket(world, MemorySocket(world.server.edge))
        socket.wire.send_text(json.dumps({"type": "auth", "token": alice.web.token}))
        for _ in range(frames):
            if socket.alive:
                socket.wire.send_text('{"type": "ping"}')
        await world.settle()
        assert socket.close_code == code


@pytest.mark.parametrize("command", [Ping, Read, TypingStartCommand])
async def test_a_mistake_of_ours_is_an_error_and_the_socket_stays(world: World, command: Any) -> None:
    alice = await world.person("alice")

    def fail(client: Any, command: Any) -> Any:
        raise KeyError("a secret of the house")

    gate(world)._handlers[command] = fail
    with structlog.testing.capture_logs() as logged:
        await alice.web.socket.send(type=command.__struct_config__.tag, chat_id=1, message_id=1)
    [told] = alice.web.socket.received("error")
    assert told["code"] == "internal"
    assert "secret" not in told["detail"]
    assert alice.web.socket.alive
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["a command failed"]


async def test_our_own_trouble_at_sign_in_is_not_the_end_of_the_session(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await world.person("alice", connect=False)

    async def fail(*args: Any) -> Any:
        raise KeyError

    monkeypatch.setattr(world.server.entry, "enter", fail)
    with structlog.testing.capture_logs() as logged:
        await alice.web.connect()
    assert alice.web.socket.close_code == 1012
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["sign-in failed"]
