"""What `serve`, `demo` and `config` say before anything runs, from `ryadom.cli.serving`, `.say` and `.commands`."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.conftest import Command
from ryadom.cli import serving
from ryadom.cli.commands import REFUSALS
from ryadom.cli.say import Failed, language, moment


def test_the_settings_in_force_are_shown_without_secrets(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYADOM_METRICS_TOKEN", "very-secret")
    monkeypatch.setenv("RYADOM_RATE_LIMITS", "off")
    monkeypatch.setenv("RYADOM_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7")
    said = command("config")
    assert "very-secret" not in said.out
    assert {"RYADOM_METRICS_TOKEN = (secret)", "RYADOM_RATE_LIMITS = off", "RYADOM_PORT = 8080"} <= set(
        said.out.splitlines()
    )
    assert "RYADOM_TRUSTED_PROXIES = 10.0.0.0/8,192.0.2.7\n" in said.out


def test_a_password_in_a_url_is_not_shown() -> None:
    assert serving._shown("database_url", "postgresql://me:hunter2@db/ryadom") == "postgresql://me:(secret)@db/ryadom"
    assert serving._shown("public_url", "https://chat.example:8443/") == "https://chat.example:8443/"


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("RYADOM_PORT", "http", "port"),
        ("RYADOM_COLOUR", "red", "RYADOM_COLOUR is no setting"),
        ("RYADOM_TRUSTED_PROXIES", "everybody", "is no network"),
        ("RYADOM_CONFIG", "missing.toml", "missing.toml"),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(name, value)
    said = command("serve")
    assert (said.status, said.out) == (1, "")
    assert word in said.err
    assert said.err.count("\n") == 1


def test_a_data_folder_that_cannot_be_written_is_said(command: Command, data: Path) -> None:
    (data / "file").touch()
    said = command("serve", "--data", str(data / "file" / "folder"))
    assert said == (1, "", f"ryadom: The data folder {data}/file/folder cannot be written: Not a directory\n")


def test_a_taken_port_is_said_before_the_database_is_touched(command: Command, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = command("serve", "--port", str(taken.getsockname()[1]))
    assert said.status == 1
    assert "is in use; choose another with --port or RYADOM_PORT" in said.err
    assert not (data / "ryadom.db").exists()


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(Failed, match=r"Cannot listen on 192\.0\.2\.1, port 0"):
        serving.check_port("192.0.2.1", 0)


def test_a_demo_keeps_out_of_a_real_servers_data(command: Command, data: Path) -> None:
    (data / "ryadom.db").touch()
    said = command("demo", "--data", str(data), "--port", "0")
    assert said == (1, "", f"ryadom: {data} is no folder of a demo; choose an empty or a new one\n")


def test_what_a_command_makes_is_private(command: Command, data: Path) -> None:
    command("db", "upgrade")
    assert (data / "ryadom.db").stat().st_mode & 0o077 == 0
    assert os.umask(0o022) == 0o077


def test_every_refusal_is_an_exception_with_a_sentence() -> None:
    assert all(str(refusal("a sentence")) == "a sentence" for refusal in REFUSALS)


@pytest.mark.parametrize(
    ("environ", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "ru", "LANG": "en_US"}, "ru"),
    ],
)
def test_the_terminals_language_is_spoken(environ: dict[str, str], spoken: str) -> None:
    assert language(environ) == spoken


def test_times_are_read_by_people() -> None:
    assert moment(None) == "never"
    assert moment(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2030-01-02 03:04 UTC"
