"""Who is signed in: token → session, from memory, with the database as the truth."""

from datetime import datetime

from ryadom.clock import Clock
from ryadom.db.database import Database
from ryadom.db.tx import Tx

from . import store
from .tokens import hash_token

MAX_REMEMBERED = 200_000


class Principal:
    """A signed-in session."""

    __slots__ = ("created_at", "session_id", "used_at", "user_id")

    def __init__(self, user_id: int, session_id: int, created_at: datetime, used_at: datetime) -> None:
        self.user_id = user_id
        self.session_id = session_id
        self.created_at = created_at
        self.used_at = used_at
        """The last use, as far as it decides about expiry."""

    @property
    def expires_at(self) -> datetime:
        """When it ends by itself."""
        return store.expires_at(self.created_at, self.used_at)


class Sessions:
    """The memory of tokens. Ended sessions are forgotten in the same loop tick as their commit arrives."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._by_token: dict[str, Principal] = {}
        self._tokens: dict[int, str] = {}
        self._ended: dict[int, None] = {}

    async def find(self, token: str) -> Principal | None:
        """Whose token this is; None when it is unknown, ended or expired. To ask is to use the session."""
        principal = await self.peek(token)
        if principal is not None:
            principal.used_at = self._clock.utcnow()
        return principal

    async def peek(self, token: str) -> Principal | None:
        """The same, without using the session."""
        if len(token) > 256:
            return None
        hashed = hash_token(token)
        principal = self._by_token.get(hashed)
        now = self._clock.utcnow()
        if principal is None or principal.expires_at <= now:
            # A socket keeps its session in use without asking here: the database knows.
            principal = await self._db.read(_by_token, hashed)
            if principal is None or principal.session_id in self._ended or principal.expires_at <= now:
                return None
            self._remember(hashed, principal)
        return principal

    def forget(self, session_id: int) -> None:
        """The session is over."""
        hashed = self._tokens.pop(session_id, None)
        if hashed is not None:
            self._by_token.pop(hashed, None)
        self._ended[session_id] = None
        if len(self._ended) > 10_000:
            del self._ended[next(iter(self._ended))]

    def ended(self, session_id: int) -> bool:
        """Whether this node has lately seen the session end."""
        return session_id in self._ended

    def _remember(self, hashed: str, principal: Principal) -> None:
        if len(self._by_token) >= MAX_REMEMBERED:
            oldest = next(iter(self._by_token))
            del self._tokens[self._by_token.pop(oldest).session_id]
        self._by_token[hashed] = principal
        self._tokens[principal.session_id] = hashed


def _by_token(tx: Tx, hashed: str) -> Principal | None:
    row = tx.first(store.BY_TOKEN, token_hash=hashed)
    if row is None:
        return None
    session_id, user_id, created_at, last_seen = row
    return Principal(user_id, session_id, created_at, last_seen)
