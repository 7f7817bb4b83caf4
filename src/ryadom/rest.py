"""What every REST route shares: how errors look, which may come, and who asks."""

import math
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)  # fmt: skip
from litestar.openapi.datastructures import ResponseSpec

from ryadom.metrics import GUARDS
from ryadom.protocol.errors import WORDS, Problem, Refusal
from ryadom.protocol.schemas import MAX_ID

log = structlog.get_logger("ryadom.rest")

PROBLEM = "application/problem+json"
MAX_BODY = 128 * 1024
"""Bytes of a request body; the largest useful one lists the members of a large group."""

PUBLIC = {"public": True}
"""The `opt` of a route that needs no sign-in."""
PARTING = {"parting": True}
"""The `opt` of a route by which a session ceases to count: asking for it is no coming."""

_ALWAYS = ("bad_request", "too_large", "unsupported_media_type", "too_many", "busy")
_SIGNED_IN = ("not_signed_in", "wrong_origin")


def problems(*codes: str, public: bool = False) -> dict[int, ResponseSpec]:
    """The error answers of a route, for its documentation: those given, and those that every route may give."""
    by_status: dict[int, list[str]] = {}
    for code in (*codes, *_ALWAYS, *(() if public else _SIGNED_IN)):
        by_status.setdefault(WORDS[code].status, []).append(code)
    return {
        status: ResponseSpec(
            Problem,
            description="; ".join(f"`{code}`: {WORDS[code].meaning}" for code in dict.fromkeys(words)),
            media_type=PROBLEM,
            generate_examples=False,
        )
        for status, words in sorted(by_status.items())
    }


def either(data: type[Any], description: str, others: dict[int, ResponseSpec]) -> dict[int, ResponseSpec]:
    """The answers of a route that gives 200 for what was there already, besides 201 for what is new."""
    return {200: ResponseSpec(data, description=description, generate_examples=False), **others}


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is decoded at once into what its route takes, strictly: the framework would take "5" for 5.

    Refuses `bad_request`.
    """

    async def body(self) -> bytes:
        """The body, whole."""
        try:
            return await super().body()
        except InternalServerException:
            # They went away in the middle of it: no mistake of ours, and nobody hears the answer.
            raise Refusal("bad_request", "The body is not whole.") from None

    async def json(self) -> Any:
        """The body as the type of the route's `data`."""
        wanted = self.route_handler.parsed_data_field
        try:
            return msgspec.json.decode(await self.body(), type=Any if wanted is None else wanted.annotation)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refusal("bad_request", _one_line(str(error))) from None
        except RecursionError:
            raise Refusal("bad_request", "The JSON is nested too deeply.") from None


def an_id(value: int) -> int:
    """An id out of a path. Refuses `not_found` for what can be no id."""
    if not 1 <= value <= MAX_ID:
        raise Refusal("not_found")
    return value


def problem_bytes(refusal: Refusal) -> bytes:
    """An error body."""
    return msgspec.json.encode(
        Problem(
            type="about:blank", title=HTTPStatus(refusal.status).phrase, status=refusal.status, code=refusal.code,
            detail=refusal.detail,
        )
    )  # fmt: skip


def answer(refusal: Refusal) -> Response[bytes]:
    """The HTTP answer of a refusal."""
    # Said here too: what no route answers passes nobody else.
    headers = {name.decode(): value.decode() for name, value in GUARDS}
    if refusal.status in (429, 503):
        headers["Retry-After"] = str(math.ceil(refusal.retry_after or 1.0))
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(problem_bytes(refusal), status_code=refusal.status, headers=headers, media_type=PROBLEM)


def on_refusal(request: Request[Any, Any, Any], error: Refusal) -> Response[bytes]:
    """A refusal of ours."""
    return answer(error)


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """An error of the framework: routing, decoding, validation."""
    match error:
        case NotFoundException():
            return answer(Refusal("not_found"))
        case MethodNotAllowedException():
            response = answer(Refusal("method_not_allowed"))
            response.headers.update(error.headers or {})
            return response
        case ValidationException():
            return answer(Refusal("bad_request", _what_does_not_fit(error.extra or ()) or error.detail))
        case ClientException() if error.status_code == 413:
            return answer(Refusal("too_large"))
        case ClientException() if error.status_code < 500:
            return answer(Refusal("bad_request", _one_line(error.detail)))
    return on_mistake(request, error)


def on_mistake(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A mistake of ours: logged, and told to nobody."""
    log.error("a request failed", method=request.method, path=request.scope.get("path_template", ""), exc_info=error)
    return answer(Refusal("internal"))


def _what_does_not_fit(extra: Iterable[Any]) -> str:
    parts = []
    for item in extra:
        if isinstance(item, dict):
            name = item.get("key") or ""
            parts.append(f"{name}: {item.get('message')}" if name else str(item.get("message")))
    return _one_line("; ".join(parts))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


async def answer_options(request: Request[Any, Any, Any]) -> Response[None] | None:
    """OPTIONS names every method of its path; the framework names those that were there when the path was new."""
    if request.method != "OPTIONS":
        return None
    path = request.scope["path_template"]
    methods = {method for route in request.app.routes if route.path == path for method in getattr(route, "methods", ())}
    return await uncached(Response(None, status_code=204, headers={"Allow": ", ".join(sorted(methods))}))


async def uncached(response: Response[Any]) -> Response[Any]:
    """Answers are not to be kept, unless a route says otherwise.

    A coroutine, as is the one above: the framework would run a plain function in another thread.
    """
    response.headers.setdefault("Cache-Control", "no-store")
    return response


EXCEPTION_HANDLERS: dict[Any, Any] = {Refusal: on_refusal, HTTPException: on_http_error, Exception: on_mistake}
JSON = MediaType.JSON
