"""What is in `ryadom.cli.database`: `ryadom db …`, `backup` and `restore`."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import Command
from ryadom.db import migrate, sqlite
from ryadom.db.backup import alone


def test_a_database_is_made_and_its_revision_said(command: Command) -> None:
    assert command("db", "current").out == "There is no database yet.\n"
    assert command("db", "upgrade").out == f"The database is at revision {migrate.head()}.\n"
    assert command("db", "current").out == f"{migrate.head()}\n"
    assert command("db", "upgrade").status == 0


def test_the_sql_of_the_migrations_makes_the_same_database(command: Command, data: Path) -> None:
    script = command("db", "sql").out
    with closing(sqlite3.connect(data / "by-hand.db")) as connection:
        connection.executescript(script)
    assert migrate.current(data / "by-hand.db") == migrate.head()
    assert " -> base_messenger" in script
    assert " -> base_messenger" not in command("db", "sql", "--from", "base_messenger").out
    assert "BIGSERIAL" in command("db", "sql", "--dialect", "postgresql").out


def test_a_database_of_a_newer_version_is_left_alone_with_one_line(command: Command, data: Path) -> None:
    command("db", "upgrade")
    with closing(sqlite3.connect(data / "ryadom.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    for words in (["db", "upgrade"], ["user", "list"], ["serve", "--port", "0"]):
        said = command(*words)
        assert said.status == 1
        assert said.err.startswith(f"ryadom: {data}/ryadom.db is at revision 'from_the_future'")
        assert said.err.count("\n") == 1


def test_an_sqlite_that_is_too_old_is_said_in_one_line(
    command: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MINIMUM", (99, 1, 0))
    for words in (["serve", "--port", "0"], ["db", "upgrade"]):
        said = command(*words)
        assert said.status == 1
        assert said.err.startswith(f"ryadom: SQLite {sqlite3.sqlite_version}")
        assert "needs 99.1.0 or newer" in said.err
        assert said.err.count("\n") == 1
    assert not (data / "ryadom.db").exists()


def test_an_older_database_is_not_upgraded_under_a_running_server(command: Command, data: Path) -> None:
    migrate.upgrade(data / "ryadom.db", "base_messenger")
    with alone(data / "ryadom.db"):
        said = command("user", "list")
    assert said.status == 1
    assert "Stop it first" in said.err
    assert migrate.current(data / "ryadom.db") == "base_messenger"
    assert command("user", "list").status == 0


def test_a_backup_is_restored_and_what_was_there_is_kept(command: Command, data: Path) -> None:
    command("user", "add", "alice", "--password-stdin", stdin="correct horse")
    assert command("backup", "copy.db").status == 0
    command("user", "add", "bob", "--password-stdin", stdin="correct horse")
    said = command("restore", "copy.db")
    assert said.status == 0
    assert f"What was there before is {data}/ryadom.db.before-restore\n" in said.out
    assert [line.split()[0] for line in command("user", "list").out.splitlines()[1:]] == ["alice"]


def test_a_backup_overwrites_only_when_told_to(command: Command, data: Path) -> None:
    command("db", "upgrade")
    (data / "copy.db").write_text("something precious")
    refused = command("backup", "copy.db")
    assert refused == (1, "", "ryadom: copy.db is there already; choose another name, or overwrite it with --force\n")
    assert (data / "copy.db").read_text() == "something precious"
    assert command("backup", "copy.db", "--force").status == 0
    assert command("restore", "copy.db").status == 0
