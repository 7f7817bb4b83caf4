"""One Struct has one schema, whichever description speaks of it."""

import msgspec

from ryadom.protocol import errors, events, schemas
from ryadom.web.shapes import schemas_of


def test_structs_within_structs_come_along() -> None:
    assert schemas_of([events.NewMessage]).keys() == {"NewMessage", "Message"}
    assert schemas_of([events.UserChanged]).keys() == {"UserChanged", "User", "Me"}


def test_times_are_marked_also_where_they_may_be_null() -> None:
    made = schemas_of([schemas.Message])["Message"]["properties"]
    assert made["created_at"]["format"] == "date-time"
    assert {"type": "string", "format": "date-time"} in made["edited_at"]["anyOf"]
    assert "format" not in made["text"]


def test_a_field_is_required_unless_it_may_be_absent_on_the_wire() -> None:
    made = schemas_of([schemas.Chat, schemas.ChatChange, events.Error])
    assert set(made["Chat"]["required"]) == set(schemas.Chat.__struct_fields__)
    assert made["ChatChange"]["required"] == ["id", "rev"]
    sent = msgspec.json.decode(msgspec.json.encode(schemas.ChatChange(id=1, rev=2)))
    assert sent == {"id": 1, "rev": 2}
    assert set(made["Error"]["required"]) == {"type", "timestamp", "code", "detail"}


def test_error_words_are_listed_wherever_one_is_said() -> None:
    made = schemas_of([events.Error, errors.Problem])
    assert set(made["Error"]["properties"]["code"]["enum"]) == set(errors.WORDS)
    assert set(made["Problem"]["properties"]["code"]["enum"]) == set(errors.WORDS)


def test_fields_are_described() -> None:
    assert schemas_of([schemas.Chat])["Chat"]["properties"]["peers_read_up_to_seq"]["description"]
