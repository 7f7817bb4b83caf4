"""The server's own pages, the API descriptions, and what watches it: health, readiness, metrics."""

import asyncio
import hmac
import ipaddress
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler

from ryadom import __version__
from ryadom.auth.bearer import token_in
from ryadom.auth.middleware import Anyone, Headers
from ryadom.config import Settings
from ryadom.metrics import CONTENT_TYPE, Metrics
from ryadom.protocol.errors import Refusal
from ryadom.rest import PUBLIC, problems

from . import asyncapi, front
from .bundle import Bundle
from .front import HIDDEN
from .pages import PAGE_HEADERS, STATIC, docs_page, home
from .texts import Language, pick_locale

TAGS = ["Server"]


class Health(msgspec.Struct, frozen=True):
    """The server's word about itself."""

    status: str
    version: str


def routes(
    settings: Settings, metrics: Metrics, ready: Callable[[], bool], refresh: Callable[[], None],
    openapi: Callable[[], dict[str, Any]], client: Bundle,
) -> list[HTTPRouteHandler]:  # fmt: skip
    """The route handlers."""
    socket_document = msgspec.json.encode(asyncapi.document(__version__))
    rest_document: list[bytes] = []

    @get("/healthz", opt=PUBLIC, tags=TAGS, responses=problems(public=True))
    async def healthz() -> Health:
        """The process is alive."""
        return Health("ok", __version__)

    @get("/readyz", opt=PUBLIC, tags=TAGS, responses=problems(public=True))
    async def readyz() -> Health:
        """The server can serve."""
        if not ready():
            raise Refusal("busy", "The server is starting or stopping.", retry_after=1.0)
        return Health("ready", __version__)

    @get("/metrics", **HIDDEN)
    async def metrics_text(request: Anyone) -> Response[bytes]:
        """Prometheus metrics, for loopback or by token."""
        if not _may_watch(request, settings):
            raise Refusal("not_found")
        refresh()
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    @get("/openapi.json", **HIDDEN)
    async def openapi_json() -> Response[bytes]:
        """The REST API described."""
        if not rest_document:
            # A tenth of a second of work, once: nobody else waits for it.
            rest_document.append(await asyncio.to_thread(lambda: msgspec.json.encode(openapi())))
        return Response(rest_document[0], media_type="application/json", headers={"Cache-Control": "no-cache"})

    @get("/asyncapi.json", **HIDDEN)
    async def asyncapi_json() -> Response[bytes]:
        """The socket described."""
        return Response(socket_document, media_type="application/json", headers={"Cache-Control": "no-cache"})

    @get("/docs", **HIDDEN)
    async def index(request: Anyone) -> Response[str]:
        """What this is."""
        return _page(home(_locale(request)))

    @get("/docs/rest", **HIDDEN)
    async def rest_page(request: Anyone) -> Response[str]:
        """The REST API to read."""
        return _page(docs_page("rest", _locale(request)))

    @get("/docs/socket", **HIDDEN)
    async def socket_page(request: Anyone) -> Response[str]:
        """The socket to read."""
        return _page(docs_page("socket", _locale(request)))

    @get("/static/{name:str}", **HIDDEN)
    async def static(name: str) -> Response[bytes]:
        """A script, style or picture of the pages."""
        found = STATIC.get(name)
        if found is None:
            raise Refusal("not_found")
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return Response(found[0], media_type=found[1], headers=headers)

    return [
        *front.routes(client), healthz, readyz, metrics_text, openapi_json, asyncapi_json, index, rest_page,
        socket_page, static,
    ]  # fmt: skip


def _page(text: str) -> Response[str]:
    return Response(text, media_type=MediaType.HTML, headers=PAGE_HEADERS)


def _locale(request: Anyone) -> Language:
    return pick_locale(request.headers.get("accept-language", ""))


def _may_watch(request: Anyone, settings: Settings) -> bool:
    headers = Headers(request.scope)
    given, _ = token_in(headers.all("authorization"), [], https=False)
    if settings.metrics_token and given is not None:
        return hmac.compare_digest(given.encode(), settings.metrics_token.encode())
    peer = request.client.host if request.client else ""
    # What came through a proxy on this machine is not from this machine.
    proxied = settings.public_url or settings.trusted_proxies
    if proxied or headers.get("x-forwarded-for") or headers.get("forwarded"):
        return False
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
