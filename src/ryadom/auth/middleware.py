"""Sign-in of REST requests: token, origin, limits, and the proof of presence that every request is."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ryadom.config import Network
from ryadom.limits import Limiter
from ryadom.protocol.errors import Refusal

from .bearer import token_in
from .devices import forwarded_proto
from .origin import same_origin
from .sessions import Principal, Sessions

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

Asked = Request[Principal, str, State]
"""A request of somebody who is signed in."""
Anyone = Request[Any, Any, State]
"""A request of whoever it is."""

Touch = Callable[[Principal, bool], Awaitable[None] | None]
"""Told of each request: who asks, and whether they ask to be gone."""
Settled = Callable[[], Awaitable[None]]


class Headers:
    """The headers of one request, by lower-case name."""

    __slots__ = ("_raw",)

    def __init__(self, scope: Any) -> None:
        self._raw: list[tuple[bytes, bytes]] = scope["headers"]

    def get(self, name: str) -> str | None:
        """The first value."""
        wanted = name.encode()
        return next((value.decode("latin-1") for key, value in self._raw if key == wanted), None)

    def all(self, name: str) -> list[str]:
        """Every value, in order."""
        wanted = name.encode()
        return [value.decode("latin-1") for key, value in self._raw if key == wanted]


def by_https(scope: Any, trusted: tuple[Network, ...]) -> bool:
    """Whether a request came by HTTPS: to us, or to a proxy that is trusted."""
    peer = scope["client"][0] if scope["client"] else ""
    told = Headers(scope).all("x-forwarded-proto")
    return scope["scheme"] == "https" or forwarded_proto(peer, told, trusted) == "https"


class SignIn:
    """ASGI middleware: refuses who is not signed in, unless the route's `opt` says `public`."""

    def __init__(
        self, app: ASGIApp, sessions: Sessions, limiter: Limiter, touch: Touch, settled: Settled,
        public_url: str, trusted: tuple[Network, ...],
    ) -> None:  # fmt: skip
        self.app = app
        self._sessions = sessions
        self._limiter = limiter
        self._touch = touch
        self._settled = settled
        self._public_url = public_url
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope)
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE:
            _check_type(headers)
        if not scope["route_handler"].opt.get("public"):
            scope["user"] = await self._principal(scope, headers)
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE:
            await self.app(scope, receive, self._after_settling(send))
        else:
            await self.app(scope, receive, send)

    def _after_settling(self, send: Send) -> Send:
        """Answer a change only when what it means for presence is published: who asks next, sees it."""

        async def settled(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._settled()
            await send(message)

        return settled

    async def _principal(self, scope: Any, headers: Headers) -> Principal:
        https = by_https(scope, self._trusted)
        token, by_cookie = token_in(headers.all("authorization"), headers.all("cookie"), https=https)
        if by_cookie and scope["method"] not in SAFE and not same_origin(headers.get, self._public_url):
            raise Refusal("wrong_origin")
        principal = None if token is None else await self._sessions.find(token)
        if principal is None:
            raise Refusal("not_signed_in")
        self._limiter.check("session", principal.session_id)
        settling = self._touch(principal, bool(scope["route_handler"].opt.get("parting")))
        if settling is not None:
            await settling
        return principal


def _check_type(headers: Headers) -> None:
    """A body is JSON: a form or plain text could come from a foreign page without its browser asking us."""
    length = headers.get("content-length")
    if (length is None and headers.get("transfer-encoding") is None) or length == "0":
        return
    if (headers.get("content-type") or "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal("unsupported_media_type")
