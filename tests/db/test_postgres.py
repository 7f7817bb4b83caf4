"""What only PostgreSQL does: a server that dies and comes back, commits that are cut off, other nodes that write.

Covers ryadom.db.postgres, ryadom.db.postgres_sets, ryadom.db.work and ryadom.db.opening.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from private_servers import PostgresServer, free_port
from sqlalchemy import func, select
from sqlalchemy.util import await_only

import servers
from db.conftest import Store, within
from ryadom.auth import store as auth
from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.db import opening
from ryadom.db.errors import InUse, Unreachable
from ryadom.db.postgres import READERS, Postgres, prepare
from ryadom.db.postgres_link import is_gone
from ryadom.db.postgres_sets import ForMany
from ryadom.db.query import new
from ryadom.db.tables import user
from ryadom.db.tx import Tx
from ryadom.db.work import Work
from ryadom.messages import store as messages
from ryadom.nodes import store as nodes
from ryadom.protocol.audience import Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import UserOnline
from ryadom.receipts import store as receipts

ADD = new(user, "username", "display_name", "password_hash", "created_at")
NAMES = select(user.c.username).order_by(user.c.id)
COUNT = select(func.count()).select_from(user)


def add(tx: Tx, name: str) -> None:
    tx.run(ADD, username=name, display_name=name, password_hash="", created_at=tx.now)
    tx.emit(UserOnline(timestamp=tx.now, user_id=1, last_seen=None), Users([1]))


def add_all(tx: Tx, names: list[str]) -> list[str]:
    for name in names:
        add(tx, name)
    return names


def names(tx: Tx) -> list[str]:
    return [row[0] for row in tx.run(NAMES)]


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresServer]:
    """A server that may be killed."""
    server = PostgresServer(servers.MEMORY)
    yield server
    server.remove()


@pytest.fixture
async def store(data: Path, mortal: PostgresServer) -> AsyncIterator[Store]:
    name = f"mortal_{data.name.replace('-', '_').lower()}"
    mortal.sql(f"CREATE DATABASE {name}")
    store = Store(Settings(data=data, database_url=mortal.url(name)), "first")
    await store.open()
    yield store
    await store.db.close()


async def beside(store: Store) -> Store:
    """Another node of the same database."""
    other = Store(store.settings, "other")
    await other.open()
    return other


@pytest.fixture
def engine(store: Store) -> Postgres:
    assert isinstance(store.engine, Postgres)
    return store.engine


@pytest.mark.parametrize(
    "query", [messages.APPEND, messages.ADVANCE, messages.OWN_MARK, receipts.MOVE, receipts.LOG, auth.SAVE_ACTIVITY]
)
def test_a_statement_for_one_row_is_one_for_many(query: Any) -> None:
    one = prepare(query)
    many = ForMany(one)
    assert "unnest($1::" in many.sql
    assert many.sql.count("$") == one.sql.count("$") - (one.sql.count("$1::") - 1) - (one.sql.count("$2::") - 1)
    assert many.arrays([]) == [()] * many.sql.count("$")
    assert many.arrays([(1, 2), (3, 4)]) == [(1, 3), (2, 4)]


async def test_a_server_that_was_killed_is_said_to_be_busy_and_found_again(
    store: Store, mortal: PostgresServer
) -> None:
    await store.db.write(lambda tx: add(tx, "before"))
    await asyncio.to_thread(mortal.kill)
    with pytest.raises(Refusal, match="busy"):
        await store.db.write(lambda tx: add(tx, "lost"))
    with pytest.raises(Refusal, match="busy"):
        await store.db.read(names)
    await asyncio.to_thread(mortal.start)
    assert await within(20, lambda: store.db.read(names)) == ["before"]
    await within(20, lambda: store.db.write(lambda tx: add(tx, "after")))
    assert await store.db.read(names) == ["before", "after"]
    assert len(store.emitted) == 2


async def test_what_was_answered_is_there_whenever_the_server_is_killed(store: Store, mortal: PostgresServer) -> None:
    answered: list[str] = []

    async def write(name: str) -> None:
        try:
            await store.db.write_many(add_all, name)
        except Refusal:
            return
        answered.append(name)

    for turn in range(3):
        writes = [asyncio.create_task(write(f"n{turn}-{number}")) for number in range(200)]
        killing = asyncio.create_task(asyncio.to_thread(mortal.kill))
        later = [asyncio.create_task(write(f"m{turn}-{number}")) for number in range(200)]
        await killing
        await asyncio.to_thread(mortal.start)
        await asyncio.gather(*writes, *later)
        await within(20, lambda: store.db.read(names))
    kept = await store.db.read(names)
    assert set(answered) <= set(kept)
    assert len(store.emitted) == len(answered) == len(kept)


class Tapped:
    """A connection whose plain statements are noted; at COMMIT it may be cut off, before or after."""

    def __init__(self, connection: Any, cut_off: str = "") -> None:
        self.connection = connection
        self.cut_off = cut_off
        self.said: list[str] = []

    async def execute(self, statement: str) -> None:
        self.said.append(statement)
        cut_off = self.cut_off if statement == "COMMIT" else ""
        if cut_off != "before":
            await self.connection.execute(statement)
        if cut_off:
            raise ConnectionResetError("cut off")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


@pytest.mark.parametrize("cut_off", ["before", "after"])
async def test_a_commit_that_was_cut_off_is_asked_how_it_ended(store: Store, engine: Postgres, cut_off: str) -> None:
    engine._writer = Tapped(engine._writer, cut_off)
    asked = store.db.write(lambda tx: add(tx, "perhaps"))
    if cut_off == "after":
        await asked
    else:
        with pytest.raises(Refusal, match="busy"):
            await asked
    assert await store.db.read(names) == ([] if cut_off == "before" else ["perhaps"])
    assert len(store.emitted) == len(await store.db.read(names))
    await store.db.write(lambda tx: add(tx, "next"))
    assert not engine.lost


async def test_while_nobody_knows_how_a_commit_ended_others_are_told_to_come_later(
    store: Store, engine: Postgres
) -> None:
    engine._lost = True
    with pytest.raises(Refusal, match="busy"):
        await store.db.write(lambda tx: add(tx, "never"))
    engine._lost = False
    await store.db.write(lambda tx: add(tx, "then"))
    assert await store.db.read(names) == ["then"]


async def test_commits_of_two_nodes_follow_one_another(store: Store) -> None:
    other = await beside(store)
    revs: list[int] = []

    def next_rev(tx: Tx) -> int:
        revs.append(tx.next_rev())
        return revs[-1]

    for _ in range(20):
        await asyncio.gather(store.db.write(next_rev), other.db.write(next_rev))
    assert sorted(revs) == revs
    assert len(set(revs)) == 40
    await other.db.close()


async def until_open(store: Store, node: str = "") -> Postgres:
    """Open it as one of several, or alone; who had it may just be letting go."""
    while True:
        try:
            return await Postgres(store.settings.postgres_url, Clock(), node=node, alone=not node).open()
        except InUse:
            await Clock().sleep(0.02)


async def attempt(engine: Postgres) -> Exception | None:
    """Write something, and say what came of it."""
    work, done = Work(lambda tx: tx.next_rev(), None), asyncio.Event()
    engine.submit([work], lambda commit: done.set())
    await done.wait()
    (result,) = work.results
    return result if isinstance(result, Exception) else None


async def until_written(engine: Postgres) -> None:
    """Write something, when it can be done."""
    while await attempt(engine) is not None:
        await Clock().sleep(0.02)


async def test_only_one_server_has_a_database_while_nothing_joins_them(store: Store) -> None:
    other = Postgres(store.settings.postgres_url, Clock(), alone=True)
    with pytest.raises(InUse, match="RYADOM_REDIS_URL"):
        await other.open()
    await store.db.close()
    one = await until_open(store)
    with pytest.raises(InUse, match="RYADOM_REDIS_URL"):
        await other.open()
    await one.close()


async def test_whoever_is_to_be_alone_still_is_after_the_connection_broke(store: Store, engine: Postgres) -> None:
    await store.db.close()
    alone = await until_open(store)
    alone._writer.terminate()
    await until_written(alone)
    with pytest.raises(InUse, match="RYADOM_REDIS_URL"):
        await Postgres(store.settings.postgres_url, Clock(), node="a").open()
    alone._writer.terminate()
    several = [await until_open(store, node) for node in ("a", "b")]
    refused = await attempt(alone)
    assert isinstance(refused, Refusal)
    assert refused.code == "busy"
    for one in several:
        await one.close()
    await until_written(alone)
    await alone.close()


async def test_an_installation_is_told_by_its_server_and_its_database(store: Store, mortal: PostgresServer) -> None:
    here = await store.db.read(nodes.installation)
    other = await Postgres(mortal.url("postgres"), Clock()).open()
    there = await other.read(nodes.installation)
    await other.close()
    assert here != there
    assert here.split("-", 1)[0] == there.split("-", 1)[0]
    assert here.endswith(store.settings.postgres_url.rsplit("/", 1)[1])


async def test_a_server_that_has_become_a_standby_is_found_again_elsewhere(store: Store, engine: Postgres) -> None:
    await engine._writer.execute("SET default_transaction_read_only = on")
    with pytest.raises(Refusal) as refused:
        await store.db.write(lambda tx: add(tx, "refused"))
    assert (refused.value.code, refused.value.status) == ("busy", 503)
    await store.db.write(lambda tx: add(tx, "written"))
    assert await store.db.read(names) == ["written"]


async def test_a_node_that_stands_still_in_a_commit_does_not_hold_up_the_others(store: Store, engine: Postgres) -> None:
    other = await beside(store)
    await engine._writer.execute("SET idle_in_transaction_session_timeout = '200ms'")
    await engine._writer.execute("BEGIN")
    await engine._writer.fetch("SELECT * FROM revision FOR UPDATE")
    await other.db.write(lambda tx: add(tx, "meanwhile"))
    assert await other.db.read(names) == ["meanwhile"]
    await other.db.close()


async def test_what_comes_first_waits_for_no_other_reading(store: Store) -> None:
    """A reconnect storm reads for seconds: a node that could not look meanwhile would send nothing."""
    held = asyncio.Event()

    def slow(tx: Tx) -> None:
        await_only(held.wait())

    readings = [asyncio.ensure_future(store.db.read(slow)) for _ in range(4 * READERS)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await store.db.read_first(lambda tx: tx.value(select(func.count()).select_from(user))) == 0
    assert not any(reading.done() for reading in readings)
    held.set()
    await asyncio.gather(*readings)


async def test_where_nobody_listens_one_line_says_so(data: Path) -> None:
    settings = Settings(data=data, database_url=f"postgresql+asyncpg://me:secret@127.0.0.1:{free_port()}/x")
    for attempt in (opening.upgrade, lambda given: opening.write_once(given, Clock(), names)):
        with pytest.raises(Unreachable, match=r"me:\*\*\*@127.0.0.1:\d+/x cannot be reached") as said:
            await asyncio.to_thread(attempt, settings)
        assert "secret" not in str(said.value)


async def test_no_savepoint_is_asked_for_while_all_goes_well(store: Store, engine: Postgres) -> None:
    engine._writer = tapped = Tapped(engine._writer)
    writes = [store.db.write(lambda tx, name=name: add(tx, f"n{name}")) for name in range(5)]
    await asyncio.gather(*writes, *(store.db.write_many(add_all, f"m{number}") for number in range(5)))
    assert tapped.said == ["BEGIN", "COMMIT"]
    assert len(await store.db.read(names)) == 10


def test_the_same_database_is_opened_by_either_engine_as_the_settings_say(data: Path) -> None:
    assert opening.address(Settings(data=data)) == data / "ryadom.db"
    url = "postgresql+asyncpg://me:secret@here/there"
    assert opening.address(Settings(data=data, database_url=url)) == url
    assert opening.shown(Settings(data=data, database_url=url)) == "postgresql+asyncpg://me:***@here/there"


@pytest.mark.parametrize(
    ("error", "gone"),
    [(OSError(), True), (TimeoutError(), True), (InUse("x"), True), (ValueError(), False), (Refusal("busy"), False)],
)
def test_what_says_that_the_server_is_gone(error: Exception, gone: bool) -> None:
    assert is_gone(error) is gone
