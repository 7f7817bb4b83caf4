"""Both descriptions become one, and do not contradict each other."""

from typing import Any

import pytest

from ryadom.protocol import commands, events
from ryadom.web.documents import documents
from ryadom.web.vocabulary import COMMAND, EVENT, Contradiction, merge, vocabulary
from web.references import follow, references


@pytest.fixture(scope="module")
def shapes() -> dict[str, Any]:
    """The schemas of the one document."""
    found: dict[str, Any] = vocabulary()["components"]["schemas"]
    return found


def named(union: dict[str, Any]) -> set[str]:
    return {one["$ref"].rpartition("/")[2] for one in union["oneOf"]}


def test_it_holds_every_schema_of_both_descriptions(shapes: dict[str, Any]) -> None:
    known = {name for document in documents().values() for name in document["components"]["schemas"]}
    assert shapes.keys() == known | {EVENT, COMMAND}


def test_any_event_and_any_command_are_all_of_them(shapes: dict[str, Any]) -> None:
    assert named(shapes[EVENT]) == {cls.__name__ for cls in (*events.ANSWERS, *events.EVENTS)}
    assert named(shapes[COMMAND]) == {cls.__name__ for cls in commands.COMMANDS}


def test_each_event_is_told_by_one_word(shapes: dict[str, Any]) -> None:
    words = [shapes[name]["properties"]["type"]["enum"] for name in named(shapes[EVENT])]
    assert sorted(word for (word,) in words) == sorted(events.name_of(cls) for cls in (*events.ANSWERS, *events.EVENTS))


def test_every_reference_leads_somewhere() -> None:
    document = vocabulary()
    assert all(follow(document, reference) for reference in set(references(document)))


def test_a_name_with_two_meanings_is_refused_by_its_name() -> None:
    user = {"type": "object", "properties": {"id": {"type": "integer"}}}
    assert merge({"User": user | {"examples": [1]}}, {"User": user}) == {"User": user}
    with pytest.raises(Contradiction, match=r"disagree about User$"):
        merge({"User": user, "Chat": {}}, {"User": user | {"required": ["id"]}})
