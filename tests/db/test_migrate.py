"""Running the migrations: twice, halfway, from an unstamped file, from the future, and with a lot of messages."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from db.past import REVISIONS, Past, at, known, write
from db.schema_shape import rows, shape
from ryadom.db import migrate

MANY = 100_000
MANY_SECONDS = 10.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ryadom.db"


def names(file: Path) -> set[str]:
    return {path.name for path in file.parent.iterdir()}


def run(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(statement)


def test_the_head_is_the_last_of_the_story() -> None:
    assert migrate.head() == "client_ids"


def test_asking_makes_no_file(file: Path) -> None:
    assert migrate.current(file) is None
    assert names(file) == set()


def test_a_new_file_goes_to_the_head_and_no_copy_is_kept(file: Path) -> None:
    migrate.upgrade(file)
    assert migrate.current(file) == migrate.head()
    assert names(file) == {"ryadom.db"}


def test_a_url_will_do_and_so_will_an_odd_path(tmp_path: Path) -> None:
    odd = tmp_path / "100% of ours"
    odd.mkdir()
    migrate.upgrade(f"sqlite:///{odd / 'a.db'}")
    assert migrate.current(str(odd / "a.db")) == migrate.head()


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_can_be_the_aim(file: Path, revision: str) -> None:
    migrate.upgrade(file, revision)
    assert migrate.current(file) == revision


def test_a_second_run_changes_nothing(file: Path) -> None:
    write(file, known(), REVISIONS[1])
    migrate.upgrade(file)
    before = rows(file), shape(file), (file.with_name("ryadom.db.before-client_ids")).stat().st_mtime_ns
    migrate.upgrade(file)
    migrate.upgrade(file, REVISIONS[0])
    assert (rows(file), shape(file), (file.with_name("ryadom.db.before-client_ids")).stat().st_mtime_ns) == before


def test_a_revision_that_does_not_exist_is_refused(file: Path) -> None:
    with pytest.raises(LookupError, match="no revision 'never'"):
        migrate.upgrade(file, "never")


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_copy_of_what_was_there_is_kept(file: Path, revision: str) -> None:
    write(file, known(), revision)
    file.chmod(0o640)
    before = rows(file)
    migrate.upgrade(file)
    copy = file.with_name("ryadom.db.before-client_ids")
    assert rows(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o640
    assert names(file) == {"ryadom.db", copy.name}


def test_the_copy_has_what_only_the_journal_holds(file: Path) -> None:
    write(file, known(), REVISIONS[2])
    with closing(sqlite3.connect(file)) as server:
        server.execute("PRAGMA journal_mode = WAL")
        server.execute("INSERT INTO messages VALUES (99, 1, 1, 'in the journal', ?)", [at(90)])
        server.commit()
        migrate.upgrade(file)
    with closing(sqlite3.connect(file.with_name("ryadom.db.before-client_ids"))) as copy:
        assert copy.execute("SELECT text FROM messages WHERE id = 99").fetchone() == ("in the journal",)
    assert names(file) == {"ryadom.db", "ryadom.db.before-client_ids"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_file_that_was_never_stamped_is_recognised(file: Path, revision: str) -> None:
    write(file, known(), revision)
    run(file, "DROP TABLE alembic_version")
    migrate.upgrade(file)
    assert migrate.current(file) == migrate.head()
    assert len(rows(file)["messages"]) == len(known().messages)


def test_a_database_from_a_newer_version_is_left_alone_with_advice(file: Path) -> None:
    migrate.upgrade(file)
    run(file, "UPDATE alembic_version SET version_num = 'tomorrow'")
    before = rows(file)
    with pytest.raises(migrate.DatabaseTooNew, match=r"ryadom.db is at revision 'tomorrow'.*before-tomorrow"):
        migrate.upgrade(file)
    assert migrate.current(file) == "tomorrow"
    assert rows(file) == before
    assert names(file) == {"ryadom.db"}


def test_a_migration_that_fails_leaves_everything_as_it_was(file: Path) -> None:
    write(file, known(), REVISIONS[2])
    # The last table that the newest revision makes is there already: it fails after the old ones were dropped.
    run(file, "CREATE TABLE revision (mine TEXT)")
    before = rows(file), shape(file)
    with pytest.raises(OperationalError, match="table revision already exists"):
        migrate.upgrade(file)
    assert (rows(file), shape(file)) == before
    run(file, "DROP TABLE revision")
    migrate.upgrade(file)
    assert migrate.current(file) == migrate.head()


def test_revisions_before_the_one_that_fails_stay_done(file: Path) -> None:
    write(file, known(), REVISIONS[0])
    run(file, "CREATE TABLE revision (mine TEXT)")
    with pytest.raises(OperationalError, match="table revision already exists"):
        migrate.upgrade(file)
    assert migrate.current(file) == REVISIONS[2]
    assert len(rows(file)["messages"]) == len(known().messages)


CRASH = """
import os, sys
from ryadom.db import migrate
from ryadom.db.migrations.catching_up import schema
schema.create_indexes = lambda: os._exit(9)
migrate.upgrade(sys.argv[1])
"""

QUIET = """
import sys
from ryadom.db import migrate
migrate.upgrade(sys.argv[1])
"""


def program(text: str, file: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of its own, as the server would be."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", text, str(file)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_crash_in_the_middle_leaves_the_revision_before(file: Path) -> None:
    write(file, known(), REVISIONS[2])
    before = rows(file), shape(file)
    assert program(CRASH, file).returncode == 9
    assert migrate.current(file) == REVISIONS[2]
    assert (rows(file), shape(file)) == before
    migrate.upgrade(file)
    assert migrate.current(file) == migrate.head()


def test_an_upgrade_says_nothing(file: Path) -> None:
    write(file, known(), REVISIONS[0])
    done = program(QUIET, file)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert migrate.current(file) == migrate.head()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_sql_is_one_transaction_per_revision(dialect: str) -> None:
    sql = migrate.sql(dialect)
    assert sql.count("BEGIN;") == sql.count("COMMIT;") == len(REVISIONS) + 8
    assert "INSERT INTO messages (id, chat_id, seq, rev" in sql
    assert sql.count("WHERE deleted_at IS NOT NULL") == (2 if dialect == "sqlite" else 1)


def crowd() -> Past:
    """Two hundred people in one big group, and in pairs; `MANY` messages, a tenth of them noted as read."""
    past = Past(people=[f"p{n}" for n in range(1, 201)], chats=[("group", "All")] + [("direct", None)] * 100)
    past.members = [(1, person, "member", at(person), person * 200) for person in range(1, 201)]
    for chat in range(2, 102):
        past.members += [(chat, person, "member", at(1), 1000 * chat) for person in (2 * chat - 3, 2 * chat - 2)]
    for n in range(1, MANY + 1):
        chat = 1 if n % 2 else 2 + n // 2 % 100
        sender = n % 200 + 1 if chat == 1 else 2 * chat - 3 + n // 200 % 2
        past.messages.append((n, chat, sender, f"text {n}", at(n)))
        if n % 10 == 0:
            past.reads.append((n, chat, 2 * chat - 3, at(n + 1)))
    return past


def test_a_hundred_thousand_messages_take_seconds(file: Path) -> None:
    write(file, crowd(), REVISIONS[2])
    begun = time.process_time()
    migrate.upgrade(file)
    assert time.process_time() - begun < MANY_SECONDS
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT count(*), max(rev) FROM messages").fetchone() == (MANY, MANY + 1)
        assert db.execute("SELECT count(*) FROM contacts").fetchone() == (200,)
