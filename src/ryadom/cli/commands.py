"""All commands, and how their refusals are said: one line on stderr, exit status 1."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import typer

from ryadom.config import ConfigError
from ryadom.db.backup import BadBackup
from ryadom.db.copying import CannotCopy
from ryadom.db.errors import InUse, TooOld, Unreachable, Unwritable
from ryadom.db.migrate import DatabaseTooNew

from . import accounts, database, serving
from .say import Failed

app = typer.Typer(
    name="ryadom",
    help="A self-hosted messenger server. Without a command it serves.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.callback(invoke_without_command=True)(serving.serve_by_default)
app.command()(serving.serve)
app.add_typer(database.db, name="db")
app.add_typer(accounts.user, name="user")
app.command()(database.backup)
app.command()(database.restore)
app.command(name="demo")(serving.run_demo)
app.command()(serving.config)

REFUSALS = (ConfigError, DatabaseTooNew, TooOld, InUse, Unwritable, Unreachable, BadBackup, CannotCopy, Failed)
INTERRUPTED = 130
"""What a shell expects of a command that Ctrl+C ended."""
PRIVATE = 0o077
"""The files that a command makes are for its own user: a database has everybody's messages."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; raises SystemExit with its status."""
    os.umask(os.umask(PRIVATE) | PRIVATE)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter is no reason to stop
    try:
        app(arguments)
    except REFUSALS as refusal:
        print(f"ryadom: {refusal}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
