"""Databases as they were: people who talked before the newest revision, written by plain SQL.

`known` and `some` make a `Past`; `write` puts one into a file at an old revision; `unread` and `mark` say, from the
old facts alone, what must come out.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from ryadom.db import migrate

REVISIONS = ("base_messenger", "db_migrate_add_online_status", "migration_sessions_status")


def at(minute: int) -> str:
    """A moment as SQLite keeps it, `minute` minutes into 2024."""
    return (datetime(2024, 1, 1) + timedelta(minutes=minute)).isoformat(" ") + ".000000"  # noqa: DTZ001 - as kept


@dataclass
class Past:
    """Rows of the old tables; ids count from 1 in the order of the lists, unless a row begins with its id."""

    people: list[str] = field(default_factory=list)
    chats: list[tuple[str, str | None]] = field(default_factory=list)
    """(kind, title)"""
    members: list[tuple[int, int, str, str, int | None]] = field(default_factory=list)
    """(chat, person, role, joined, last read message)"""
    messages: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    """(id, chat, sender, text, when)"""
    sessions: list[tuple[int, str, str]] = field(default_factory=list)
    """(person, token hash, last activity)"""
    statuses: list[tuple[int, str | None, str | None]] = field(default_factory=list)
    """(person, last seen by `user`, last seen by `user_statuses`)"""
    reads: list[tuple[int, int, int, str]] = field(default_factory=list)
    """(message, chat, person, when)"""

    def marks(self, revision: str) -> dict[tuple[int, int], int]:
        """(chat, person) → the id of the message up to which they had read; 0 for nothing."""
        marks = {(chat, person): last or 0 for chat, person, _, _, last in self.members}
        if revision == REVISIONS[2]:
            for message, chat, person, _ in self.reads:
                marks[chat, person] = max(marks[chat, person], message)
        return marks

    def unread(self, revision: str) -> dict[tuple[int, int], int]:
        """(chat, person) → how many messages of others lie after the mark."""
        return {
            (chat, person): sum(m[1] == chat and m[0] > mark and m[2] != person for m in self.messages)
            for (chat, person), mark in self.marks(revision).items()
        }


def known() -> Past:
    """A small town where every case of the upgrade happens once; the tests name its people and chats."""
    past = Past(people=["ann", "bob", "cyd", "dan"])
    past.chats = [
        ("direct", None), ("direct", None), ("direct", None), ("direct", None),
        ("group", "Hikers"), ("channel", "News"), ("group", "Silent"), ("direct", None),
    ]  # fmt: skip
    past.members = [
        (1, 1, "member", at(0), None), (1, 2, "owner", at(0), 1),        # both write
        (2, 1, "member", at(1), 5), (2, 3, "member", at(1), None),       # one writes
        (3, 2, "member", at(2), None), (3, 3, "member", at(2), None),    # nobody writes
        (4, 2, "member", at(3), 4), (4, 1, "member", at(3), 90),         # the pair of chat 1 again
        (5, 3, "admin", at(5), 6), (5, 1, "member", at(4), 10), (5, 2, "member", at(3), None),
        (6, 4, "owner", at(5), 12), (6, 1, "member", at(4), 7),          # 7 was said in another chat
        (7, 4, "member", at(7), None),
        (8, 4, "member", at(8), None),                                   # the other side is gone
    ]  # fmt: skip
    said = [(1, 1, "hi"), (1, 2, "hello"), (4, 2, "you there?"), (4, 1, "yes, here"), (2, 1, "hey"), (5, 3, "at six?"),
            (5, 1, "at seven"), (5, 3, "fine"), (6, 4, "first news"), (5, 1, "bring water"), (1, 1, "see you"),
            (6, 4, "второе: 'quoted' %s :name\n☂"), (8, 4, "to nobody")]  # fmt: skip
    past.messages = [(n, chat, who, text, at(10 + n)) for n, (chat, who, text) in enumerate(said, 1)]
    past.sessions = [(1, "a" * 64, at(40)), (1, "b" * 64, at(50)), (2, "c" * 64, at(45))]
    past.statuses = [(1, at(50), at(41)), (2, at(30), at(45)), (3, None, at(33)), (4, None, None)]
    past.reads = [(6, 5, 2, at(31)), (10, 5, 2, at(33)), (8, 5, 2, at(33)), (7, 5, 2, at(34)), (2, 1, 1, at(35)),
                  (1, 1, 2, at(36))]  # fmt: skip
    return past


def some(seed: int) -> Past:
    """A town at random, with everybody in many chats, and holes in the ids."""
    random = Random(seed)
    past = Past(people=[f"p{n}" for n in range(1, 9)])
    for chat in range(1, 31):
        kind = random.choice(["direct", "direct", "group", "channel"])
        past.chats.append((kind, None if kind == "direct" else f"Chat {chat}"))
        for person in random.sample(range(1, 9), 2 if kind == "direct" else random.randint(1, 7)):
            role = "member" if kind == "direct" else random.choice(["member", "member", "admin", "owner"])
            last = random.choice([None, random.randint(1, 900)])
            past.members.append((chat, person, role, at(random.randint(0, 50)), last))
    places = [member[:2] for member in past.members]
    for number in sorted(random.sample(range(1, 900), 400)):
        chat, person = random.choice(places)
        past.messages.append((number, chat, person, f"text {number}", at(100 + number)))
    for number in random.sample(range(400), 200):
        message = past.messages[number]
        reader = random.choice([person for chat, person in places if chat == message[1]])
        past.reads.append((message[0], message[1], reader, at(1000 + random.randint(0, 60))))
    return past


def write(file: Path, past: Past, revision: str) -> None:
    """Make `file` at `revision` (one of `REVISIONS`) and fill it with what of `past` that revision can hold."""
    migrate.upgrade(file, revision)
    numbered = list(enumerate(past.people, 1))
    with closing(sqlite3.connect(file)) as db, db:
        db.executemany(
            'INSERT INTO "user" (id, username, display_name, password_hash, created_at) VALUES (?, ?, ?, ?, ?)',
            [(n, name, name.title(), f"hash of {name}", at(n)) for n, name in numbered],
        )
        db.executemany(
            "INSERT INTO chats (id, kind, title, created_at) VALUES (?, ?, ?, ?)",
            [(n, kind, title, at(n)) for n, (kind, title) in enumerate(past.chats, 1)],
        )
        db.executemany("INSERT INTO chat_members VALUES (?, ?, ?, ?, ?)", past.members)
        db.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", past.messages)
        if revision != REVISIONS[0]:
            db.executemany(
                'UPDATE "user" SET last_seen = ?, is_online = 1 WHERE id = ?', [(s[1], s[0]) for s in past.statuses]
            )
        if revision == REVISIONS[2]:
            _write_release_3_2(db, past)


def _write_release_3_2(db: sqlite3.Connection, past: Past) -> None:
    db.executemany(
        "INSERT INTO user_sessions (user_id, token_hash, device_type, device_name, ip_address, user_agent, created_at,"
        " last_activity) VALUES (?, ?, 'phone', 'Android App', '192.168.1.100', 'okhttp/4', ?, ?)",
        [(person, token, at(5), active) for person, token, active in past.sessions],
    )
    db.executemany(
        "INSERT INTO user_statuses VALUES (?, 'online', ?, 1, ?)", [(s[0], s[2], at(60)) for s in past.statuses]
    )
    db.executemany(
        "INSERT INTO message_read_statuses (message_id, chat_id, user_id, read_at) VALUES (?, ?, ?, ?)", past.reads
    )
