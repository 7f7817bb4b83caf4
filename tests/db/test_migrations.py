"""Every earlier revision, full of people and messages, upgraded: all of it is there, and means the same."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from db.past import REVISIONS, Past, at, known, some, write
from db.schema_shape import rows, shape
from ryadom.db import migrate
from ryadom.db.tables import metadata

UNREAD = """
SELECT m.chat_id, m.user_id, (SELECT count(*) FROM messages x WHERE x.chat_id = m.chat_id
    AND x.seq > m.read_up_to_seq AND x.sender_id <> m.user_id AND x.deleted_at IS NULL)
FROM chat_members m
"""


class Upgraded:
    """A past, the revision that it was written at, and the newest database that it became."""

    def __init__(self, file: Path, past: Past, revision: str) -> None:
        write(file, past, revision)
        migrate.upgrade(file)
        self.file, self.past, self.revision = file, past, revision
        self.has_release_3_2 = revision == REVISIONS[2]

    def select(self, sql: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as db:
            return db.execute(sql, values).fetchall()


@pytest.fixture(params=REVISIONS)
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Upgraded:
    return Upgraded(tmp_path / "ryadom.db", known(), request.param)


@pytest.fixture(params=[(revision, seed) for revision in REVISIONS for seed in (None, 1, 2, 3)], ids=str)
def any_town(request: pytest.FixtureRequest, tmp_path: Path) -> Upgraded:
    revision, seed = request.param
    return Upgraded(tmp_path / "ryadom.db", known() if seed is None else some(seed), revision)


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    """A database made from tables.py itself."""
    file = tmp_path / "declared.db"
    engine = sa.create_engine(f"sqlite:///{file}")
    metadata.create_all(engine)
    engine.dispose()
    return file


def test_the_migrations_build_what_the_tables_say(tmp_path: Path, declared: Path) -> None:
    file = tmp_path / "ryadom.db"
    migrate.upgrade(file)
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert shape(file) == shape(declared)


def test_an_upgraded_database_is_built_like_a_fresh_one(town: Upgraded, declared: Path) -> None:
    assert shape(town.file) == shape(declared)


def test_nothing_refers_to_what_is_not_there(any_town: Upgraded) -> None:
    assert any_town.select("PRAGMA foreign_key_check") == []
    assert any_town.select("PRAGMA integrity_check") == [("ok",)]


def test_every_text_is_there_in_its_order(any_town: Upgraded) -> None:
    found = any_town.select("SELECT id, chat_id, sender_id, text, created_at FROM messages ORDER BY chat_id, seq")
    assert found == sorted(any_town.past.messages, key=lambda message: (message[1], message[0]))
    assert any_town.select("SELECT count(*) FROM messages WHERE kind <> 'text' OR deleted_at IS NOT NULL") == [(0,)]


def test_people_are_who_they_were(any_town: Upgraded) -> None:
    found = any_town.select('SELECT id, username, display_name, password_hash, created_at, is_online FROM "user"')
    people = enumerate(any_town.past.people, 1)
    assert found == [(n, name, name.title(), f"hash of {name}", at(n), 0) for n, name in people]


def test_everybody_is_in_the_chats_they_were_in(any_town: Upgraded) -> None:
    found = any_town.select("SELECT chat_id, user_id, joined_at, joined_seq, left_at FROM chat_members")
    assert sorted(found) == sorted((m[0], m[1], m[3], 0, None) for m in any_town.past.members)


def test_unread_is_what_it_was(any_town: Upgraded) -> None:
    found = {(chat, person): unread for chat, person, unread in any_town.select(UNREAD)}
    assert found == any_town.past.unread(any_town.revision)
    assert any(found.values())


def test_seq_has_no_gaps(any_town: Upgraded) -> None:
    seqs = defaultdict(list)
    for chat, seq in any_town.select("SELECT chat_id, seq FROM messages ORDER BY id"):
        seqs[chat].append(seq)
    for chat, last in any_town.select("SELECT id, last_seq FROM chats"):
        assert seqs[chat] == list(range(1, last + 1))


def test_rev_rises_with_the_messages_and_nothing_is_above_the_highest(any_town: Upgraded) -> None:
    revs = [rev for (rev,) in any_town.select("SELECT rev FROM messages ORDER BY id")]
    assert revs == sorted(set(revs))
    assert any_town.select("SELECT id, value, last_message_id FROM revision") == [
        (1, revs[-1], max(m[0] for m in any_town.past.messages))
    ]
    wrong = "SELECT c.id FROM chats c WHERE c.rev <> coalesce((SELECT max(rev) FROM messages WHERE chat_id = c.id), 1)"
    assert any_town.select(wrong) == []
    late = "SELECT 1 FROM chat_members m JOIN chats c ON c.id = m.chat_id WHERE max(m.rev, m.read_rev) > c.rev"
    assert any_town.select(late) == []
    assert any_town.select("SELECT 1 FROM chat_members WHERE rev < 1 OR (read_up_to_seq > 0) <> (read_rev > 0)") == []


def test_who_wrote_has_a_contact_and_who_both_wrote_are_mutual(any_town: Upgraded) -> None:
    expected: dict[tuple[int, int], str] = {}
    for chat, (kind, _) in enumerate(any_town.past.chats, 1):
        people = [member[1] for member in any_town.past.members if member[0] == chat]
        said = sorted(message for message in any_town.past.messages if message[1] == chat)
        if kind == "direct" and len(people) == 2:
            for writer in {message[2] for message in said}:
                pair = (writer, sum(people) - writer)
                expected[pair] = min(expected.get(pair, said[0][4]), said[0][4])
    found = any_town.select("SELECT owner_id, contact_id, added_at FROM contacts WHERE removed_at IS NULL")
    assert {(owner, contact): added for owner, contact, added in found} == expected
    mutual = set(any_town.select("SELECT owner_id, contact_id FROM contacts WHERE mutual"))
    assert mutual == {(one, other) for one, other in expected if (other, one) in expected}
    assert any_town.select("SELECT count(*) FROM blocks") == [(0,)]


def test_two_people_have_one_direct_chat_and_a_second_is_a_group(town: Upgraded) -> None:
    assert town.select("SELECT id, kind, title, direct_low, direct_high FROM chats ORDER BY id") == [
        (1, "direct", None, 1, 2),
        (2, "direct", None, 1, 3),
        (3, "direct", None, 2, 3),
        (4, "group", "Ann, Bob", None, None),
        (5, "group", "Hikers", None, None),
        (6, "channel", "News", None, None),
        (7, "group", "Silent", None, None),
        (8, "group", "Dan", None, None),
    ]


def test_known_contacts(town: Upgraded) -> None:
    assert town.select("SELECT owner_id, contact_id, added_at FROM contacts ORDER BY 1, 2") == [
        (1, 2, at(11)),
        (1, 3, at(15)),
        (2, 1, at(11)),
    ]


def test_every_group_has_an_owner_and_no_direct_chat_has(town: Upgraded) -> None:
    roles = set(town.select("SELECT chat_id, user_id, role FROM chat_members WHERE role <> 'member'"))
    owners = {(chat, person, "owner") for chat, person in [(4, 1), (5, 2), (6, 4), (7, 4), (8, 4)]}
    assert roles == owners | {(5, 3, "admin")}


def test_a_mark_on_a_message_of_elsewhere_is_the_nearest_before_it(town: Upgraded) -> None:
    marks = town.select("SELECT chat_id, user_id, read_up_to_seq FROM chat_members WHERE chat_id IN (4, 6)")
    assert sorted(marks) == [(4, 1, 2), (4, 2, 2), (6, 1, 0), (6, 4, 2)]


def test_the_later_proof_of_presence_is_kept(tmp_path: Path) -> None:
    town = Upgraded(tmp_path / "ryadom.db", known(), REVISIONS[2])
    assert town.select('SELECT last_seen FROM "user" ORDER BY id') == [(at(50),), (at(45),), (at(33),), (None,)]
    assert town.select("SELECT count(*) FROM user_statuses") == [(0,)]


def test_sessions_live_on(tmp_path: Path) -> None:
    town = Upgraded(tmp_path / "ryadom.db", known(), REVISIONS[2])
    found = town.select("SELECT user_id, token_hash, last_activity, last_seen, ended_at FROM user_sessions ORDER BY id")
    assert found == [(person, token, active, active, None) for person, token, active in town.past.sessions]
    device = "SELECT DISTINCT device_type, device_name, ip_address, user_agent, created_at FROM user_sessions"
    assert town.select(device) == [("phone", "Android App", "192.168.1.100", "okhttp/4", at(5))]


def test_the_log_of_reads_keeps_what_raised_a_mark(tmp_path: Path) -> None:
    town = Upgraded(tmp_path / "ryadom.db", known(), REVISIONS[2])
    log = town.select("SELECT chat_id, user_id, up_to_seq, read_at FROM message_read_statuses ORDER BY read_at")
    assert log == [(5, 2, 1, at(31)), (5, 2, 4, at(33)), (1, 1, 2, at(35)), (1, 2, 1, at(36))]
    assert town.select("SELECT rev, read_at FROM message_read_statuses ORDER BY rev") == [
        (number, when) for number, (_, _, _, when) in enumerate(log, 1)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_log_still_says_when_each_message_was_read(seed: int, tmp_path: Path) -> None:
    town = Upgraded(tmp_path / "ryadom.db", some(seed), REVISIONS[2])
    place = {message: (chat, seq) for message, chat, seq in town.select("SELECT id, chat_id, seq FROM messages")}
    found = town.select("SELECT chat_id, user_id, up_to_seq, read_at FROM message_read_statuses ORDER BY read_at")
    for message, chat, reader, _ in town.past.reads:
        old = min(when for m, c, p, when in town.past.reads if (c, p) == (chat, reader) and m >= message)
        seq = place[message][1]
        assert next(when for c, p, upto, when in found if (c, p) == (chat, reader) and upto >= seq) == old


def test_ids_are_never_given_out_again(tmp_path: Path) -> None:
    file = tmp_path / "ryadom.db"
    write(file, known(), REVISIONS[2])
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("INSERT INTO messages VALUES (500, 1, 1, 'gone', ?)", [at(1)])
        db.execute("DELETE FROM messages WHERE id = 500")
        db.execute("DELETE FROM user_sessions")
    migrate.upgrade(file)
    numbers = dict(rows(file)["sqlite_sequence"])
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT last_message_id FROM revision").fetchone() == (500,)
    assert numbers == {"user_sessions": 3, "user": 4, "chats": 8}


def test_words_of_somebody_deleted_stay(tmp_path: Path) -> None:
    file = tmp_path / "ryadom.db"
    write(file, known(), REVISIONS[2])
    with closing(sqlite3.connect(file)) as db, db:
        db.execute('DELETE FROM "user" WHERE id = 3')
    migrate.upgrade(file)
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("SELECT count(*) FROM messages").fetchone() == (len(known().messages),)
        gone = db.execute('SELECT username, deleted_at IS NOT NULL FROM "user" WHERE id = 3').fetchone()
        assert gone == ("deleted_3", 1)


def test_names_are_folded_where_that_makes_no_two_alike(tmp_path: Path) -> None:
    file = tmp_path / "ryadom.db"
    write(file, Past(people=["Ann", "bob", "BOB"]), REVISIONS[0])
    migrate.upgrade(file)
    with closing(sqlite3.connect(file)) as db:
        assert db.execute('SELECT username FROM "user" ORDER BY id').fetchall() == [("ann",), ("bob",), ("BOB",)]


def test_the_sql_written_out_builds_the_same_and_moves_the_same(tmp_path: Path, declared: Path) -> None:
    fresh, by_hand, by_itself = tmp_path / "fresh.db", tmp_path / "hand.db", tmp_path / "ryadom.db"
    for revision, file in ((REVISIONS[2], by_hand), (REVISIONS[2], by_itself)):
        write(file, some(4), revision)
    migrate.upgrade(by_itself)
    for file, sql in ((fresh, migrate.sql()), (by_hand, migrate.sql("sqlite", REVISIONS[2]))):
        with closing(sqlite3.connect(file)) as db:
            db.executescript(sql)
    assert shape(fresh) == shape(by_hand) == shape(declared)
    assert rows(by_hand) == rows(by_itself)
    assert migrate.current(fresh) == migrate.head()
