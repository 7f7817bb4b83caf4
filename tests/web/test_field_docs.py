"""What stands after a field in the source reaches the descriptions."""

from typing import Any

import msgspec

from ryadom.protocol import events, schemas
from ryadom.web.field_docs import class_doc, describe, field_docs, protocol_structs


class Basket(msgspec.Struct):
    """What someone carries.

    It may be empty.
    """

    apples: int
    """How many apples."""
    pears: int
    lid: bool = False
    """Whether
    it has a lid."""


class Trolley(Basket):
    """A basket on wheels."""

    wheels: int = 4
    """Four, or it falls."""
    lid: bool = True
    """A trolley's lid."""


def test_a_literal_after_a_field_is_its_documentation() -> None:
    assert field_docs(Basket) == {"apples": "How many apples.", "lid": "Whether\nit has a lid."}


def test_fields_of_a_base_are_documented_too_and_the_nearest_wins() -> None:
    assert field_docs(Trolley) == {
        "apples": "How many apples.",
        "lid": "A trolley's lid.",
        "wheels": "Four, or it falls.",
    }


def test_a_field_without_a_literal_has_none() -> None:
    assert "pears" not in field_docs(Basket)


def test_the_docstring_is_parted_into_its_first_line_and_the_rest() -> None:
    assert class_doc(Basket) == ("What someone carries.", "It may be empty.")
    assert class_doc(Trolley) == ("A basket on wheels.", "")


def test_describe_adds_to_the_struct_and_its_fields() -> None:
    components: dict[str, Any] = {
        "Hello": {"properties": {"heartbeat": {"type": "number"}, "protocol": {"type": "integer"}}}
    }
    describe(components)
    assert components["Hello"] == {
        "description": class_doc(events.Hello)[0],
        "properties": {
            "heartbeat": {"description": field_docs(events.Hello)["heartbeat"], "type": "number"},
            "protocol": {"type": "integer"} | _doc(events.Hello, "protocol"),
        },
    }


def test_describe_wraps_a_reference_since_nothing_may_stand_beside_it() -> None:
    reference = {"$ref": "#/components/schemas/Chat"}
    components: dict[str, Any] = {"ChatChange": {"properties": {"chat": reference}}}
    describe(components)
    doc = field_docs(schemas.ChatChange)["chat"]
    assert components["ChatChange"]["properties"]["chat"] == {"allOf": [reference], "description": doc}


def test_describe_keeps_what_is_described_already_and_what_is_not_ours() -> None:
    components: dict[str, Any] = {
        "Hello": {"description": "Mine.", "properties": {"heartbeat": {"description": "Mine too."}}},
        "Elsewhere": {"properties": {"heartbeat": {"type": "number"}}},
        "Status": {"enum": ["online"]},
    }
    before = msgspec.json.encode(components)
    describe(components)
    assert msgspec.json.encode(components) == before


def test_the_protocols_structs_are_found_by_name() -> None:
    found = protocol_structs()
    assert found["Message"] is schemas.Message
    assert {cls.__name__ for cls in (*events.ANSWERS, *events.EVENTS)} <= found.keys()


def _doc(struct: type[msgspec.Struct], field: str) -> dict[str, str]:
    docs = field_docs(struct)
    return {"description": docs[field]} if field in docs else {}
