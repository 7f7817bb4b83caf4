"""What a client asks before anybody has signed in: whose server this is, and whether one may register."""

from typing import Literal

import msgspec

from ryadom import __version__
from ryadom.db.database import Database
from ryadom.limits import Limiter, address_key
from ryadom.protocol.schemas import User

from . import store
from .sessions import Sessions

OpenTo = Literal["first", "open", "closed"]


class ServerInfo(msgspec.Struct, frozen=True):
    """The server, and who asks."""

    name: str
    version: str
    registration: OpenTo
    """`first`: there is no account yet, and whoever comes first makes one; else whether anybody may."""
    user: User | None
    """Whom the cookie or the Bearer token of the request signs in; null when it signs in nobody."""


class Welcome:
    """Answers whoever comes to the door. To ask is no use of a session, and no proof of presence."""

    def __init__(self, db: Database, limiter: Limiter, sessions: Sessions, *, registration: bool) -> None:
        self._db = db
        self._limiter = limiter
        self._sessions = sessions
        self._registration = registration

    async def look(self, token: str | None, address: str) -> ServerInfo:
        """The server as this token sees it. Refuses `too_many`."""
        self._limiter.check("look_address", address_key(address))
        return ServerInfo("Ryadom", __version__, await self._open_to(), await self._whose(token))

    async def _open_to(self) -> OpenTo:
        if await self._db.read(lambda tx: tx.first(store.ANYBODY)) is None:
            return "first"
        return "open" if self._registration else "closed"

    async def _whose(self, token: str | None) -> User | None:
        principal = None if token is None else await self._sessions.peek(token)
        return None if principal is None else await self._db.read(store.get_user, principal.user_id)
