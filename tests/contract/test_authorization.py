"""Who may do what: every route and every command × everybody that somebody may be. A missing cell fails.

The rows are written from the contract. Where one is told 404, the answer is byte for byte that for what does not exist;
whatever is refused leaves the database as it was and reaches nobody.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contract.cast import ACTORS, NOBODY, Cast
from edge.memory_wire import MemorySocket
from ryadom.protocol.commands import COMMANDS
from web.small_client import ASSET
from world import Answer, Device, Socket, World

#    ano  end  str  one  ent  mut  blk  bkr  exm  mem  chn  adm  own
ROUTES = """
POST /register
     201  201  201  201  201  201  201  201  201  201  201  201  201
POST /login
     200  200  200  200  200  200  200  200  200  200  200  200  200
POST /logout
     401  401  204  204  204  204  204  204  204  204  204  204  204
GET /users/me
     401  401  200  200  200  200  200  200  200  200  200  200  200
PATCH /users/me
     401  401  200  200  200  200  200  200  200  200  200  200  200
POST /users/me/password
     401  401  204  204  204  204  204  204  204  204  204  204  204
GET /users
     401  401  200  200  200  200  200  200  200  200  200  200  200
GET /users/known
     401  401  200  200  200  200  200  200  200  200  200  200  200
GET /sessions
     401  401  200  200  200  200  200  200  200  200  200  200  200
DELETE /sessions/{session_id}
     401  401  404  404  404  404  404  404  404  404  404  404  204
POST /sessions/revoke_all
     401  401  200  200  200  200  200  200  200  200  200  200  200
GET /contacts
     401  401  200  200  200  200  200  200  200  200  200  200  200
POST /contacts
     401  401  201  200  201  200  200  200  201  201  201  201  422
DELETE /contacts/{user_id}
     401  401  404  204  404  204  204  204  404  404  404  404  404
PUT /contacts/{user_id}/block
     401  401  204  204  204  204  204  204  204  204  204  204  422
DELETE /contacts/{user_id}/block
     401  401  204  204  204  204  204  204  204  204  204  204  422
GET /chats
     401  401  200  200  200  200  200  200  200  200  200  200  200
POST /chats
     401  401  201  201  201  201  201  201  201  201  201  201  422
GET /chats/{chat_id}
     401  401  404  404  404  404  404  404  404  200  200  200  200
PATCH /chats/{chat_id}
     401  401  404  404  404  404  404  404  404  403  403  200  200
GET /chats/{chat_id}/members
     401  401  404  404  404  404  404  404  404  200  200  200  200
POST /chats/{chat_id}/members
     401  401  404  404  404  404  404  404  404  403  403  201  201
DELETE /chats/{chat_id}/members/{user_id}
     401  401  404  404  404  404  404  404  404  403  403  204  204
PATCH /chats/{chat_id}/members/{user_id}
     401  401  404  404  404  404  404  404  404  403  403  403  200
POST /status/read
     401  401  404  404  404  404  404  404  404  200  200  200  200
GET /chats/{chat_id}/messages
     401  401  404  404  404  404  404  404  404  200  200  200  200
POST /chats/{chat_id}/messages
     401  401  404  404  404  404  404  404  404  201  403  201  201
GET /messages/{message_id}
     401  401  404  404  404  404  404  404  404  200  200  200  200
PATCH /messages/{message_id}
     401  401  404  404  404  404  404  404  404  403  403  403  200
DELETE /messages/{message_id}
     401  401  404  404  404  404  404  404  404  403  403  403  204
GET /status/me
     401  401  200  200  200  200  200  200  200  200  200  200  200
GET /status/contacts
     401  401  200  200  200  200  200  200  200  200  200  200  200
POST /status/online
     401  401  200  200  200  200  200  200  200  200  200  200  200
POST /status/offline
     401  401  200  200  200  200  200  200  200  200  200  200  200
POST /status/typing
     401  401  404  404  404  404  404  404  404  204  204  204  204
GET /api/user_status/{user_id}
     401  401  404  404  404  200  404  404  404  404  404  404  200
GET /api/online_users
     401  401  200  200  200  200  200  200  200  200  200  200  200
GET /sync
     401  401  200  200  200  200  200  200  200  200  200  200  200
GET /chats/{chat_id}/changes
     401  401  404  404  404  404  404  404  404  200  200  200  200
GET /server
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /healthz
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /readyz
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /metrics
     404  404  404  404  404  404  404  404  404  404  404  404  404
GET /openapi.json
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /asyncapi.json
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /docs
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /docs/rest
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /docs/socket
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /static/{name}
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /assets/{name}
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /browser.js
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /sw.js
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /manifest.webmanifest
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /icon.svg
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /icon-192.png
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /icon-512.png
     200  200  200  200  200  200  200  200  200  200  200  200  200
GET /icon-maskable-512.png
     200  200  200  200  200  200  200  200  200  200  200  200  200
"""

# `4401`: the socket closes. `-`: done, and nothing is said. Else the type of the answer, or the code of the error.
COMMAND_CELLS = """
auth
     4401 4401 bad_frame bad_frame bad_frame bad_frame bad_frame bad_frame bad_frame bad_frame bad_frame bad_frame
     bad_frame
ping
     4401 4401 pong pong pong pong pong pong pong pong pong pong pong
catch_up
     4401 4401 caught_up caught_up caught_up caught_up caught_up caught_up caught_up caught_up caught_up caught_up
     caught_up
subscribe
     4401 4401 - - - - - - - - - - -
typing_start
     4401 4401 not_found not_found not_found not_found not_found not_found not_found - - - -
typing_stop
     4401 4401 not_found not_found not_found not_found not_found not_found not_found - - - -
read
     4401 4401 not_found not_found not_found not_found not_found not_found not_found unread_changed unread_changed
     unread_changed -
send_message
     4401 4401 not_found not_found not_found not_found not_found not_found not_found message_sent cannot_write
     message_sent message_sent
"""

BODIES: dict[str, dict[str, Any]] = {
    "POST /register": {"username": "somebody_new", "password": "correct horse battery"},
    "POST /login": {"username": "owner", "password": "correct horse battery"},
    "PATCH /users/me": {"display_name": "Another name"},
    "POST /users/me/password": {"current_password": "correct horse battery", "new_password": "another horse battery"},
    "POST /contacts": {"user_id": "user_id"},
    "POST /chats": {"kind": "direct", "user_id": "user_id"},
    "PATCH /chats/{chat_id}": {"title": "Another title"},
    "POST /chats/{chat_id}/members": {"user_id": "newcomer_id"},
    "PATCH /chats/{chat_id}/members/{user_id}": {"role": "admin"},
    "POST /status/read": {"chat_id": "chat_id", "message_id": "message_id"},
    "POST /chats/{chat_id}/messages": {"text": "Hello"},
    "PATCH /messages/{message_id}": {"text": "Another text"},
    "POST /status/typing": {"chat_id": "chat_id"},
}
QUERIES = {
    "GET /users": "?query=owner", "GET /users/known": "?ids=1", "GET /chats/{chat_id}/changes": "?after_rev=0",
}  # fmt: skip
FRAMES: dict[str, dict[str, Any]] = {
    "auth": {"token": "whatever"},
    "catch_up": {"after_rev": 0},
    "subscribe": {"events": ["new_message"]},
    "typing_start": {"chat_id": "chat_id"},
    "typing_stop": {"chat_id": "chat_id"},
    "read": {"chat_id": "chat_id", "message_id": "message_id"},
    "send_message": {"chat_id": "chat_id", "text": "Hello", "client_id": "one"},
}
BY_PRESENCE = {"status_change", "user_online", "user_offline"}


def cells(table: str) -> dict[str, list[str]]:
    """Row name → its cells, one for each actor."""
    rows: dict[str, list[str]] = {}
    for line in table.strip().splitlines():
        if line.startswith(" "):
            rows[next(reversed(rows))] += line.split()
        else:
            rows[line.strip()] = []
    return rows


def filled(values: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    """A body with the ids that its words stand for."""
    return {key: ids.get(value, value) if isinstance(value, str) else value for key, value in values.items()}


async def ask(world: World, device: Device | None, row: str, ids: dict[str, int]) -> Answer:
    """The request of a row about these ids."""
    method, template = row.split()
    named = ids | {"name": "page.css" if "static" in template else ASSET}
    if "/members/{user_id}" in template:
        named["user_id"] = ids["member_id"]
    body = filled(BODIES[row], ids) if row in BODIES else None
    path = template.format(**named) + QUERIES.get(row, "")
    return await (device or world).call(method, path, body)


async def on_disk(world: World) -> list[Any]:
    """What a refused request must leave as it was: everything but the times of sessions and published presence."""
    return [
        await world.rows(f"SELECT {columns} FROM {table} ORDER BY 1, 2")
        for table, columns in {
            '"user"': "id, display_name, password_hash, rev, settings, locale", "user_sessions": "id, ended_at",
            "contacts": "*", "blocks": "*", "chats": "*", "chat_members": "*", "messages": "*",
            "message_read_statuses": "*", "user_statuses": "*",
        }.items()
    ]  # fmt: skip


def nowhere(ids: dict[str, int]) -> dict[str, int]:
    """Ids of the same names that do not exist."""
    return {name: NOBODY.get(name, 10**15) for name in ids}


async def test_every_route_and_every_command_has_a_cell_for_everybody(world: World) -> None:
    known = {
        f"{method} {template}"
        for route in world.server.asgi.routes
        for template in (route.path_format or "/",)
        for method in getattr(route, "methods", ())
        if method not in ("OPTIONS", "HEAD")
    }
    assert set(cells(ROUTES)) == known
    assert set(cells(COMMAND_CELLS)) == {command.__struct_config__.tag for command in COMMANDS}
    for row, row_cells in (cells(ROUTES) | cells(COMMAND_CELLS)).items():
        assert len(row_cells) == len(ACTORS), row


@pytest.mark.parametrize("row", cells(ROUTES))
async def test_a_route_answers_everybody_as_it_should(cast: Cast, data: Path, row: str) -> None:
    got = []
    world = await cast.enter(data)
    for actor in ACTORS:
        watching = await watch(cast, world)
        before = await on_disk(world)
        device = cast.device(world, actor)
        answer = await ask(world, device, row, cast.place(actor))
        got.append(str(answer.status))
        changed = await on_disk(world) != before
        if answer.status >= 400:
            assert not changed, actor
            assert set(watching.types()) <= BY_PRESENCE, actor
        if answer.status == 404 and device is not None:
            nothing = await ask(world, device, row, nowhere(cast.place(actor)))
            assert (answer.body, answer.headers) == (nothing.body, nothing.headers), actor
        if changed:
            await world.close()
            world = await cast.enter(data)
        elif watching.alive:
            await watching.close()
    await world.close()
    assert dict(zip(ACTORS, got, strict=True)) == dict(zip(ACTORS, cells(ROUTES)[row], strict=True))


@pytest.mark.parametrize("command", cells(COMMAND_CELLS))
async def test_a_command_answers_everybody_as_it_should(cast: Cast, data: Path, command: str) -> None:
    got = []
    world = await cast.enter(data)
    for actor in ACTORS:
        watching = await watch(cast, world)
        before = await on_disk(world)
        socket = await enter(world, cast.device(world, actor))
        said = await say(socket, command, cast.place(actor))
        got.append(said.get("code") or said["type"])
        changed = await on_disk(world) != before
        if said["type"] == "error":
            assert not changed, actor
            assert set(watching.types()) <= BY_PRESENCE, actor
        if said.get("code") == "not_found":
            assert said == await say(socket, command, nowhere(cast.place(actor))), actor
        if changed:
            await world.close()
            world = await cast.enter(data)
        elif watching.alive:
            await watching.close()
    await world.close()
    assert dict(zip(ACTORS, got, strict=True)) == dict(zip(ACTORS, cells(COMMAND_CELLS)[command], strict=True))


async def watch(cast: Cast, world: World) -> Socket:
    """A socket of the owner, who must hear nothing of what is refused."""
    owner = cast.device(world, "watching")
    assert owner is not None
    return await owner.connect()


async def enter(world: World, device: Device | None) -> Socket:
    """A socket of this device, or of nobody."""
    if device is not None:
        return await device.connect()
    socket = Socket(world, MemorySocket(world.server.edge))
    await world.settle()
    return socket


async def say(socket: Socket, command: str, ids: dict[str, int]) -> dict[str, Any]:
    """Send a command; what it is answered with, without the time."""
    if socket.alive:
        frame = filled(FRAMES.get(command, {}), ids)
        socket.wire.send_text(json.dumps({"type": command, **frame}))
        await socket.world.settle()
    if not socket.alive:
        return {"type": str(socket.close_code)}
    told = [one for one in socket.received() if one["type"] not in BY_PRESENCE]
    answers = [one for one in told if one["type"] in ("error", "pong", "caught_up", "message_sent")] or told
    if not answers:
        return {"type": "-"}
    return {key: value for key, value in answers[0].items() if key != "timestamp"}
