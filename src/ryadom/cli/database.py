"""`ryadom db …`, `backup` and `restore`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ryadom import config
from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.db import backup as copies
from ryadom.db import copying, migrate, opening

from .say import Failed, columns

db = typer.Typer(help="The database and its revisions.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The backup's file.", metavar="FILE")]


class Dialect(StrEnum):
    """Databases whose SQL can be written."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


def up_to_date(settings: Settings) -> None:
    """Bring the database to this version's revision, making it if there is none. No server may be running then."""
    if migrate.current(opening.address(settings)) == migrate.head():
        return
    with opening.alone(settings):
        opening.upgrade(settings)


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
    typer.echo(migrate.current(opening.address(config.load())) or "There is no database yet.")


@db.command()
def copy(
    file: Annotated[Path, typer.Argument(help="The SQLite file.", metavar="FROM")],
    to: Annotated[
        str, typer.Argument(help="The URL of an empty PostgreSQL database; else RYADOM_DATABASE_URL.", metavar="TO")
    ] = "",
) -> None:
    """Copy an SQLite database into PostgreSQL and compare. The server must be stopped. What fails can be run again."""
    settings = config.load(database_url=to or None)
    copied = copying.copy(file, settings, Clock())
    columns(("table", "rows"), sorted(copied.items()))
    typer.echo(f"{opening.shown(settings)} holds what {file} holds, which was not changed.")


def backup(
    file: File, force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False
) -> None:
    """Copy the database to FILE, as it is at one moment. The server may be running."""
    copies.backup(_sqlite_file(config.load()), file, force=force)
    typer.echo(f"{file} holds the database. It has everybody's messages: keep it safe.")


def restore(file: File) -> None:
    """Put the backup in FILE in the place of the database. The server must be stopped."""
    settings = config.load()
    kept = copies.restore(_sqlite_file(settings), file)
    typer.echo(f"{settings.sqlite_path} is what {file} holds.")
    if kept is not None:
        typer.echo(f"What was there before is {kept}")
    typer.echo("Sessions that ended after the backup was made are alive again; `ryadom user end-sessions` ends them.")


def _sqlite_file(settings: Settings) -> Path:
    if settings.postgres_url:
        raise Failed("The database is PostgreSQL: copy it with pg_dump, and put it back with pg_restore")
    return settings.sqlite_path
