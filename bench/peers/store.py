"""The SQLite file of the bare programs, filled before they start."""

import sqlite3
from pathlib import Path

from .parts import HERE, People

LAST_SEQ = 99_999_999
"""Where every chat ends in the row of read marks: there is always something left to read. No message rows stand
behind it, and the programs look for none."""


def user_id(person: int) -> int:
    """The programs count people from 1."""
    return person + 1


def chat_id(person: int) -> int:
    """Of pairs the chat with the number of the pair, from 1."""
    return person // 2 + 1


def fill(path: Path, people: People) -> None:
    """A new database with these people, their contacts and chats; person 7's token is `t7`."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")
    db.executescript((HERE / "schema.sql").read_text(encoding="utf-8"))
    everybody = range(people.size)
    db.executemany("INSERT INTO users(id, token) VALUES (?, ?)", ((user_id(one), f"t{one}") for one in everybody))
    both = [pair for one, other in people.contacts for pair in ((one, other), (other, one))]
    db.executemany("INSERT INTO contacts VALUES (?, ?)", ((user_id(one), user_id(other)) for one, other in both))
    for number, members in enumerate(people.chats, 1):
        db.execute("INSERT INTO chats VALUES (?, ?)", (number, LAST_SEQ))
        rows = ((number, user_id(one)) for one in members)
        db.executemany("INSERT INTO members(chat_id, user_id) VALUES (?, ?)", rows)
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
