"""Bringing a database to a revision of its schema, keeping a copy of what was there before.

A database is named by an SQLAlchemy URL or by the path of an SQLite file. Each revision is one transaction, so a
crash leaves the database at the revision before. The revisions themselves are in `migrations/versions`.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from .errors import Unreachable

T = TypeVar("T")

_HOME = Path(__file__).parent / "migrations"

_BUSY_SECONDS = 30
"""How long to wait for another process that is writing to the same SQLite file."""
_UPGRADING = 0x52796164
"""The advisory lock of PostgreSQL that an upgrade holds."""


class DatabaseTooNew(Exception):
    """The database is at a revision that this version does not have. The message says what to do."""


def head() -> str:
    """The newest revision."""
    return _history()[-1]


def current(engine_url_or_path: str | Path) -> str | None:
    """The revision that a database is at; None when it has none yet. Changes nothing, makes no file."""
    url = _url(engine_url_or_path)
    file = _file(url)
    if file is not None and not file.exists():
        return None
    return _within(url, _revision)


def upgrade(engine_url_or_path: str | Path, revision: str = "head") -> None:
    """Bring a database up to `revision`; one that is there, or further, stays as it is.

    An SQLite file is made when there is none. One that holds anything is first copied to `FILE.before-<revision>`,
    readable by whom FILE is. A base messenger's database that was never stamped is recognised.
    Raises `DatabaseTooNew`, and `LookupError` for a `revision` that does not exist; whatever else goes wrong is
    raised after that revision was rolled back.
    """
    url, target = _url(engine_url_or_path), head() if revision == "head" else revision
    at, tables, grown = _within(url, _found)
    if not _pending(url, at or grown, target):
        return
    file = _file(url)
    if file is not None and tables:
        _keep_copy(file, Path(f"{file}.before-{target}"))
    _within(url, partial(_upgrade, grown=grown, target=target), "BEGIN IMMEDIATE")


def _found(connection: sa.Connection) -> tuple[str | None, list[str], str | None]:
    """Its revision, its tables, and the revision that the tables look like when it has none."""
    at, tables = _revision(connection), sa.inspect(connection).get_table_names()
    return at, tables, None if at else _recognised(connection, tables)


def _upgrade(connection: sa.Connection, grown: str | None, target: str) -> None:
    if connection.dialect.name == "postgresql":
        # Nodes that start together take turns; the second finds nothing left to do.
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": _UPGRADING})
        connection.commit()
    config = _config(connection=connection)
    if grown:
        command.stamp(config, grown)
    command.upgrade(config, target)


def sql(url_dialect: str = "sqlite", from_: str = "base") -> str:
    """The SQL that takes a database from revision `from_` to the newest, for `sqlite` or `postgresql`."""
    written = StringIO()
    command.upgrade(_config(written, dialect=url_dialect), f"{from_}:head", sql=True)
    return written.getvalue()


def _config(written: StringIO | None = None, **attributes: Any) -> Config:
    config = Config(output_buffer=written or StringIO(), attributes=attributes)
    config.set_main_option("script_location", str(_HOME).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _history() -> list[str]:
    """All revisions, the oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _pending(url: sa.URL, at: str | None, target: str) -> bool:
    known = _history()
    if target not in known:
        raise LookupError(f"There is no revision {target!r}; there are {', '.join(known)}")
    if at is not None and at not in known:
        where = _file(url) or url.render_as_string()
        raise DatabaseTooNew(
            f"{where} is at revision {at!r}, which this version of Ryadom does not know: a newer version upgraded it."
            f" Run that version or a newer one. To stay with this one, put back the copy that the newer one kept:"
            f" {where}.before-{at}, or another that begins with {where}.before-"
        )
    return at is None or known.index(at) < known.index(target)


def _recognised(connection: sa.Connection, tables: list[str]) -> str | None:
    """The revision that the tables of an unstamped database look like; None when it is no messenger's."""
    if not {"user", "chats", "messages"} <= set(tables):
        return None
    if "user_sessions" in tables:
        return "migration_sessions_status"
    columns = {column["name"] for column in sa.inspect(connection).get_columns("user")}
    return "db_migrate_add_online_status" if "is_online" in columns else "base_messenger"


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _keep_copy(file: Path, copy: Path) -> None:
    """Copy an SQLite database, with what its journal still holds. A copy cut short never has the final name."""
    unfinished = copy.with_name(copy.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with closing(sqlite3.connect(file, timeout=_BUSY_SECONDS)) as source, closing(sqlite3.connect(unfinished)) as to:
        source.backup(to)
    unfinished.chmod(file.stat().st_mode)
    unfinished.replace(copy)


def _url(engine_url_or_path: str | Path) -> sa.URL:
    text = str(engine_url_or_path)
    return sa.make_url(text) if "://" in text else sa.URL.create("sqlite", database=text)


def _file(url: sa.URL) -> Path | None:
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def _within(url: sa.URL, function: Callable[[sa.Connection], T], begin: str = "BEGIN") -> T:
    """Run a function with a connection. Not on an event loop: that of PostgreSQL's driver is begun here."""
    if url.get_backend_name() == "postgresql":
        return asyncio.run(_within_postgres(url, function))
    connect_args = {"timeout": _BUSY_SECONDS, "isolation_level": None}
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=connect_args)
    # The driver begins nothing before DDL, so we begin, and it is told to leave transactions alone.
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    with engine.connect() as connection:
        return function(connection)


async def _within_postgres(url: sa.URL, function: Callable[[sa.Connection], T]) -> T:
    engine = create_async_engine(url, poolclass=sa.NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(function)
    except (OSError, asyncpg.PostgresError) as error:
        raise Unreachable(f"{url.render_as_string()} cannot be reached: {error}") from None
    finally:
        await engine.dispose()
