"""The words beside the Structs are complete."""

from ryadom.protocol import commands, errors, events
from ryadom.web import descriptions


def test_every_event_has_an_audience_and_nothing_else_has() -> None:
    assert set(descriptions.AUDIENCE) == {*events.ANSWERS, *events.EVENTS}


def test_only_commands_have_replies_and_all_of_those_are_answers() -> None:
    assert set(descriptions.REPLIES) <= set(commands.COMMANDS)
    assert {answer for replies in descriptions.REPLIES.values() for answer in replies} <= set(events.ANSWERS)


def test_error_words_say_status_and_meaning() -> None:
    words = descriptions.error_words()
    assert words.keys() == errors.WORDS.keys()
    assert words["not_found"] == {"status": 404, "description": errors.WORDS["not_found"].meaning}


def test_close_codes_say_whether_to_come_back() -> None:
    codes = {entry["code"]: entry["come_back"] for entry in descriptions.close_codes()}
    assert codes == {close.code: close.come_back for close in errors.CLOSE_CODES}
    assert codes[4401] is False


def test_the_enum_of_error_words_keeps_the_schema() -> None:
    listed = descriptions.list_error_words({"type": "string"})
    assert listed["type"] == "string"
    assert listed["enum"] == sorted(errors.WORDS)
