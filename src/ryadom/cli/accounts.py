"""`ryadom user …`: accounts and their sessions. A running server follows within a second."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

import msgspec
import typer

from ryadom import config
from ryadom.auth import store as auth_store
from ryadom.auth.actions import end_all, end_sessions
from ryadom.auth.passwords import Passwords
from ryadom.clock import Clock
from ryadom.db import opening
from ryadom.db.tx import Tx
from ryadom.protocol.schemas import DisplayName, Username, UserSession

from . import store
from .database import up_to_date
from .say import Failed, columns, moment

T = TypeVar("T")

user = typer.Typer(help="Accounts and their sessions.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The username.", metavar="NAME")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@user.command()
def add(
    name: Name,
    display_name: Annotated[str, typer.Option(help="The name that others see; else the username.")] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Make an account, also where registration is closed."""
    username = _fitting(name, Username, "A username is 3 to 32 of a-z 0-9 _ . -").lower()
    shown = _fitting(display_name or name, DisplayName, "A display name is 1 to 64 characters of one line").strip()
    hashed = _hashed(_password(password_stdin))
    create = partial(auth_store.create_user, username=username, display_name=shown, password_hash=hashed)
    if _write(create, make=True) is None:
        raise Failed(f"{username} is taken; choose another username")
    typer.echo(f"{username} can sign in.")


@user.command(name="list")
def list_() -> None:
    """All accounts."""
    rows = [
        (one.username, one.display_name, one.sessions, moment(one.last_seen), "disabled" if one.disabled_at else "")
        for one in _write(store.accounts)
    ]
    columns(("username", "name", "sessions", "last seen", ""), rows)


@user.command()
def sessions(name: Name) -> None:
    """The live sessions of an account."""

    def alive(tx: Tx) -> list[UserSession]:
        return auth_store.list_sessions(tx, _account(tx, name).id, None)

    rows = [
        (one.id, one.device_type, one.device_name, one.ip_address, moment(one.last_activity), moment(one.created_at))
        for one in _write(alive)
    ]
    columns(("id", "type", "device", "address", "last activity", "signed in"), rows)


@user.command(name="end-sessions")
def end_sessions_(
    name: Name, session: Annotated[int | None, typer.Option(help="Only the session with this id.")] = None
) -> None:
    """End all sessions of an account, or one: tokens and sockets with them."""

    def end(tx: Tx) -> int:
        account = _account(tx, name)
        if session is None:
            return end_all(tx, account.id, None, "command")
        if session not in [one.id for one in auth_store.list_sessions(tx, account.id, None)]:
            raise Failed(f"{account.username} has no session {session}; see: ryadom user sessions {account.username}")
        return end_sessions(tx, [session], "command")

    typer.echo(f"Sessions ended: {_write(end)}")


@user.command()
def disable(name: Name) -> None:
    """Keep someone out: end all sessions and let them sign in no more."""

    def shut_out(tx: Tx) -> int:
        account = _account(tx, name)
        tx.run(auth_store.DISABLE, user_id=account.id, at=account.disabled_at or tx.now)
        return end_all(tx, account.id, None, "disabled")

    typer.echo(f"{name.lower()} is disabled. Sessions ended: {_write(shut_out)}")


@user.command()
def enable(name: Name) -> None:
    """Let someone in again."""
    _write(lambda tx: tx.run(auth_store.DISABLE, user_id=_account(tx, name).id, at=None))
    typer.echo(f"{name.lower()} can sign in.")


@user.command(name="set-password")
def set_password(name: Name, password_stdin: FromStdin = False) -> None:
    """Give an account a new password and end all its sessions."""
    _write(lambda tx: _account(tx, name))
    hashed = _hashed(_password(password_stdin))

    def change(tx: Tx) -> int:
        account = _account(tx, name)
        tx.run(auth_store.SET_HASH, user_id=account.id, hash=hashed)
        return end_all(tx, account.id, None, "password")

    typer.echo(f"{name.lower()} has a new password. Sessions ended: {_write(change)}")


def _write(function: Callable[[Tx], T], *, make: bool = False) -> T:
    """Run a transaction on the database that the settings name; `make` it when there is none."""
    settings = config.load()
    if not make and not settings.postgres_url and not settings.sqlite_path.exists():
        raise Failed(f"There is no database at {settings.sqlite_path}; RYADOM_DATA names its folder")
    up_to_date(settings)
    return opening.write_once(settings, Clock(), function)


def _account(tx: Tx, name: str) -> store.Account:
    found = store.account(tx, name)
    if found is None:
        raise Failed(f"There is no account {name}; see: ryadom user list")
    return found


def _fitting(value: str, form: object, rule: str) -> str:
    try:
        return msgspec.convert(value, form)  # type: ignore[no-any-return]
    except msgspec.ValidationError:
        raise Failed(f"{rule}; {value!r} is not") from None


def _password(from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not 8 <= len(password.encode("utf-8", "surrogateescape")) <= 1024:
        raise Failed("A password has 8 to 1,024 bytes")
    return password


def _hashed(password: str) -> str:
    async def hashed() -> str:
        passwords = Passwords()
        try:
            return await passwords.hash(password)
        finally:
            passwords.close()

    return asyncio.run(hashed())
