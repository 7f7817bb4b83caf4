"""The law around every action: what each client folded from its events equals a fresh snapshot.

Each test in the files `test_law_….py` does one thing in a town of people with several devices and then calls
`world.check`, which looks at every open socket; the fixture checks once more at the end. An action without such a test
fails here.
"""

import re
from pathlib import Path

from ryadom.protocol.commands import COMMANDS
from world import World

TRIED = {
    "POST /register": "test_somebody_registers",
    "POST /login": "test_a_second_device_signs_in",
    "POST /logout": "test_a_device_signs_out",
    "PATCH /users/me": "test_a_person_takes_another_name",
    "POST /users/me/password": "test_a_new_password_ends_the_other_sessions",
    "DELETE /sessions/{session_id}": "test_a_device_is_signed_out_from_another",
    "POST /sessions/revoke_all": "test_all_other_devices_are_signed_out",
    "POST /contacts": "test_a_contact_becomes_mutual",
    "DELETE /contacts/{user_id}": "test_a_mutual_contact_is_removed",
    "PUT /contacts/{user_id}/block": "test_a_mutual_contact_is_blocked_and_unblocked",
    "DELETE /contacts/{user_id}/block": "test_a_mutual_contact_is_blocked_and_unblocked",
    "POST /chats": "test_a_chat_of_each_kind_is_opened",
    "PATCH /chats/{chat_id}": "test_a_chat_gets_another_title",
    "POST /chats/{chat_id}/members": "test_a_member_is_added",
    "DELETE /chats/{chat_id}/members/{user_id}": "test_a_member_leaves",
    "PATCH /chats/{chat_id}/members/{user_id}": "test_a_member_gets_another_role",
    "POST /chats/{chat_id}/messages": "test_a_message_is_sent_by_rest_and_again",
    "PATCH /messages/{message_id}": "test_a_message_is_edited",
    "DELETE /messages/{message_id}": "test_a_message_is_deleted",
    "POST /status/online": "test_a_person_declares_to_be_here_or_not",
    "POST /status/offline": "test_a_person_declares_to_be_here_or_not",
    "POST /status/typing": "test_somebody_types_by_rest",
    "POST /status/read": "test_messages_are_read_by_rest",
    "auth": "test_a_socket_signs_in_by_its_first_frame",
    "ping": "test_a_ping_is_answered",
    "catch_up": "test_who_misses_nothing_may_ask_what_was_missed",
    "subscribe": "test_a_client_asks_for_away",
    "typing_start": "test_somebody_types_on_the_socket",
    "typing_stop": "test_somebody_types_on_the_socket",
    "read": "test_messages_are_read_on_the_socket",
    "send_message": "test_a_message_is_sent_by_socket_and_again",
}
"""Route or command → its test in this folder. What only reads is no action."""


async def test_every_action_is_tried(world: World) -> None:
    routes = {
        f"{method} {route.path_format}"
        for route in world.server.asgi.routes
        for method in getattr(route, "methods", ())
        if method not in ("GET", "HEAD", "OPTIONS")
    }
    commands = {str(command.__struct_config__.tag) for command in COMMANDS}
    assert routes | commands == TRIED.keys()


def test_every_test_named_here_is_there() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_law_*.py")]
    there = {name for text in texts for name in re.findall(r"^async def (test_\w+)", text, re.MULTILINE)}
    assert set(TRIED.values()) <= there
