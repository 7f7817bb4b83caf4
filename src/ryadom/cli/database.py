"""`ryadom db …`, `backup` and `restore`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ryadom import config
from ryadom.config import Settings
from ryadom.db import backup as copies
from ryadom.db import migrate

db = typer.Typer(help="The database and its revisions.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The backup's file.", metavar="FILE")]


class Dialect(StrEnum):
    """Databases whose SQL can be written."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


def up_to_date(settings: Settings) -> None:
    """Bring the database to this version's revision, making it if there is none. No server may be running then."""
    if migrate.current(settings.sqlite_path) == migrate.head():
        return
    with copies.alone(settings.sqlite_path):
        migrate.upgrade(settings.sqlite_path)


@db.command()
def upgrade() -> None:
    """Bring the database to the newest revision, as the server does on its start. A copy of the old one is kept."""
    up_to_date(config.load())
    typer.echo(f"The database is at revision {migrate.head()}.")


@db.command()
def sql(
    dialect: Annotated[Dialect, typer.Option(help="The database to write it for.")] = Dialect.SQLITE,
    from_: Annotated[str, typer.Option("--from", help="The revision to begin with.")] = "base",
) -> None:
    """Print the SQL of all migrations, to read or to run by hand."""
    typer.echo(migrate.sql(dialect.value, from_))


@db.command()
def current() -> None:
    """Print the revision that the database is at."""
    typer.echo(migrate.current(config.load().sqlite_path) or "There is no database yet.")


def backup(
    file: File, force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False
) -> None:
    """Copy the database to FILE, as it is at one moment. The server may be running."""
    copies.backup(config.load().sqlite_path, file, force=force)
    typer.echo(f"{file} holds the database. It has everybody's messages: keep it safe.")


def restore(file: File) -> None:
    """Put the backup in FILE in the place of the database. The server must be stopped."""
    settings = config.load()
    kept = copies.restore(settings.sqlite_path, file)
    typer.echo(f"{settings.sqlite_path} is what {file} holds.")
    if kept is not None:
        typer.echo(f"What was there before is {kept}")
    typer.echo("Sessions that ended after the backup was made are alive again; `ryadom user end-sessions` ends them.")
