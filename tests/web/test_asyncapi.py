"""The socket's description is valid AsyncAPI 3.0 and leaves nothing out."""

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from ryadom.protocol import commands, errors, events
from ryadom.realtime.backlog import MAX_BYTES, MAX_EVENTS
from ryadom.realtime.gate import SIGN_IN_WITHIN
from ryadom.realtime.inbox import MAX_MESSAGE
from ryadom.web.asyncapi import document
from web.references import follow, references

TOLD = (*events.ANSWERS, *events.EVENTS)
STRUCTS = (*TOLD, *commands.COMMANDS)
SCHEMA = json.loads(gzip.decompress(Path(__file__).with_name("asyncapi-3.0.0.schema.json.gz").read_bytes()))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


@pytest.fixture
def doc() -> dict[str, Any]:
    """The description as a client reads it."""
    read: dict[str, Any] = json.loads(json.dumps(document("3.2.0")))
    return read


def test_it_is_valid_asyncapi(doc: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(doc)] == []


def test_the_validator_sees_a_mistake(doc: dict[str, Any]) -> None:
    doc["operations"]["send_hello"]["action"] = "shout"
    assert not VALIDATOR.is_valid(doc)


def test_every_reference_leads_somewhere(doc: dict[str, Any]) -> None:
    found = set(references(doc))
    assert found
    for reference in found:
        assert follow(doc, reference), reference


def test_every_event_and_command_is_a_message_of_the_channel(doc: dict[str, Any]) -> None:
    names = {cls.__name__ for cls in STRUCTS}
    assert doc["components"]["messages"].keys() == names
    assert doc["channels"]["socket"]["messages"].keys() == names
    assert doc["channels"]["socket"]["address"] == "/ws"


def test_the_server_sends_events_and_receives_commands(doc: dict[str, Any]) -> None:
    actions = {_only_message(doc, one): one["action"] for one in doc["operations"].values()}
    assert actions == {cls.__name__: "send" if cls in TOLD else "receive" for cls in STRUCTS}


def test_ping_and_send_message_have_replies(doc: dict[str, Any]) -> None:
    operations = doc["operations"]
    assert _replies(doc, operations["receive_ping"]) == ["Pong"]
    assert _replies(doc, operations["receive_send_message"]) == ["MessageSent", "Error"]
    assert _replies(doc, operations["receive_auth"]) == ["Hello"]
    assert "reply" not in operations["receive_typing_start"]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda cls: cls.__name__)
def test_a_message_has_words_and_an_example_that_fits(doc: dict[str, Any], struct: type[msgspec.Struct]) -> None:
    message = doc["components"]["messages"][struct.__name__]
    assert message["name"] == struct.__struct_config__.tag
    assert message["title"]
    assert message["summary"].endswith(".")
    assert message["examples"]
    for shown in message["examples"]:
        assert isinstance(msgspec.convert(shown["payload"], type=struct), struct)
        payload = {"$ref": f"#/components/schemas/{struct.__name__}", "components": doc["components"]}
        jsonschema.Draft202012Validator(payload).validate(shown["payload"])


def test_an_event_says_who_gets_it(doc: dict[str, Any]) -> None:
    for cls in TOLD:
        message = doc["components"]["messages"][cls.__name__]
        assert message["x-audience"]
        assert message["x-audience"] in message["description"]


def test_all_error_words_and_close_codes_are_listed(doc: dict[str, Any]) -> None:
    code = doc["components"]["schemas"]["Error"]["properties"]["code"]
    assert set(code["enum"]) == set(errors.WORDS)
    assert code["x-error-words"].keys() == errors.WORDS.keys()
    told = [one["code"] for one in doc["channels"]["socket"]["x-close-codes"]]
    assert told == [close.code for close in errors.CLOSE_CODES]


def test_fields_are_described_and_times_are_marked(doc: dict[str, Any]) -> None:
    schemas = doc["components"]["schemas"]
    assert "heartbeat" in schemas["Hello"]["properties"]["heartbeat"]["description"]
    assert schemas["Hello"]["properties"]["timestamp"]["format"] == "date-time"
    last_seen = schemas["StatusChange"]["properties"]["last_seen"]["anyOf"]
    assert {"type": "string", "format": "date-time"} in last_seen
    assert {"type": "null"} in last_seen
    assert "format" not in schemas["Hello"]["properties"]["server_version"]


def test_there_are_three_ways_to_sign_in_and_the_bounds_are_told(doc: dict[str, Any]) -> None:
    schemes = {reference["$ref"].rpartition("/")[2] for reference in doc["servers"]["here"]["security"]}
    assert schemes == {"bearerAuth", "cookieAuth", "firstFrame"}
    told = doc["channels"]["socket"]["description"]
    assert f"at most {MAX_MESSAGE // 1024} KiB" in told
    assert f"At most {MAX_EVENTS} events or {MAX_BYTES // 2**20} MiB" in told
    assert f"within {SIGN_IN_WITHIN:g} s" in told


def test_the_version_is_the_servers() -> None:
    assert document("9.8.7")["info"]["version"] == "9.8.7"


def _only_message(doc: dict[str, Any], operation: dict[str, Any]) -> str:
    (message,) = operation["messages"]
    return _name(follow(doc, message["$ref"]))


def _replies(doc: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    return [_name(follow(doc, message["$ref"])) for message in operation["reply"]["messages"]]


def _name(reference: dict[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]
