"""Where a demo lives: its folder, its accounts, its one password, its port."""

import asyncio
import json
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ryadom.auth import store
from ryadom.auth.passwords import Passwords
from ryadom.clock import Clock
from ryadom.config import ConfigError, Settings
from ryadom.db import opening
from ryadom.db.tx import Tx

from .cast import GUEST, GUEST_NAME, Person

HOST = "127.0.0.1"
FIRST_PORT = 8080
PORTS = 20
"""How many ports are tried."""
MARK = "demo.json"
"""The file that says that a data folder is a demo's, and keeps its password."""


@contextmanager
def folder(chosen: Path | None) -> Iterator[Path]:
    """The data folder: the chosen one, or one that is gone afterwards. Raises `ConfigError` for a real server's."""
    if chosen is None:
        with tempfile.TemporaryDirectory(prefix="ryadom-demo-") as name:
            yield Path(name)
        return
    if chosen.is_dir() and any(chosen.iterdir()) and not (chosen / MARK).exists():
        raise ConfigError(f"{chosen} is no folder of a demo; choose an empty or a new one")
    yield chosen


def free_port(wanted: int | None, is_free: Callable[[int], bool]) -> int:
    """The port to listen on: the wanted one, else the first free one from 8080 on, else whichever (0)."""
    if wanted is not None:
        return wanted
    return next((port for port in range(FIRST_PORT, FIRST_PORT + PORTS) if is_free(port)), 0)


def password_of(data: Path) -> str:
    """The password of all accounts of the demo in this folder; made up for a new one."""
    mark = data / MARK
    if not mark.exists():
        data.mkdir(parents=True, exist_ok=True)
        mark.touch(mode=0o600)
    kept = mark.read_text(encoding="utf-8")
    if not kept:
        kept = json.dumps({"password": secrets.token_urlsafe(9)})
        mark.write_text(kept, encoding="utf-8")
    return str(json.loads(kept)["password"])


async def open_accounts(settings: Settings, people: Iterable[Person], password: str) -> None:
    """Make the accounts that are missing, in the database of a server that does not run yet."""
    passwords = Passwords()
    hashed = await passwords.hash(password)
    passwords.close()
    wanted = {GUEST: GUEST_NAME, **{person.username: person.name for person in people}}

    def make(tx: Tx) -> None:
        for username, name in wanted.items():
            store.create_user(tx, username, name, hashed)

    await asyncio.to_thread(opening.upgrade, settings)
    await asyncio.to_thread(opening.write_once, settings, Clock(), make)
