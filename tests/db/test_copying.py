"""From SQLite to PostgreSQL: all of it or nothing (`ryadom.db.copying`)."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import servers
from ryadom.auth import store as auth
from ryadom.cli import main
from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.db import copying, opening
from ryadom.db.backup import alone
from ryadom.db.copying import CannotCopy, copy
from ryadom.db.errors import InUse
from ryadom.db.tx import Tx
from world import World

Json = Any
NAMES = ("alice", "bob", "carol")


@pytest.fixture
def target(data: Path) -> Iterator[Settings]:
    """An empty database of PostgreSQL."""
    url = servers.empty_database()
    yield Settings(data=data, database_url=url)
    servers.forget(url)


async def snapshots(world: World) -> list[Json]:
    """What everybody sees, but the moment at which they look."""
    seen = []
    for name in NAMES:
        snapshot = await world.people[name].web.get("/sync")
        del snapshot["server_time"], snapshot["statuses"]
        chats = [await world.people[name].web.get(f"/chats/{chat['id']}/messages") for chat in snapshot["chats"]]
        seen.append((snapshot, chats))
    return seen


async def live(world: World) -> None:
    """Some history: chats, edits, a tombstone, marks, a member who left, a block, sessions that ended."""
    alice, bob, carol = await world.friends(*NAMES, connect=False)
    chat, group = await world.direct(alice, bob), await world.group(alice, bob, carol)
    sent = [await alice.web.write(chat, f"Привет {number} 🌿", client_id=f"c-{number}") for number in range(30)]
    await alice.web.call("PATCH", f"/messages/{sent[3]['id']}", {"text": "Исправлено"})
    await alice.web.call("DELETE", f"/messages/{sent[4]['id']}")
    await bob.web.read(sent[20])
    await carol.web.write(group, "Всем")
    await carol.web.call("DELETE", f"/chats/{group['id']}/members/{carol.id}")
    await bob.web.call("PUT", f"/contacts/{carol.id}/block")
    await (await bob.device("phone", connect=False)).post("/logout")


async def test_a_copy_is_what_it_was_copied_from_and_goes_on(data: Path, target: Settings) -> None:
    world = World(data, mirrors=False, stranger=False, database_url=f"sqlite:///{data}/ryadom.db")
    await world.start()
    await live(world)
    before = await snapshots(world)
    await world.close()
    copied = await asyncio.to_thread(copy, data / "ryadom.db", target, Clock())
    assert copied["messages"] == 31
    assert copied["user"] == 3
    moved = World(data, mirrors=False, stranger=False, database_url=target.database_url)
    moved.people, moved.clock = world.people, world.clock
    for person in moved.people.values():
        person.world = moved
        for device in person.devices.values():
            device.world = moved
    await moved.start()
    assert await snapshots(moved) == before
    alice, dora = moved.people["alice"], await moved.person("dora")
    assert dora.id == 4
    chat = next(one for one in before[0][0]["chats"] if one["kind"] == "direct")
    assert (await alice.web.write(chat, "Привет 29 🌿", client_id="c-29"))["seq"] == 30
    sent = await alice.web.write(chat, "Дальше")
    assert sent["seq"] == chat["last_seq"] + 1
    assert sent["rev"] > before[0][0]["rev"]
    await moved.close()


def people(*names: str) -> Any:
    def make(tx: Tx) -> None:
        for name in names:
            assert auth.create_user(tx, name, name, "") is not None

    return make


@pytest.fixture
def source(data: Path) -> Path:
    """A file with two people."""
    settings = Settings(data=data)
    opening.upgrade(settings)
    opening.write_once(settings, Clock(), people("alice", "bob"))
    return settings.sqlite_path


def test_what_fails_leaves_nothing_and_can_be_run_again(
    source: Path, target: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worse(there: Tx, here: Tx, table: Any) -> int:
        number = real(there, here, table)
        if table.name == "user":
            here.run(table.delete().where(table.c.username == "bob"))
        return number

    real = copying._copy_table
    monkeypatch.setattr(copying, "_copy_table", worse)
    with pytest.raises(CannotCopy, match="user has 2 rows and its copy 1; nothing was kept"):
        copy(source, target, Clock())
    monkeypatch.undo()
    assert opening.write_once(target, Clock(), lambda tx: tx.run(copying.ANYBODY)) == []
    assert copy(source, target, Clock())["user"] == 2


def test_only_an_empty_database_is_copied_into(source: Path, target: Settings) -> None:
    copy(source, target, Clock())
    with pytest.raises(CannotCopy, match="has people in it already"):
        copy(source, target, Clock())


def test_nothing_is_copied_under_a_running_server_nor_from_nowhere_nor_into_a_file(
    source: Path, target: Settings
) -> None:
    with alone(source), pytest.raises(InUse):
        copy(source, target, Clock())
    with pytest.raises(CannotCopy, match="no database at"):
        copy(source.with_name("none.db"), target, Clock())
    with pytest.raises(CannotCopy, match="postgresql"):
        copy(source, Settings(), Clock())


def test_portions_end_where_the_rows_do(source: Path, target: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    opening.write_once(Settings(data=source.parent), Clock(), people(*(f"p{number}" for number in range(5))))
    monkeypatch.setattr(copying, "PORTION", 2)
    assert copy(source, target, Clock())["user"] == 7


def test_the_command_says_what_it_copied_and_no_password(
    source: Path, target: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RYADOM_DATABASE_URL", target.database_url.replace("ryadom@", "ryadom:secret@"))
    with pytest.raises(SystemExit, match="0"):
        main(["db", "copy", str(source)])
    said = capsys.readouterr().out
    assert "user " in said
    assert "secret" not in said
    with pytest.raises(SystemExit, match="1"):
        main(["db", "copy", str(source), target.database_url])
    assert capsys.readouterr().err.startswith("ryadom: postgresql+asyncpg://ryadom@127.0.0.1")
