"""What the OpenAPI description needs besides what Litestar knows of the routes."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from ryadom import __version__
from ryadom.auth.bearer import COOKIE
from ryadom.protocol.errors import Problem

from . import descriptions
from .examples import example
from .field_docs import protocol_structs
from .shapes import schemas_of

Part = dict[str, Any]

PUBLIC = "x-public"
"""The mark of an operation that needs no sign-in; `complete` replaces it by an empty `security`."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def describe_routes(handlers: Sequence[ControllerRouterHandler]) -> Part:
    """The whole description of these routes as a JSON-ready dict, OpenAPI 3.1. Nothing of theirs is called."""
    config = OpenAPIConfig("Ryadom", __version__, use_handler_docstrings=True)
    app = Litestar(handlers, openapi_config=config, logging_config=None)
    document = app.openapi_schema.to_schema()
    for route in app.routes:
        methods = document["paths"].get(route.path_format or "/", {})
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                if method.lower() in methods and handler.opt.get("public"):
                    methods[method.lower()][PUBLIC] = True
            if isinstance(handler, HTTPRouteHandler) and handler.parsed_data_field is not None:
                _bound_items(document["components"]["schemas"], handler.parsed_data_field.annotation)
    return complete(document)


def _bound_items(schemas: dict[str, Part], body: type[msgspec.Struct]) -> None:
    """The lists of a request body with what holds for their items, and patterns that are declared beside the type:
    Litestar leaves those out, msgspec knows.
    """
    _, known = msgspec.json.schema_components([body], ref_template="#/components/schemas/{name}")
    for name, exact in known[body.__name__]["properties"].items():
        if any("items" in one or "pattern" in one for one in exact.get("anyOf", [exact])):
            schemas[body.__name__]["properties"][name] = exact


def complete(document: Part) -> Part:
    """A completed copy of the OpenAPI 3.1 dict that Litestar makes; completing it again changes nothing.

    Adds info, servers, security, Problem with every error word, the errors that any operation may answer, and what the
    socket's description says of the same Structs. An operation with a true `x-public` needs no sign-in.
    """
    done = copy.deepcopy(document)
    done["info"] = done.get("info", {}) | _info()
    done["servers"] = [{"url": "/", "description": "The server that this description came from."}]
    components = done.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas |= _exact(schemas)
    components["securitySchemes"] = _security_schemes()
    done["security"] = [{"bearerAuth": []}, {"cookieAuth": []}]
    for operation in _operations(done):
        _complete_operation(operation)
    _add_examples(schemas)
    _use_whole_numbers(done)
    return done


def _exact(schemas: Part) -> Part:
    """What msgspec says of the protocol's Structs among these, and of `Problem`: Litestar says less, and otherwise."""
    structs = protocol_structs()
    return schemas_of([Problem, *(structs[name] for name in schemas if name in structs)])


def _info() -> Part:
    return {
        "title": "Ryadom",
        "version": __version__,
        "license": {"name": descriptions.LICENCE, "identifier": descriptions.LICENCE},
        "description": descriptions.REST,
    }


def _security_schemes() -> dict[str, Part]:
    return {
        "bearerAuth": {"type": "http", "scheme": "bearer", "description": descriptions.BEARER},
        "cookieAuth": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": descriptions.BY_COOKIE,
        },
    }


def _operations(document: Part) -> Iterator[Part]:
    for path in document.get("paths", {}).values():
        yield from (path[method] for method in _METHODS if method in path)


def _complete_operation(operation: Part) -> None:
    if "description" in operation:
        # Litestar would have the name of the function; the first line of its docstring says more.
        operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
    if operation.pop(PUBLIC, False):
        operation["security"] = []
    responses = operation.setdefault("responses", {})
    if operation.get("security") != []:
        responses.setdefault("401", {"description": "Not signed in."})
    responses.setdefault("default", {"description": "Any other refusal; `code` says which."})
    responses.get("204", {}).pop("content", None)
    for status, response in responses.items():
        if status == "default" or status >= "400":
            _answer_with_problem(response)


def _answer_with_problem(response: Part) -> None:
    """Every error body is a Problem, also where the framework describes its own."""
    if "$ref" not in response:
        response["content"] = copy.deepcopy(_PROBLEM)


def _add_examples(schemas: dict[str, Part]) -> None:
    for name, struct in protocol_structs().items():
        if name in schemas:
            schemas[name].setdefault("examples", [example(struct)])


def _use_whole_numbers(part: Any) -> None:
    """Bounds of integers as integers, in place: msgspec's bounds arrive here as floats."""
    for item in part if isinstance(part, list) else ():
        _use_whole_numbers(item)
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("minimum", "maximum") and isinstance(value, float) and value.is_integer():
                part[key] = int(value)
            else:
                _use_whole_numbers(value)
