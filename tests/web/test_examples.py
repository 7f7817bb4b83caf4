"""Examples are valid and the same every time."""

from datetime import date
from typing import Any

import msgspec
import pytest

from ryadom.protocol import commands, events
from ryadom.web.examples import MOMENT, example
from ryadom.web.field_docs import protocol_structs

STRUCTS = sorted(protocol_structs().values(), key=lambda cls: cls.__name__)


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda cls: cls.__name__)
def test_every_struct_of_the_protocol_has_an_example_that_decodes(struct: type[msgspec.Struct]) -> None:
    made = example(struct)
    decoded = msgspec.json.decode(msgspec.json.encode(made), type=struct)
    assert isinstance(decoded, struct)
    assert example(struct) == made


@pytest.mark.parametrize("struct", [*events.ANSWERS, *events.EVENTS, *commands.COMMANDS], ids=lambda cls: cls.__name__)
def test_an_example_shows_every_required_field_and_no_unknown_one(struct: type[msgspec.Struct]) -> None:
    fields = msgspec.structs.fields(struct)
    shown = example(struct).keys() - {"type"}
    assert {field.encode_name for field in fields if field.required} <= shown
    assert shown <= {field.encode_name for field in fields}


def test_a_union_of_all_commands_tells_the_examples_apart() -> None:
    decode = msgspec.json.Decoder(commands.Command).decode
    for struct in commands.COMMANDS[1:]:
        assert type(decode(msgspec.json.encode(example(struct)))) is struct


def test_what_happened_to_a_message_shows_in_its_example() -> None:
    assert example(events.MessageDeleted)["message"]["text"] == ""
    assert example(events.MessageDeleted)["message"]["deleted"] is True
    assert example(events.MessageEdited)["message"]["edited_at"] == MOMENT
    assert example(events.NewMessage)["message"]["edited_at"] is None


def test_changing_an_example_does_not_change_the_next() -> None:
    first: dict[str, Any] = example(commands.Subscribe)
    first["events"].append("more")
    assert "more" not in example(commands.Subscribe)["events"]


class Diary(msgspec.Struct):
    """Has a field of a kind that the wire does not use."""

    day: date


def test_a_kind_that_no_example_is_known_for_is_an_error() -> None:
    with pytest.raises(TypeError, match="add the field to the table"):
        example(Diary)
