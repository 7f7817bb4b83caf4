"""A statement for one row, made into one for many: PostgreSQL takes the parameters of all rows as arrays."""

import re
from collections.abc import Sequence
from typing import Any

from .query import Prepared

_PARAMETER = re.compile(r"\$(\d+)::(TIMESTAMP WITH TIME ZONE|[A-Z]+)")


class ForMany:
    """INSERT, UPDATE and DELETE for a list of rows, each of which changes a row of its own."""

    __slots__ = ("_width", "sql")

    def __init__(self, prepared: Prepared) -> None:
        found = {int(number): type_ for number, type_ in _PARAMETER.findall(prepared.sql)}
        self._width = len(found)
        numbers = range(1, self._width + 1)
        arrays = ", ".join(f"${number}::{found[number]}[]" for number in numbers)
        names = ", ".join(f"p{number}" for number in numbers)
        items = f"FROM unnest({arrays}) AS items({names})"
        body = _PARAMETER.sub(r"items.p\1", prepared.sql)
        if body.startswith("INSERT"):
            head, values = re.split(r"\s+VALUES\s+", body)
            self.sql = f"{head} SELECT {values.strip().removeprefix('(').removesuffix(')')} {items}"
        elif body.startswith("DELETE"):
            head, condition = re.split(r"\s+WHERE\s+", body)
            self.sql = f"{head} USING {items.removeprefix('FROM ')} WHERE {condition}"
        else:
            head, condition = re.split(r"\s+WHERE\s+", body)
            self.sql = f"{head} {items} WHERE {condition}"

    def arrays(self, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """The parameters: a column of the rows each."""
        return list(zip(*rows, strict=True)) if rows else [()] * self._width
