"""`ryadom user …` without a server, from `ryadom.cli.accounts` and `ryadom.cli.store`."""

import asyncio
import re
from pathlib import Path

import pytest

from cli.conftest import Command
from ryadom.auth import store as auth_store
from ryadom.auth.devices import Device
from ryadom.auth.passwords import Passwords
from ryadom.cli import store
from ryadom.clock import Clock
from ryadom.db.sqlite import write_once
from ryadom.db.tx import Tx

PASSWORD = "correct horse battery"


def add(command: Command, name: str = "alice") -> None:
    assert command("user", "add", name, "--password-stdin", stdin=PASSWORD + "\n").status == 0


def sign_in(data: Path, name: str, device: str) -> int:
    """A session as a login makes it."""

    def open_(tx: Tx) -> int:
        found = store.account(tx, name)
        assert found
        return auth_store.create_session(tx, found.id, f"hash of {device}", Device("pc", device), "203.0.113.5", "")

    return write_once(data / "ryadom.db", Clock(), open_)


def alive(data: Path, name: str) -> int:
    found = write_once(data / "ryadom.db", Clock(), lambda tx: store.account(tx, name))
    assert found
    return found.sessions


def stored_password_fits(data: Path, password: str) -> bool:
    async def fits() -> bool:
        passwords = Passwords()
        row = write_once(data / "ryadom.db", Clock(), lambda tx: tx.first(auth_store.BY_NAME, username="alice"))
        try:
            return await passwords.verify(row[1], password)
        finally:
            passwords.close()

    return asyncio.run(fits())


def test_an_account_is_made_with_its_database_and_the_password_fits(command: Command, data: Path) -> None:
    said = command("user", "add", "Alice", "--display-name", " Alice L. ", "--password-stdin", stdin=PASSWORD + "\r\n")
    assert said == (0, "alice can sign in.\n", "")
    assert stored_password_fits(data, PASSWORD)
    assert not stored_password_fits(data, PASSWORD + "!")
    listed = command("user", "list").out.splitlines()[1]
    assert re.split(r"\s{2,}", listed) == ["alice", "Alice L.", "0", "never"]


def test_a_taken_name_is_refused_in_one_line(command: Command) -> None:
    add(command)
    said = command("user", "add", "ALICE", "--password-stdin", stdin=PASSWORD)
    assert said == (1, "", "ryadom: alice is taken; choose another username\n")


@pytest.mark.parametrize("name", ["al", "a b c", "x" * 33, "ален"])
def test_a_name_that_does_not_fit_is_refused(command: Command, name: str) -> None:
    said = command("user", "add", name, "--password-stdin", stdin=PASSWORD)
    assert said.status == 1
    assert said.err.startswith("ryadom: A username is 3 to 32 of a-z 0-9 _ . -")


@pytest.mark.parametrize("password", ["", "7 bytes", "x" * 1025])
def test_a_password_too_short_or_too_long_is_refused(command: Command, password: str) -> None:
    said = command("user", "add", "alice", "--password-stdin", stdin=password + "\n")
    assert said == (1, "", "ryadom: A password has 8 to 1,024 bytes\n")


def test_sessions_are_listed_and_ended_one_or_all(command: Command, data: Path) -> None:
    add(command)
    laptop, phone = sign_in(data, "alice", "laptop"), sign_in(data, "alice", "phone")
    table = command("user", "sessions", "alice").out.splitlines()
    assert table[0].split() == ["id", "type", "device", "address", "last", "activity", "signed", "in"]
    assert sorted((row.split()[0], row.split()[2]) for row in table[1:]) == [
        (str(laptop), "laptop"),
        (str(phone), "phone"),
    ]

    assert command("user", "end-sessions", "alice", "--session", str(phone)).out == "Sessions ended: 1\n"
    assert alive(data, "alice") == 1
    again = command("user", "end-sessions", "alice", "--session", str(phone))
    assert again.status == 1
    assert "has no session" in again.err
    assert command("user", "end-sessions", "alice").out == "Sessions ended: 1\n"
    assert command("user", "end-sessions", "alice").out == "Sessions ended: 0\n"


def test_only_the_sessions_of_that_person_can_be_ended(command: Command, data: Path) -> None:
    add(command)
    add(command, "bob")
    bobs = sign_in(data, "bob", "phone")
    assert command("user", "end-sessions", "alice", "--session", str(bobs)).status == 1
    assert alive(data, "bob") == 1


def test_whoever_is_disabled_has_no_session_and_is_listed_as_such(command: Command, data: Path) -> None:
    add(command)
    sign_in(data, "alice", "laptop")
    assert command("user", "disable", "Alice").out == "alice is disabled. Sessions ended: 1\n"
    assert command("user", "list").out.splitlines()[1].endswith("disabled")
    assert command("user", "enable", "alice").out == "alice can sign in.\n"
    assert not command("user", "list").out.splitlines()[1].endswith("disabled")


def test_a_new_password_ends_all_sessions(command: Command, data: Path) -> None:
    add(command)
    sign_in(data, "alice", "laptop")
    said = command("user", "set-password", "alice", "--password-stdin", stdin="a new password\n")
    assert said.out == "alice has a new password. Sessions ended: 1\n"
    assert stored_password_fits(data, "a new password")


def test_an_unknown_name_and_a_missing_database_are_said(command: Command, data: Path) -> None:
    missing = command("user", "list")
    assert missing == (1, "", f"ryadom: There is no database at {data}/ryadom.db; RYADOM_DATA names its folder\n")
    assert not (data / "ryadom.db").exists()
    add(command)
    for words in (["sessions"], ["end-sessions"], ["disable"], ["enable"], ["set-password", "--password-stdin"]):
        said = command("user", words[0], "nobody", *words[1:], stdin=PASSWORD)
        assert said == (1, "", "ryadom: There is no account nobody; see: ryadom user list\n")
