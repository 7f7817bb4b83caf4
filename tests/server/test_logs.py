"""`ryadom.logs`: where logs go, and that they stop nobody."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

from ryadom import logs
from ryadom.config import Settings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    logs.configure(Settings(log_format="json"))


def test_a_line_is_json_and_goes_to_the_stderr_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure(Settings(log_format="json"))
    monkeypatch.setattr(sys, "stderr", heard := io.StringIO())
    structlog.get_logger("ryadom").info("hello", name="Анна")
    line = json.loads(heard.getvalue())
    assert (line["event"], line["name"], line["level"]) == ("hello", "Анна", "info")


def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure(Settings(log_format="json"))
    monkeypatch.setattr(sys, "stderr", closed := io.StringIO())
    closed.close()
    structlog.get_logger("ryadom").error("nobody hears this")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_values_of_variables(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure(Settings(log_format=form))
    monkeypatch.setattr(sys, "stderr", heard := io.StringIO())
    secret = "ryd_" + "s" * 43
    try:
        raise KeyError("what went wrong")
    except KeyError:
        structlog.get_logger("ryadom").exception("a request failed")
    assert "what went wrong" in heard.getvalue()
    assert secret not in heard.getvalue()
