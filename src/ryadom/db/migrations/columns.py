"""Column types as the revisions know them. Frozen: a revision must build tomorrow what it built yesterday."""

from typing import Any

import sqlalchemy as sa

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite numbers only an INTEGER PRIMARY KEY by itself."""

INSTANT = sa.DateTime(timezone=True)
"""A moment, UTC."""

NEVER_REUSED: dict[str, Any] = {"sqlite_autoincrement": True}
"""Table option: the id of a deleted row is not given out again."""


def ref(name: str, target: str, **options: Any) -> sa.Column[int]:
    """A column `name` that holds an id of `target` ("table.column")."""
    return sa.Column(name, ID, sa.ForeignKey(target), **{"nullable": False, **options})


def moment(name: str, **options: Any) -> sa.Column[Any]:
    """A column `name` that holds a moment; not null unless told otherwise."""
    return sa.Column(name, INSTANT, **{"nullable": False, **options})


def number(name: str, **options: Any) -> sa.Column[int]:
    """A column `name` for a seq or a rev; not null, and 0 unless told otherwise."""
    return sa.Column(name, sa.BigInteger, **{"nullable": False, "server_default": sa.text("0"), **options})


def flag(name: str) -> sa.Column[bool]:
    """A column `name` that is false unless told otherwise."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
