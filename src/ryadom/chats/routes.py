"""REST of chats and their members."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, Meta, UnsetType

from ryadom.auth.middleware import Asked
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.protocol.errors import Refusal
from ryadom.protocol.schemas import Chat, ChatKind, Id, Member, Role, Title
from ryadom.rest import an_id, either, problems

from . import snapshot, store
from .actions import Chats, membership, view
from .recall import Recall

TAGS = ["Chats"]


class NewChat(msgspec.Struct, frozen=True):
    """A direct chat needs `user_id`; a group or channel needs `title`."""

    kind: ChatKind
    user_id: Id | None = None
    title: Title | None = None
    member_ids: Annotated[list[Id], Meta(max_length=1000)] = []


class ChatPatch(msgspec.Struct, frozen=True):
    """What to change; what is absent stays."""

    title: Title | UnsetType = UNSET
    """Owner and admins only."""
    muted_until: datetime | None | UnsetType = UNSET
    """One's own; null: not muted."""


class NewMember(msgspec.Struct, frozen=True):
    """Whom to add."""

    user_id: Id


class NewRole(msgspec.Struct, frozen=True):
    """A member's new role; `owner` hands the chat over."""

    role: Role


def routes(chats: Chats, db: Database, recall: Recall) -> list[HTTPRouteHandler]:
    """The route handlers."""

    @get("/chats", tags=TAGS, responses=problems())
    async def list_chats(request: Asked) -> list[Chat]:
        """One's chats, the latest message first."""
        return await db.read(snapshot.views, request.user.user_id, None, recall)

    @post(
        "/chats", tags=TAGS,
        responses=either(Chat, "The direct chat was there already.", problems("not_found", "invalid", "chat_full")),
    )  # fmt: skip
    async def open_chat(request: Asked, data: NewChat) -> Response[Chat]:
        """Open a direct chat, or create a group or channel."""
        me = request.user.user_id
        if data.kind == "direct":
            if data.user_id is None:
                raise Refusal("invalid", "A direct chat needs user_id.")
            chat, created = await chats.open_direct(me, data.user_id)
            return Response(chat, status_code=201 if created else 200)
        if data.title is None:
            raise Refusal("invalid", "A group or channel needs a title.")
        return Response(await chats.create(me, data.kind, data.title, data.member_ids), status_code=201)

    @get("/chats/{chat_id:int}", tags=TAGS, responses=problems("not_found"))
    async def get_chat(request: Asked, chat_id: int) -> Chat:
        """One chat."""
        return await db.read(view, request.user.user_id, an_id(chat_id))

    @patch("/chats/{chat_id:int}", tags=TAGS, responses=problems("not_found", "forbidden"))
    async def change_chat(request: Asked, chat_id: int, data: ChatPatch) -> Chat:
        """Change the title, or one's own mute."""
        muted = data.muted_until
        if isinstance(muted, datetime):
            muted = _in_utc(muted)
        return await chats.change(an_id(chat_id), request.user.user_id, data.title, muted)

    @get("/chats/{chat_id:int}/members", tags=TAGS, responses=problems("not_found"))
    async def list_members(request: Asked, chat_id: int) -> list[Member]:
        """The members, by the time they joined."""

        def members(tx: Tx) -> list[Member]:
            membership(tx, an_id(chat_id), request.user.user_id)
            return store.list_members(tx, chat_id)

        return await db.read(members)

    @post(
        "/chats/{chat_id:int}/members", tags=TAGS,
        responses=either(Member, "They were in already.", problems("not_found", "forbidden", "chat_full")),
    )  # fmt: skip
    async def add_member(request: Asked, chat_id: int, data: NewMember) -> Response[Member]:
        """Add someone (owner and admins)."""
        member, added = await chats.add_member(an_id(chat_id), request.user.user_id, data.user_id)
        return Response(member, status_code=201 if added else 200)

    @delete("/chats/{chat_id:int}/members/{user_id:int}", tags=TAGS, responses=problems("not_found", "forbidden"))
    async def remove_member(request: Asked, chat_id: int, user_id: int) -> None:
        """Remove someone (owner and admins), or leave."""
        await chats.remove_member(an_id(chat_id), request.user.user_id, an_id(user_id))

    @patch("/chats/{chat_id:int}/members/{user_id:int}", tags=TAGS, responses=problems("not_found", "forbidden"))
    async def set_role(request: Asked, chat_id: int, user_id: int, data: NewRole) -> Member:
        """Make someone admin or member, or hand the chat over (owner)."""
        return await chats.set_role(an_id(chat_id), request.user.user_id, an_id(user_id), data.role)

    return [
        list_chats, open_chat, get_chat, change_chat, list_members, add_member, remove_member, set_role,
    ]  # fmt: skip


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Refusal("bad_request", "muted_until: give the time with its zone, as in 2030-01-01T00:00:00Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Refusal("bad_request", "muted_until: that time is out of the calendar.") from None
