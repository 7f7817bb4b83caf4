"""The command line, run inside the test's own process."""

import os
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from ryadom.cli import main


class Said(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def command(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Runs `ryadom ARGUMENTS` on the test's data folder; `stdin` is what it can read."""
    for name in [name for name in os.environ if name.startswith(("RYADOM_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RYADOM_DATA", str(data))
    monkeypatch.chdir(data)

    def run(*arguments: str, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        status = ended.value.code
        assert status is None or isinstance(status, int)
        return Said(status or 0, *capsys.readouterr())

    before = os.umask(0o022)
    yield run
    os.umask(before)
