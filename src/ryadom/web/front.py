"""Routes of the browser client: its page at `/`, its assets, its service worker."""

from typing import Any

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler

from ryadom.auth.middleware import Anyone
from ryadom.protocol.errors import Refusal
from ryadom.rest import PUBLIC

from .bundle import ASSETS, ROOT_FILES, Bundle, File
from .pages import PAGE_HEADERS, unbuilt
from .texts import pick_locale

HIDDEN: dict[str, Any] = {"opt": PUBLIC, "include_in_schema": False}


def routes(bundle: Bundle) -> list[HTTPRouteHandler]:
    """The route handlers."""

    @get("/", **HIDDEN)
    async def page(request: Anyone) -> Response[Any]:
        """The client; or how to build it, where it is not."""
        if "/" in bundle:
            return _answer(bundle["/"], request)
        text = unbuilt(pick_locale(request.headers.get("accept-language", "")))
        return Response(text, status_code=503, media_type=MediaType.HTML, headers=PAGE_HEADERS)

    @get(ASSETS + "{name:str}", **HIDDEN)
    async def asset(request: Anyone, name: str) -> Response[bytes]:
        """A file with a hash in its name."""
        return _find(bundle, ASSETS + name, request)

    @get(list(ROOT_FILES), **HIDDEN)
    async def root_file(request: Anyone) -> Response[bytes]:
        """The service worker, the manifest or an icon."""
        return _find(bundle, request.scope["path"].rstrip("/"), request)

    return [page, asset, root_file]


def _find(bundle: Bundle, address: str, request: Anyone) -> Response[bytes]:
    if address not in bundle:
        raise Refusal("not_found")
    return _answer(bundle[address], request)


def _answer(file: File, request: Anyone) -> Response[bytes]:
    coding, body = file.pick(request.headers.get("accept-encoding", ""))
    headers = file.headers | {"ETag": file.tag(coding)} | ({"Content-Encoding": coding} if coding else {})
    if file.tag(coding) in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers={key: headers[key] for key in headers if key != "Content-Type"})
    return Response(body, headers=headers, media_type=headers["Content-Type"])
