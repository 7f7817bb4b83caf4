"""From `catching_up` to `lighter_messages`: what each message keeps of its sending; counts that stay as they were."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ryadom.chats.store import COUNTS
from ryadom.clock import Clock
from ryadom.db import migrate
from ryadom.db.sqlite import SqliteTx, connect
from ryadom.db.tx import Tx
from ryadom.messages.store import since

PEOPLE, CHATS, LENGTH = 4, 5, 60
AT = "2025-01-01 00:00:00.000000"
RECOUNT = """
SELECT m.chat_id, count(x.id) FROM chat_members m LEFT JOIN messages x ON x.chat_id = m.chat_id
    AND x.seq > m.read_up_to_seq AND x.sender_id <> m.user_id AND x.deleted_at IS NULL
WHERE m.user_id = ? GROUP BY m.chat_id
"""


def fill(file: Path, seed: int) -> None:
    """People who write, read, edit and delete, at the revision before."""
    random = Random(seed)
    migrate.upgrade(file, "catching_up")
    with closing(sqlite3.connect(file)) as db, db:
        for person in range(1, PEOPLE + 1):
            db.execute(
                "INSERT INTO user VALUES (?, ?, '', '', ?, NULL, 0, 1, NULL, '{}', NULL, NULL)",
                [person, f"p{person}", AT],
            )
        rev = 10
        for chat in range(1, CHATS + 1):
            db.execute("INSERT INTO chats (id, kind, created_at, rev) VALUES (?, 'group', ?, 1)", [chat, AT])
            for person in range(1, PEOPLE + 1):
                db.execute(
                    "INSERT INTO chat_members (chat_id, user_id, joined_at, rev, read_up_to_seq, read_rev)"
                    " VALUES (?, ?, ?, 1, ?, 1)", [chat, person, AT, random.randint(0, LENGTH)],
                )  # fmt: skip
            for seq in range(1, LENGTH + 1):
                rev += 1
                db.execute(
                    "INSERT INTO messages (chat_id, seq, rev, sender_id, text, client_id, created_at)"
                    " VALUES (?, ?, ?, ?, 'x', ?, ?)",
                    [chat, seq, rev, random.randint(1, PEOPLE), f"{chat}-{seq}", AT],
                )  # fmt: skip
            db.execute("UPDATE chats SET last_seq = ?, rev = ? WHERE id = ?", [LENGTH, rev, chat])
        for message in random.sample(range(1, CHATS * LENGTH + 1), 90):
            rev += 1
            column = random.choice(["edited_at", "deleted_at"])
            db.execute(f"UPDATE messages SET {column} = ?, rev = ? WHERE id = ?", [AT, rev, message])
        db.execute("UPDATE revision SET value = ?", [rev])


@pytest.fixture(params=range(4))
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    file = tmp_path / "ryadom.db"
    fill(file, request.param)
    migrate.upgrade(file)
    with closing(connect(file)) as connection:
        yield connection


def tx(connection: sqlite3.Connection) -> Tx:
    return SqliteTx(connection, Clock().utcnow())


def test_unread_counts_are_what_a_recount_says(upgraded: sqlite3.Connection) -> None:
    for person in range(1, PEOPLE + 1):
        counted = {row[0]: row[1] for row in tx(upgraded).run(COUNTS, user_id=person)}
        assert counted == dict(upgraded.execute(RECOUNT, [person]).fetchall())


def test_what_is_new_since_a_rev_is_what_a_scan_finds(upgraded: sqlite3.Connection) -> None:
    (last,) = upgraded.execute("SELECT value FROM revision").fetchone()
    for rev in range(0, last + 2, 7):
        for chat in range(1, CHATS + 1):
            scan: list[Any] = upgraded.execute(
                "SELECT id FROM messages WHERE chat_id = ? AND rev > ? ORDER BY rev LIMIT 20", [chat, rev]
            ).fetchall()
            assert [message.id for message in since(tx(upgraded), chat, rev, 20)] == [row[0] for row in scan]


def test_the_rev_of_sending_rises_with_seq_and_is_below_every_later_change(upgraded: sqlite3.Connection) -> None:
    wrong = "SELECT 1 FROM messages a JOIN messages b ON b.chat_id = a.chat_id AND b.seq = a.seq + 1"
    wrong += " WHERE b.sent_rev < a.sent_rev"
    assert upgraded.execute(wrong).fetchall() == []
    assert upgraded.execute("SELECT 1 FROM messages WHERE sent_rev > rev").fetchall() == []


def test_the_ids_go_on(upgraded: sqlite3.Connection) -> None:
    upgraded.execute("BEGIN")
    assert tx(upgraded).next_rev_and_id(3)[1] == CHATS * LENGTH + 1
    assert tx(upgraded).next_rev_and_id(1)[1] == CHATS * LENGTH + 4
    upgraded.execute("ROLLBACK")
