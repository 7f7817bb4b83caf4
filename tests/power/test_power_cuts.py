"""The power goes at a thousand moments: of what was answered, nothing is lost.

The real server is recorded while people write. Then the disk is made as it may be after a power cut at any moment, and
opened: no answered message is missing, none is there twice, no `seq` is left out, and the file is sound.
"""

import asyncio
import random
import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

import servers
from power.power_cut import WAYS, cuts
from power.recording import Deed, RecordedServer
from process.real_server import Client, Json
from report import tell
from torture import examples

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(servers.ON_POSTGRES, reason="PostgreSQL syncs by itself; this is about our own file"),
]

WRITERS = 6
MESSAGES = 120
"""That each writes."""
CUTS = 260
"""Moments; at each, every way of `WAYS`."""
NAMED = re.compile(rb'"client_id":"(w\d\d-\d{5})"')
JOURNAL = "ryadom.db-wal"


async def write(client: Client, chat_id: int, number: int) -> None:
    """Write by socket or REST, one after the other, in messages of any length."""
    chance = random.Random(number)
    socket = await client.socket() if number % 2 else None
    for one in range(MESSAGES):
        name = f"w{number:02}-{one:05}"
        text = f"{name} " + "x" * chance.choice((1, 50, 400, 3000))
        if socket is None:
            await client.write(chat_id, text, client_id=name)
        else:
            await socket.send(type="send_message", chat_id=chat_id, text=text, client_id=name)
            await socket.until("message_sent", client_id=name)


async def work(server: RecordedServer) -> None:
    """People who write in two chats, and read what the others wrote."""
    people = [await Client.enter(server, f"writer{number}") for number in range(WRITERS)]
    chats = [await people[0].group(*people[1:]) for _ in range(2)]
    await asyncio.gather(*(write(one, chats[number % 3 % 2], number) for number, one in enumerate(people)))
    for one in people:
        await one.leave()


@pytest.fixture(scope="module")
def recorded() -> "list[Deed]":
    """What a server did while people wrote."""
    with tempfile.TemporaryDirectory(prefix="ryadom-power-", dir=servers.MEMORY) as folder:
        server = RecordedServer(Path(folder))
        server.start()
        try:
            asyncio.run(work(server))
        finally:
            server.end()
        return server.deeds()


def sent(deeds: list[Deed]) -> dict[str, int]:
    """Name of a message → the place of the deed by which the server first told anybody that it has it."""
    first: dict[str, int] = {}
    for place, deed in enumerate(deeds):
        if deed.kind == "N":
            for name in NAMED.findall(deed.data):
                first.setdefault(name.decode(), place)
    return first


def test_every_answer_leaves_after_the_sync_that_its_message_is_in(recorded: list[Deed]) -> None:
    told = sent(recorded)
    written: dict[str, int] = {}
    begun: dict[int, int] = {}
    synced: list[tuple[int, int]] = []
    for place, deed in enumerate(recorded):
        if deed.file != JOURNAL:
            continue
        if deed.kind == "W":
            for name in re.findall(rb"w\d\d-\d{5}", deed.data):
                written.setdefault(name.decode(), place)
        elif deed.kind == "F":
            begun[deed.thread] = place
        elif deed.kind == "S":
            synced.append((begun[deed.thread], place))
    assert len(told) == WRITERS * MESSAGES
    early = [
        name for name, place in told.items()
        if not any(written[name] < start and end < place for start, end in synced)
    ]  # fmt: skip
    tell("answers after their sync", answers=len(told), early=len(early))
    assert early == []


def test_no_answered_message_is_lost_with_the_power(recorded: list[Deed], data: Path) -> None:
    chance = random.Random(7)
    told = sent(recorded)
    begins = min(told.values())
    brought_home = [place for place, deed in enumerate(recorded) if deed.file == "ryadom.db" and deed.kind == "W"]
    assert len({place // 50 for place in brought_home if place > begins}) > 5, "the journal was never brought home"
    later = [place for place in brought_home if place > begins]
    moments = examples(CUTS)
    places = [chance.randrange(begins + 1, len(recorded)) for _ in range(moments - moments // 3)]
    # Bringing the journal home is short, and where mistakes would be.
    places += [chance.choice(later) + chance.randrange(3) for _ in range(moments // 3)]
    images = answered = lost = 0
    wrong: list[str] = []
    for place, way, files in cuts(recorded, places, chance):
        expected = {name for name, first in told.items() if first < place}
        there, complaint = opened(files, data)
        images += 1
        answered += len(expected)
        lost += len(expected - there)
        if complaint or not expected <= there:
            wrong.append(
                f"cut after {place}, {way} of what was not synced: {complaint or sorted(expected - there)[:3]}"
            )
    tell("power cut", images=images, answered_messages_looked_for=answered, lost=lost, images_wrong=len(wrong))
    assert wrong == []
    assert images == len(WAYS) * len(places)
    assert answered > 100 * images


def opened(files: dict[str, bytes], folder: Path) -> tuple[set[str], str]:
    """The names of the messages that are there, and what is wrong with the file otherwise."""
    for name in ("ryadom.db", JOURNAL):
        (folder / name).write_bytes(files.get(name, b""))
    (folder / "ryadom.db-shm").unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(folder / "ryadom.db")) as db:
            sound = db.execute("PRAGMA integrity_check").fetchall()
            rows: list[Json] = db.execute(
                "SELECT chat_id, seq, client_id, text FROM messages ORDER BY chat_id, seq"
            ).fetchall()
            last = dict(db.execute("SELECT id, last_seq FROM chats").fetchall())
    except sqlite3.DatabaseError as error:
        return set(), str(error)
    if sound != [("ok",)]:
        return set(), str(sound[:2])
    seqs: dict[int, list[int]] = {chat: [] for chat in last}
    for chat, seq, _, _ in rows:
        seqs[chat].append(seq)
    if any(found != list(range(1, last[chat] + 1)) for chat, found in seqs.items()):
        return set(), "a seq is left out, or there twice"
    names = [name for *_, name, _ in rows if name]
    if len(names) != len(set(names)) or any(not text.startswith(name) for *_, name, text in rows if name):
        return set(), "a message is there twice, or has another's text"
    return set(names), ""
