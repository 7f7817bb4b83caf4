"""How the command line speaks."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import typer

from ryadom.web.texts import Language, text


class Failed(Exception):
    """A command cannot do what it was asked. The message says why, and what to do."""


def language(environ: Mapping[str, str] = os.environ) -> Language:
    """The language of the terminal, as LC_ALL, LC_MESSAGES or LANG name it, the first of them that is set."""
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "ru" if named.partition(".")[0].partition("_")[0].lower() == "ru" else "en"


def say(key: str, **values: object) -> None:
    """Print a text of the catalogue."""
    typer.echo(text(key, language(), **values))


def columns(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their titles, aligned."""
    table = [[str(cell) for cell in row] for row in (titles, *rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(titles))]
    for row in table:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def moment(when: datetime | None) -> str:
    """A time as people read it, in UTC."""
    return "never" if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
