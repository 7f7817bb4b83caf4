"""Every frame that a client may send. Fields that we do not know are ignored; a missing or wrong one is an error."""

from typing import Annotated

import msgspec
from msgspec import Meta

from .schemas import ClientId, Id, MessageText, Rev, check_client_id, check_text


class Auth(msgspec.Struct, frozen=True, tag_field="type", tag="auth"):
    """Sign in: the first frame of a socket that has neither a Bearer header nor a cookie, within 5 s."""

    token: Annotated[str, Meta(min_length=1, max_length=256)]


class Ping(msgspec.Struct, frozen=True, tag_field="type", tag="ping"):
    """Ask for `pong`. Keeps presence, is no activity."""


class CatchUp(msgspec.Struct, frozen=True, tag_field="type", tag="catch_up"):
    """Ask for all that changed in one's chats since a rev: the answer is `caught_up`."""

    after_rev: Rev
    """The highest rev that the client holds, of a snapshot or of an event."""


class Subscribe(msgspec.Struct, frozen=True, tag_field="type", tag="subscribe"):
    """From now on only these events; the word `away` asks for the step between online and away."""

    events: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=64)]


class TypingStartCommand(msgspec.Struct, frozen=True, tag_field="type", tag="typing_start"):
    """The person types in this chat. Lasts 10 s unless repeated."""

    chat_id: Id


class TypingStopCommand(msgspec.Struct, frozen=True, tag_field="type", tag="typing_stop"):
    """The person types no more."""

    chat_id: Id


class Read(msgspec.Struct, frozen=True, tag_field="type", tag="read"):
    """Mark this message and all before it in its chat as read."""

    chat_id: Id
    message_id: Id


class SendMessage(msgspec.Struct, frozen=True, tag_field="type", tag="send_message"):
    """Send a message; the answer is `message_sent` once it is on disk. Repeating the same client_id is harmless."""

    chat_id: Id
    text: MessageText
    client_id: ClientId
    reply_to: Id | None = None

    def __post_init__(self) -> None:
        """Check what the types do not."""
        check_text(self.text)
        check_client_id(self.client_id)


Command = Ping | CatchUp | Subscribe | TypingStartCommand | TypingStopCommand | Read | SendMessage
"""What a signed-in socket may send."""

COMMANDS: tuple[type[msgspec.Struct], ...] = (
    Auth, Ping, CatchUp, Subscribe, TypingStartCommand, TypingStopCommand, Read, SendMessage,
)  # fmt: skip


class Echo(msgspec.Struct, frozen=True):
    """What can be saved of a frame that does not fit, so that its error names it."""

    type: str = ""
    client_id: str | None = None
