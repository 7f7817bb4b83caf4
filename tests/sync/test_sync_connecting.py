"""A socket that connects while things happen: nothing is missed, and nothing is counted twice
(`ryadom.sync.entry` at work)."""

import asyncio

import pytest

from edge.memory_wire import MemorySocket
from world import Socket, World


@pytest.mark.parametrize("ticks", range(0, 24, 2))
async def test_a_message_is_in_the_snapshot_or_in_the_events(world: World, ticks: int) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    await bob.web.socket.close()
    writing = asyncio.ensure_future(alice.web.write(chat, "one"))
    for _ in range(ticks):
        await asyncio.sleep(0)
    headers = {"Authorization": f"Bearer {bob.web.token}"}
    socket = Socket(world, MemorySocket(world.server.edge, headers=headers))
    await writing
    await world.settle()
    hello, *events = socket.all()
    assert hello["type"] == "hello"
    sent = (await bob.web.get(f"/chats/{chat['id']}"))["last_message"]
    heard = [one["message"] for one in events if one["type"] == "new_message"]
    assert heard == [sent] or hello["rev"] >= sent["rev"]
    assert [one["unread_count"] for one in events if one["type"] == "unread_message"] == [1] * len(heard)
    await alice.web.write(chat, "two")
    assert socket.last("unread_message")["unread_count"] == 2


@pytest.mark.parametrize("ticks", range(0, 24, 2))
async def test_a_session_that_ends_meanwhile_gets_no_hello_or_a_close(world: World, ticks: int) -> None:
    alice = await world.person("alice", devices=("web", "phone"))
    phone = alice.devices["phone"]
    await phone.socket.close()
    ending = asyncio.ensure_future(alice.web.call("DELETE", f"/sessions/{phone.session_id}"))
    for _ in range(ticks):
        await asyncio.sleep(0)
    headers = {"Authorization": f"Bearer {phone.token}"}
    socket = Socket(world, MemorySocket(world.server.edge, headers=headers))
    assert (await ending).status == 204
    await world.settle()
    assert socket.close_code == 4401
    assert world.server.hub.session(phone.session_id) == []
