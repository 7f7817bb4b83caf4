"""What an SQLite database is made of, in a form in which two databases can be compared."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

Shape = dict[str, dict[str, Any]]


def shape(file: Path) -> Shape:
    """Table name → its columns in order, indexes, references, and the lines of its CREATE statement, sorted."""
    with closing(sqlite3.connect(file)) as db:
        tables = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {name: _table(db, name, sql) for name, sql in tables.fetchall() if name != "alembic_version"}


def rows(file: Path) -> dict[str, list[Any]]:
    """Table name → all its rows, sorted; with SQLite's own numbering."""
    with closing(sqlite3.connect(file)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(db.execute(f'SELECT * FROM "{name}"'), key=repr) for name in tables}


def _table(db: sqlite3.Connection, name: str, sql: str) -> dict[str, Any]:
    indexes = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [name])
    written: dict[str, str | None] = dict(indexes.fetchall())
    return {
        "columns": db.execute(f'PRAGMA table_xinfo("{name}")').fetchall(),
        "indexes": sorted((_index(db, row, written) for row in db.execute(f'PRAGMA index_list("{name}")')), key=repr),
        "references": sorted(row[2:] for row in db.execute(f'PRAGMA foreign_key_list("{name}")')),
        "sql": sorted(_plain(line) for line in sql.splitlines() if line.strip(" ()")),
    }


def _index(db: sqlite3.Connection, row: Any, written: dict[str, str | None]) -> tuple[Any, ...]:
    _, name, unique, origin, partial = row
    columns = [column[2] for column in db.execute(f'PRAGMA index_info("{name}")')]
    return (origin, unique, partial, columns, _plain(written.get(name) or ""))


def _plain(sql: str) -> str:
    return " ".join(sql.replace('"', "").split()).rstrip(", )")
