"""REST of read marks."""

from typing import Annotated

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from ryadom.auth.middleware import Asked
from ryadom.protocol.errors import Refusal
from ryadom.protocol.schemas import Id, ReadResult
from ryadom.rest import problems

from .actions import Receipts


class ReadMark(msgspec.Struct, frozen=True):
    """The message read, or several of one chat: the last of them counts."""

    chat_id: Id | None = None
    """May be left out with message_ids."""
    message_id: Id | None = None
    message_ids: Annotated[list[Id], Meta(max_length=1000)] | None = None


def routes(receipts: Receipts) -> list[HTTPRouteHandler]:
    """The route handlers."""

    @post(
        "/status/read", status_code=200, tags=["Statuses"],
        responses=problems("different_chats", "not_found", "invalid"),
    )  # fmt: skip
    async def mark_read(request: Asked, data: ReadMark) -> ReadResult:
        """Mark a message and all before it in its chat as read. It never moves back."""
        if data.message_id is not None and data.message_ids is None:
            ids = [data.message_id]
        elif data.message_ids and data.message_id is None:
            ids = data.message_ids
        else:
            raise Refusal("invalid", "Give either message_id or message_ids (at least one).")
        return await receipts.read(request.user.user_id, data.chat_id, ids)

    return [mark_read]
