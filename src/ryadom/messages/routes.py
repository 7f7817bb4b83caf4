"""REST of messages."""

from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from ryadom.auth.middleware import Asked
from ryadom.chats.actions import membership
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.protocol.errors import Refusal
from ryadom.protocol.schemas import MAX_ID, ClientId, Id, Message, MessageText, check_client_id, check_text
from ryadom.rest import an_id, either, problems

from . import store
from .actions import Messages, Send

# Litestar leaves the bounds of what may be absent out of the description.
SeqParameter = Annotated[
    int | None, Parameter(ge=0, le=MAX_ID, schema_extra={"minimum": 0, "maximum": MAX_ID})
]  # fmt: skip
TAGS = ["Messages"]
PAGE = 50


class MessageDraft(msgspec.Struct, frozen=True):
    """A message to send. With a client_id, sending it again is harmless."""

    text: MessageText
    client_id: ClientId | None = None
    reply_to: Id | None = None

    def __post_init__(self) -> None:
        """Check what the types do not."""
        check_text(self.text)
        if self.client_id is not None:
            check_client_id(self.client_id)


class NewText(msgspec.Struct, frozen=True):
    """A message's new text."""

    text: MessageText

    def __post_init__(self) -> None:
        """Check what the types do not."""
        check_text(self.text)


def routes(messages: Messages, db: Database) -> list[HTTPRouteHandler]:
    """The route handlers."""

    @get("/chats/{chat_id:int}/messages", tags=TAGS, responses=problems("not_found"))
    async def history(
        request: Asked, chat_id: int, limit: Annotated[int, Parameter(ge=1, le=200)] = PAGE,
        before: SeqParameter = None, after: SeqParameter = None,
    ) -> list[Message]:  # fmt: skip
        """Messages by seq, ascending: the latest, or those before or after a seq."""

        def page(tx: Tx) -> list[Message]:
            membership(tx, an_id(chat_id), request.user.user_id)
            return store.history(tx, chat_id, limit, before, after)

        return await db.read(page)

    @post(
        "/chats/{chat_id:int}/messages", tags=TAGS,
        responses=either(
            Message, "This client_id was sent before: the same message.",
            problems("not_found", "cannot_write", "client_id_reused"),
        ),
    )  # fmt: skip
    async def send(request: Asked, chat_id: int, data: MessageDraft) -> Response[Message]:
        """Send a message. Once answered, it is on disk."""
        me = request.user.user_id
        sent = await messages.send(Send(me, an_id(chat_id), data.text, data.client_id, data.reply_to, None))
        return Response(sent.message, status_code=201 if sent.new else 200)

    @get("/messages/{message_id:int}", tags=TAGS, responses=problems("not_found"))
    async def read_one(request: Asked, message_id: int) -> Message:
        """One message of a chat that one is in, such as one that another replies to."""
        found = await db.read(store.get_message, an_id(message_id), request.user.user_id)
        if found is None:
            raise Refusal("not_found")
        return found

    @patch(
        "/messages/{message_id:int}", tags=TAGS,
        responses=problems("not_found", "forbidden", "message_deleted", "cannot_write"),
    )  # fmt: skip
    async def edit(request: Asked, message_id: int, data: NewText) -> Message:
        """Give one's own message a new text."""
        return await messages.edit(request.user.user_id, an_id(message_id), data.text)

    @delete("/messages/{message_id:int}", tags=TAGS, responses=problems("not_found", "forbidden"))
    async def remove(request: Asked, message_id: int) -> None:
        """Delete one's own message; a tombstone stays."""
        await messages.delete(request.user.user_id, an_id(message_id))

    return [history, send, read_one, edit, remove]
