"""Copies of a database: whole, private, refused when damaged, put back without losing what was there."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ryadom.db import migrate
from ryadom.db.backup import BadBackup, alone, backup, restore
from ryadom.db.errors import InUse
from ryadom.db.sqlite import connect


@pytest.fixture
def database(data: Path) -> Path:
    path = data / "ryadom.db"
    migrate.upgrade(path)
    return path


def note(database: Path, value: int) -> None:
    """Change something that can be found again."""
    with closing(connect(database)) as connection:
        connection.execute("UPDATE revision SET value = ?", (value,))


def noted(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT value FROM revision").fetchone()[0])


def test_a_copy_is_one_private_file_with_what_only_the_journal_held(database: Path, data: Path) -> None:
    with closing(connect(database)) as open_elsewhere:
        open_elsewhere.execute("UPDATE revision SET value = 7")
        backup(database, data / "copy")
        assert noted(data / "copy") == 7
    assert stat.S_IMODE((data / "copy").stat().st_mode) == 0o600
    assert sorted(path.name for path in data.glob("copy*")) == ["copy"]


def test_a_copy_waits_for_no_writer_and_keeps_none_waiting(database: Path, data: Path) -> None:
    with closing(connect(database)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("UPDATE revision SET value = 9")
        backup(database, data / "copy")
        writing.execute("COMMIT")
    assert noted(database) == 9
    assert noted(data / "copy") != 9


def test_a_damaged_database_is_not_backed_up(database: Path, data: Path) -> None:
    with database.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 8192)
    with pytest.raises(BadBackup, match=r"damaged|malformed"):
        backup(database, data / "copy")
    assert list(data.glob("copy*")) == []


def test_a_missing_database_and_a_target_that_is_the_database_are_refused(database: Path, data: Path) -> None:
    with pytest.raises(BadBackup, match="There is no database"):
        backup(data / "nothing.db", data / "copy")
    with pytest.raises(BadBackup, match="is the database itself"):
        backup(database, database, force=True)
    with pytest.raises(BadBackup, match="cannot be written"):
        backup(database, data / "no folder" / "copy")


def test_what_was_there_is_kept_each_time_under_another_name(database: Path, data: Path) -> None:
    backup(database, data / "copy")
    note(database, 1)
    first = restore(database, data / "copy")
    note(database, 2)
    second = restore(database, data / "copy")
    assert first
    assert second
    assert (noted(first), noted(second)) == (1, 2)
    assert (first.name, second.name) == ("ryadom.db.before-restore", "ryadom.db.before-restore-2")
    assert noted(database) == noted(data / "copy")


def test_a_journal_left_by_a_crash_is_kept_with_its_database_and_not_mixed_into_the_new_one(
    database: Path, data: Path
) -> None:
    backup(database, data / "copy")
    crash = f"from ryadom.db.sqlite import connect; import os, pathlib; c = connect(pathlib.Path({str(database)!r}));"
    crash += "c.execute('UPDATE revision SET value = 5'); os._exit(1)"
    subprocess.run([sys.executable, "-c", crash], check=False)
    assert Path(f"{database}-wal").stat().st_size > 0

    kept = restore(database, data / "copy")

    assert kept
    assert noted(kept) == 5
    assert noted(database) != 5


def test_a_database_too_damaged_to_open_is_replaced_and_kept_as_it_is(database: Path, data: Path) -> None:
    backup(database, data / "copy")
    note(database, 3)
    broken = b"this is no database any more" * 1000
    database.write_bytes(broken)
    Path(f"{database}-wal").write_bytes(b"nor a journal")

    kept = restore(database, data / "copy")

    assert kept
    assert kept.read_bytes() == broken
    assert Path(f"{kept}-wal").read_bytes() == b"nor a journal"
    assert not Path(f"{database}-wal").exists()
    assert noted(database) == noted(data / "copy")


def test_the_restored_database_belongs_to_whom_the_old_one_belonged(database: Path, data: Path) -> None:
    backup(database, data / "copy")
    database.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(database, 1234, 1235)
    before = database.stat()
    restore(database, data / "copy")
    after = database.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_nothing_is_touched_by_a_file_that_is_no_backup(database: Path, data: Path) -> None:
    note(database, 4)
    (data / "text").write_text("hello")
    (data / "empty").touch()
    with closing(sqlite3.connect(data / "foreign")) as foreign:
        foreign.execute("CREATE TABLE songs (title)")
    (data / "short").write_bytes(database.read_bytes()[:20000])
    for name in ("text", "empty", "foreign", "short", "missing"):
        with pytest.raises(BadBackup):
            restore(database, data / name)
    assert noted(database) == 4
    assert list(data.glob("*.unfinished")) == []
    assert list(data.glob("*.before-restore")) == []


def test_rows_that_name_missing_ones_are_damage(database: Path, data: Path) -> None:
    backup(database, data / "copy")
    with closing(sqlite3.connect(data / "copy")) as connection, connection:
        connection.execute("INSERT INTO contacts (owner_id, contact_id, added_at) VALUES (1, 2, '2030-01-01')")
    with pytest.raises(BadBackup, match="a row of contacts names one of user that is not there"):
        restore(database, data / "copy")


def test_a_backup_of_a_newer_version_is_refused(database: Path, data: Path) -> None:
    backup(database, data / "copy")
    with closing(sqlite3.connect(data / "copy")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    with pytest.raises(migrate.DatabaseTooNew, match="from_the_future"):
        restore(database, data / "copy")
    assert migrate.current(database) == migrate.head()


def test_a_backup_of_an_older_version_is_taken_and_upgraded_later(database: Path, data: Path) -> None:
    migrate.upgrade(data / "older.db", "base_messenger")
    restore(database, data / "older.db")
    assert migrate.current(database) == "base_messenger"


def test_a_database_is_restored_where_there_is_none(database: Path, data: Path) -> None:
    note(database, 6)
    backup(database, data / "copy")
    assert restore(data / "new" / "ryadom.db", data / "copy") is None
    assert noted(data / "new" / "ryadom.db") == 6


def test_there_is_one_server_of_a_database_at_a_time(database: Path, data: Path) -> None:
    backup(database, data / "copy")
    with alone(database):
        with (
            pytest.raises(InUse, match=rf"A server has .* open \(process {os.getpid()}\)\. Stop it first"),
            alone(database),
        ):
            raise AssertionError("two servers of one database")
        with pytest.raises(InUse):
            restore(database, data / "copy")
    with alone(database):
        assert (data / "ryadom.lock").exists()
