"""REST of statuses and typing."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from ryadom.auth.middleware import Asked
from ryadom.protocol.schemas import Id, OnlineStatus, UserStatus
from ryadom.rest import PARTING, an_id, problems

from .actions import Presence
from .statuses import Statuses
from .typing import Typing

Away = Annotated[bool, Parameter(description="Tell `away` apart from `online`.")]
TAGS = ["Statuses"]


class TypingMark(msgspec.Struct, frozen=True):
    """Where one types, or types no more."""

    chat_id: Id
    is_typing: bool = True


def routes(statuses: Statuses, typing: Typing, presence: Presence) -> list[HTTPRouteHandler]:
    """The route handlers."""

    @get("/status/me", tags=TAGS, responses=problems())
    async def my_status(request: Asked, away: Away = False) -> UserStatus:
        """One's own status, as others see it."""
        return await statuses.me(request.user.user_id, away=away)

    @get("/status/contacts", tags=TAGS, responses=problems())
    async def contacts_status(request: Asked, away: Away = False) -> list[UserStatus]:
        """The status of every mutual contact."""
        return await statuses.of_contacts(request.user.user_id, away=away)

    async def declare(request: Asked, online: bool, away: bool) -> UserStatus:
        me = request.user
        if not online:
            typing.stop_typing(me.session_id)
        await presence.declare(me.session_id, me.user_id, online=online)
        return await statuses.me(me.user_id, away=away)

    @post("/status/online", status_code=200, tags=TAGS, responses=problems())
    async def go_online(request: Asked, away: Away = False) -> UserStatus:
        """This session is here."""
        return await declare(request, True, away)

    @post("/status/offline", opt=PARTING, status_code=200, tags=TAGS, responses=problems())
    async def go_offline(request: Asked, away: Away = False) -> UserStatus:
        """This session counts as absent until it says online or connects anew."""
        return await declare(request, False, away)

    @post("/status/typing", status_code=204, tags=TAGS, responses=problems("not_found"))
    async def set_typing(request: Asked, data: TypingMark) -> None:
        """One types in a chat, or no more. Lasts 10 s unless repeated."""
        me = request.user
        await typing.type(me.user_id, me.session_id, data.chat_id, is_typing=data.is_typing)

    @get("/api/user_status/{user_id:int}", tags=TAGS, responses=problems("not_found"))
    async def user_status(request: Asked, user_id: int, away: Away = False) -> OnlineStatus:
        """The status of oneself or a mutual contact."""
        return await statuses.one(request.user.user_id, an_id(user_id), away=away)

    @get("/api/online_users", tags=TAGS, responses=problems())
    async def online_users(request: Asked, away: Away = False) -> list[OnlineStatus]:
        """The statuses of the mutual contacts with whom one shares a chat."""
        return await statuses.of_chat_mates(request.user.user_id, away=away)

    return [
        my_status, contacts_status, go_online, go_offline, set_typing, user_status, online_users,
    ]  # fmt: skip
