"""What the API descriptions say that the Structs do not: who gets an event, how one signs in, what the bounds are."""

from typing import Any

import msgspec

from ryadom.auth.bearer import SECURE_COOKIE
from ryadom.protocol import commands, errors, events

LICENCE = "AGPL-3.0-or-later"

BEARER = "The access token from `POST /login`, as `Authorization: Bearer TOKEN`. It wins over a cookie."
BY_COOKIE = (
    f"The cookie that `POST /login` sets for browsers; behind HTTPS it is `{SECURE_COOKIE}`. A request that changes "
    "something, and the opening of a socket, counts only from the same origin."
)
FIRST_FRAME = "Without header and cookie: the first frame is `auth` with the token, within 5 s."

SOCKET = """\
Text frames, one JSON object each, told apart by `type`. Clients ignore fields and events that they do not know.

Sign in by the Bearer header, by the cookie (Origin must match), or by a first frame `auth` within 5 s. \
A token is never accepted in the URL. The first event is `hello`.

Bounds:

- A frame is at most 64 KiB; a larger one closes the socket with 1009.
- At most 256 events or 1 MiB wait for a socket that reads slowly: presence and typing are merged or dropped first, \
then the socket closes with 4408, and the client comes back and catches up.
- Too many frames in a short time close the socket with 4429.

Counts are absolute: set them, never add. Events that carry `rev` tell of something on disk; \
drop one that is older than what you hold. When a `rev` shows a gap, or after an absence, send `catch_up`; \
or ask `GET /sync` and `GET /chats/{id}/changes`."""

REST = """\
A messenger server that knows who is here, what has been read, and which devices are signed in.

- JSON in UTF-8; a list is a bare array. A path works with and without its trailing slash.
- Times are ISO 8601 in UTC with `Z`, from the server's clock. Ids are positive integers below 2^53, never used again.
- Clients ignore fields that they do not know.
- Errors are RFC 9457 `application/problem+json` with a stable `code` word. A 429 or 503 carries `Retry-After`.
- A token is never accepted in a URL.

What happens while you look is told by the socket, `GET /ws`: see `/asyncapi.json`."""

AUDIENCE: dict[type[events.Event], str] = {
    events.Hello: "The connection itself, first of all.",
    events.Heartbeat: "Every connection, regularly.",
    events.Pong: "The connection that sent `ping`.",
    events.CaughtUp: "The connection that sent `catch_up`.",
    events.MessageSent: "The connection that sent `send_message`.",
    events.Error: "The connection whose frame was refused.",
    events.StatusChange: "Mutual contacts of user_id.",
    events.UserOnline: "Mutual contacts of user_id.",
    events.UserOffline: "Mutual contacts of user_id.",
    events.TypingStart: "Members of the chat who are mutual contacts of user_id.",
    events.TypingStop: "Members of the chat who are mutual contacts of user_id.",
    events.MessagesRead: "The authors of what was read, as far as they are members and mutual contacts of the reader.",
    events.NewMessage: "All connections of all members, but the one that sent it; one sent by REST reaches all.",
    events.UnreadMessage: "Every member but the sender.",
    events.UnreadChanged: "Every connection of the person whose count or mark it is.",
    events.MessageEdited: "Members of the chat.",
    events.MessageDeleted: "Members of the chat.",
    events.ChatChanged: "Members of the chat, and the person added or removed.",
    events.UserChanged: "Everyone who shares a chat with that person or has them as a contact, and their own devices.",
    events.SessionCreated: "The person's other devices.",
    events.SessionRevoked: "The person's other devices.",
    events.ContactChanged: "The person's own connections; the other person only when `mutual` flips.",
}
"""Who gets each event."""

REPLIES: dict[type[msgspec.Struct], tuple[type[events.Event], ...]] = {
    commands.Auth: (events.Hello,),
    commands.Ping: (events.Pong,),
    commands.CatchUp: (events.CaughtUp,),
    commands.SendMessage: (events.MessageSent, events.Error),
}
"""Commands that are always answered, and with what. Any other command is answered only by `error`, when refused."""


def error_words() -> dict[str, dict[str, Any]]:
    """Error word → `{status, description}`, for `x-error-words`."""
    return {code: {"status": word.status, "description": word.meaning} for code, word in errors.WORDS.items()}


def close_codes() -> list[dict[str, Any]]:
    """`{code, description, come_back}` of each close code, for `x-close-codes`."""
    return [
        {"code": close.code, "description": close.meaning, "come_back": close.come_back} for close in errors.CLOSE_CODES
    ]


def list_error_words(code_schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a `code` field, with every error word as an enum and its meaning in `x-error-words`."""
    return code_schema | {"enum": sorted(errors.WORDS), "x-error-words": error_words()}
