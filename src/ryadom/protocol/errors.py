"""Error words and close codes: what each means, its HTTP status, and whether a client should come back."""

from typing import NamedTuple

import msgspec


class Word(NamedTuple):
    """One error word: its HTTP status and what it means, in one sentence for people who build on the API."""

    status: int
    meaning: str


WORDS: dict[str, Word] = {
    "bad_request": Word(400, "The request cannot be read: broken JSON, a missing value, a field that does not fit."),
    "different_chats": Word(400, "message_ids must all belong to one chat."),
    "bad_frame": Word(400, "The frame is no JSON object with a known type and fields that fit."),
    "unknown_event": Word(400, "subscribe names an event that does not exist; the other names count."),
    "not_signed_in": Word(401, "Sign in first: the token is missing, wrong, ended or expired."),
    "wrong_credentials": Word(401, "The username or the password is wrong."),
    "wrong_password": Word(403, "The current password is wrong."),
    "wrong_origin": Word(403, "A cookie counts only for requests from the same origin; use a Bearer token elsewhere."),
    "registration_closed": Word(403, "This server does not take new accounts; ask whoever runs it."),
    "forbidden": Word(403, "You see this thing, but your role does not allow that."),
    "cannot_write": Word(403, "You cannot write here: a block, a peer who is gone, or a channel of others."),
    "not_found": Word(404, "There is no such thing, or it is not for you."),
    "method_not_allowed": Word(405, "This path does not take that method."),
    "too_late": Word(408, "The request did not arrive in time."),
    "username_taken": Word(409, "Someone has this username; choose another."),
    "client_id_reused": Word(
        409, "This client_id was sent before with another text; make a new one for a new message."
    ),
    "message_deleted": Word(409, "A deleted message cannot be edited."),
    "chat_full": Word(409, "The chat has as many members as it can hold."),
    "too_large": Word(413, "The request is larger than the server takes."),
    "unsupported_media_type": Word(415, "Send JSON with Content-Type: application/json."),
    "invalid": Word(422, "The values fit their types but not together."),
    "head_too_large": Word(431, "The head of the request is larger than the server takes."),
    "too_many": Word(429, "Too many in a short time; wait for the seconds in Retry-After."),
    "busy": Word(503, "The server is starting, stopping or cannot reach its database; try again after Retry-After."),
    "internal": Word(500, "A mistake of the server; it is logged."),
}
"""Every error word that REST or the socket can say."""


class Refusal(Exception):
    """What was asked is refused. `code` is a word of `WORDS`; `detail` says what to do; nothing has been changed."""

    def __init__(self, code: str, detail: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail or WORDS[code].meaning
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """The HTTP status of the word."""
        return WORDS[self.code].status


class Problem(msgspec.Struct, frozen=True):
    """An error body, RFC 9457 `application/problem+json`."""

    type: str
    title: str
    status: int
    code: str
    """A stable word; the list is in the API description."""
    detail: str
    """What happened and what to do, for a person who builds on the API."""


class CloseCode(NamedTuple):
    """One WebSocket close code: what it means, and whether the client should connect again."""

    code: int
    meaning: str
    come_back: bool


GOING_AWAY = CloseCode(1001, "The server is going down.", True)
PROTOCOL_ERROR = CloseCode(1002, "The frames break RFC 6455.", True)
INVALID_TEXT = CloseCode(1007, "A text frame that is no UTF-8.", True)
UNSUPPORTED = CloseCode(1003, "Only text frames are understood.", True)
TOO_BIG = CloseCode(1009, "A frame larger than 64 KiB.", True)
RESTART = CloseCode(1012, "The server restarts; come back after a moment.", True)
SESSION_OVER = CloseCode(4401, "The session is over, or was never there: sign in again.", False)
TOO_SLOW = CloseCode(4408, "Too slow: the queue of this socket is full; come back and catch up.", True)
TOO_MANY = CloseCode(4429, "Too many frames; come back later and slower.", True)

CLOSE_CODES = (
    GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, INVALID_TEXT, TOO_BIG, RESTART, SESSION_OVER, TOO_SLOW, TOO_MANY,
)  # fmt: skip
"""Every close code that the server sends by its own choice."""
