"""The types of the browser client are those of the API as it is now."""

from pathlib import Path

import client_types
import pytest

from ryadom.protocol import commands, events

HOW = "run: make types"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The types as they are made now."""
    target = tmp_path_factory.mktemp("types") / "api" / "types.ts"
    client_types.write(target)
    return target.read_text(encoding="utf-8")


def test_the_committed_types_are_current(written: str) -> None:
    assert Path(client_types.TYPES).read_text(encoding="utf-8") == written, HOW


def test_every_event_and_command_has_a_type_told_by_its_word(written: str) -> None:
    for cls in (*events.ANSWERS, *events.EVENTS, *commands.COMMANDS):
        assert f"export type {cls.__name__} = " in written
        assert f'type: "{cls.__struct_config__.tag}";' in written
    assert "export type ServerEvent = " in written
    assert "export type ClientCommand = " in written
