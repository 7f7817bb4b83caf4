"""Where a demo lives, from `ryadom.demo.home`, and how fast, from `ryadom.demo.tempo`."""

from pathlib import Path
from random import Random

import pytest

from ryadom import demo
from ryadom.auth import store
from ryadom.clock import Clock
from ryadom.config import ConfigError, Settings
from ryadom.db.sqlite import write_once
from ryadom.db.tx import Tx
from ryadom.demo.cast import ENGLISH
from ryadom.demo.home import open_accounts, password_of
from ryadom.demo.tempo import Tempo
from ryadom.protocol.schemas import User


def test_a_folder_of_its_own_is_gone_afterwards() -> None:
    with demo.folder(None) as home:
        password_of(home)
    assert not home.exists()


def test_a_chosen_folder_stays_and_keeps_its_password(tmp_path: Path) -> None:
    with demo.folder(tmp_path / "kept") as home:
        password = password_of(home)
    with demo.folder(tmp_path / "kept") as home:
        assert password_of(home) == password
    assert (home / "demo.json").stat().st_mode & 0o077 == 0
    assert len(password) >= 8


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ryadom.db").touch()
    with pytest.raises(ConfigError, match="is no folder of a demo"), demo.folder(tmp_path):
        raise AssertionError("a real server's data was taken")


def test_the_first_free_port_is_taken() -> None:
    assert demo.free_port(None, lambda port: port >= 8083) == 8083
    assert demo.free_port(None, lambda port: False) == 0
    assert demo.free_port(9000, lambda port: False) == 9000


async def test_accounts_are_made_once(data: Path) -> None:
    for _ in range(2):
        await open_accounts(Settings(data=data), ENGLISH[:2], "a password")

    def find(tx: Tx) -> list[User]:
        return store.find_users(tx, "nora") + store.find_users(tx, "guest")

    found = write_once(
        data / "ryadom.db", Clock(), lambda tx: [store.find_users(tx, name) for name in ("nora", "guest")]
    )
    assert [[user.display_name for user in users] for users in found] == [["Nora"], ["Guest"]]


async def test_pauses_are_shortened_by_the_speed() -> None:
    class Recording(Clock):
        slept: list[float] = []  # noqa: RUF012  # one instance

        async def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)

    clock = Recording()
    await Tempo(clock, 10.0, Random(1)).pause(20.0, 30.0)
    assert 2.0 <= clock.slept[0] <= 3.0
