"""Somebody connects just when a change is on disk and not yet told: it is counted once, and shown once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from law.held import Held
from law.town import Json, Town

Begin = Callable[[Town], Any]


def frame(town: Town, **fields: Json) -> None:
    town.laptop.socket.wire.send_text(json.dumps({"chat_id": town.group["id"], **fields}))


def ask(town: Town, method: str, path: str, body: Json = None) -> "asyncio.Future[Any]":
    return asyncio.ensure_future(town.laptop.call(method, path, body))


def sends(town: Town) -> None:
    frame(town, type="send_message", text="Now", client_id="r-1")


def reads(town: Town) -> None:
    frame(town, type="read", message_id=town.newest["id"])


def deletes(town: Town) -> Any:
    return ask(town, "DELETE", f"/messages/{town.oldest['id']}")


def edits(town: Town) -> Any:
    return ask(town, "PATCH", f"/messages/{town.oldest['id']}", {"text": "Other"})


def removes(town: Town) -> Any:
    return ask(town, "DELETE", f"/chats/{town.group['id']}/members/{town.bob.id}")


def adds(town: Town) -> Any:
    return ask(town, "POST", f"/chats/{town.private['id']}/members", {"user_id": town.bob.id})


def unfriends(town: Town) -> Any:
    return ask(town, "DELETE", f"/contacts/{town.bob.id}")


def befriends(town: Town) -> Any:
    return ask(town, "POST", "/contacts", {"user_id": town.dave.id})


def renames(town: Town) -> Any:
    return ask(town, "PATCH", "/users/me", {"display_name": "Ally"})


BEGINNINGS = (sends, reads, deletes, edits, removes, adds, unfriends, befriends, renames)


@pytest.mark.parametrize("begin", BEGINNINGS)
@pytest.mark.parametrize("alone", [False, True], ids=["second_socket", "only_socket"])
async def test_a_socket_opens_between_a_commit_and_its_events(town: Town, begin: Begin, alone: bool) -> None:
    history = await town.laptop.get(f"/chats/{town.group['id']}/messages")
    town.oldest, town.newest = history[0], history[-1]
    town.private = await town.world.group(town.alice, title="Private")
    device = town.bob.web if begin is not befriends else town.dave.web
    if alone:
        for other in device.person.devices.values():
            await other.socket.close()
    async with Held(town.world.server.db) as held:
        begun = begin(town)
        await held.committed()
        socket = device.open()
        await held.look()
        assert [one["type"] for one in socket.all()] == ["hello"]
    await device.welcomed(socket)
    if begun is not None:
        (await begun).ok()
    await town.world.check()


async def test_a_session_that_has_just_ended_is_not_let_in(town: Town) -> None:
    async with Held(town.world.server.db) as held:
        ending = ask(town, "DELETE", f"/sessions/{town.phone.session_id}")
        await held.committed()
        socket = town.phone.open()
        await held.look()
    await town.world.settle()
    (await ending).ok()
    assert socket.close_code == 4401
    assert [one["type"] for one in socket.all() if one["type"] != "hello"] == []
