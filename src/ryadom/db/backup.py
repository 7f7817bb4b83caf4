"""Copies of a database file: taken while a server writes to it, put back when none does."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from . import migrate
from .errors import InUse, Unwritable

BUSY = 30.0
"""Seconds to wait for whoever else works with the file."""
SIDES = ("-wal", "-shm")
"""What SQLite keeps beside a database that is open."""


class BadBackup(Exception):
    """A file cannot be used as a backup, or not be written as one. The message says why; nothing has been changed."""


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Be the only server of this database for a while. Makes its folder. Raises `InUse` and `Unwritable`.

    The lock is on the file `NAME.lock` beside it; the system gives it back when the process ends, however it ends.
    """
    path = database.with_suffix(".lock")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a", encoding="ascii")
    except OSError as error:
        raise Unwritable(f"The data folder {database.parent} cannot be written: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"A server has {database} open{_holder(path)}. Stop it first.") from None
        if database.exists() and not os.access(database, os.W_OK):
            raise Unwritable(f"The database {database} cannot be written: it is read-only for this user")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def backup(database: Path, target: Path, *, force: bool = False) -> None:
    """Copy a database, as it is at one moment, to a file that only its owner can read. A server may be writing to it.

    Raises `BadBackup`: there is no database, `target` is there already (unless `force`), or the copy is damaged.
    """
    if not database.is_file():
        raise BadBackup(f"There is no database at {database}")
    if target.exists() and not force:
        raise BadBackup(f"{target} is there already; choose another name, or overwrite it with --force")
    if target.exists() and target.samefile(database):
        raise BadBackup(f"{target} is the database itself")
    try:
        unfinished = _copied(database, target)
    except OSError as error:
        raise BadBackup(f"{target} cannot be written: {error.strerror}") from None
    unfinished.replace(target)
    _sync_folder(target)


def restore(database: Path, source: Path) -> Path | None:
    """Put a backup in the place of the database. Where the old one went, if there was one.

    Raises `InUse`, `Unwritable`, `migrate.DatabaseTooNew`, and `BadBackup` for a file that is damaged or none of ours.
    """
    if not source.is_file():
        raise BadBackup(f"There is no file {source}")
    with alone(database):
        restored = _copied(source, database)
        _check_revision(restored, source)
        kept = None
        if database.exists():
            _belong_alike(restored, database)
            kept = _keep(database)
        for side in SIDES:
            Path(f"{database}{side}").unlink(missing_ok=True)
        restored.replace(database)
        _sync_folder(database)
    return kept


def _holder(lock: Path) -> str:
    pid = lock.read_text(encoding="ascii").strip()
    return f" (process {pid})" if pid else ""


def _copied(source: Path, target: Path) -> Path:
    """A whole and checked copy, on disk, with a name beside `target` that says that it is unfinished."""
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY)) as there,
            closing(sqlite3.connect(unfinished, isolation_level=None)) as here,
        ):
            there.backup(here)
            # One file and no others beside it; a server that opens it goes back to its own mode.
            here.execute("PRAGMA journal_mode = DELETE")
            _check(here, source)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
    except sqlite3.DatabaseError as error:
        unfinished.unlink(missing_ok=True)
        raise BadBackup(f"{source} cannot be copied: {error}") from None
    except BadBackup:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def _check(connection: sqlite3.Connection, source: Path) -> None:
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise BadBackup(f"{source} is damaged: {found}")
    dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
    if dangling is not None:
        raise BadBackup(f"{source} is damaged: a row of {dangling[0]} names one of {dangling[2]} that is not there")


def _check_revision(copy: Path, source: Path) -> None:
    """Refuse what is no database of ours, or one that this version does not understand; the copy is dropped then."""
    at = migrate.current(copy)
    try:
        if at is None:
            raise BadBackup(f"{source} is no backup of Ryadom")
        migrate.upgrade(copy, at)  # nothing to do at a revision that we know, an error at one that we do not
    except LookupError:
        copy.unlink()
        raise migrate.DatabaseTooNew(
            f"{source} is at revision {at!r}, which this version of Ryadom does not know."
            " Restore it with the version that made it, or a newer one."
        ) from None
    except BadBackup:
        copy.unlink()
        raise


def _belong_alike(copy: Path, database: Path) -> None:
    """Let the server's own user read and write it, though another one, such as root, restores it."""
    before = database.stat()
    copy.chmod(before.st_mode)
    if before.st_uid != copy.stat().st_uid:
        os.chown(copy, before.st_uid, before.st_gid)


def _keep(database: Path) -> Path:
    """Give the old database a second name, with what its journal holds. The first stays valid until it is replaced."""
    kept = _free_name(database)
    journal, kept_journal = Path(f"{database}-wal"), Path(f"{kept}-wal")
    if journal.exists():
        # Before the file is opened: SQLite removes the journal of one that is too damaged.
        os.link(journal, kept_journal)
    _fold_journal(database)
    os.link(database, kept)
    if kept_journal.exists() and kept_journal.stat().st_size == 0:
        kept_journal.unlink()
    return kept


def _free_name(database: Path) -> Path:
    wanted = f"{database}.before-restore"
    number = 1
    while Path(name := wanted if number == 1 else f"{wanted}-{number}").exists():
        number += 1
    return Path(name)


def _fold_journal(database: Path) -> None:
    """Bring the journal into the file, if the file is whole enough for that; else both are kept as they are."""
    try:
        with closing(sqlite3.connect(database, timeout=BUSY)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.DatabaseError:
        return


def _sync_folder(file: Path) -> None:
    """Make a rename last."""
    folder = os.open(file.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
