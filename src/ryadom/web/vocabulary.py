"""Everything that client and server say to each other, as the schemas of one document: what types are made from."""

from collections.abc import Iterable
from typing import Any

from .documents import documents

Part = dict[str, Any]

EVENT = "ServerEvent"
"""The schema that is any event."""
COMMAND = "ClientCommand"
"""The schema that is any command."""


class Contradiction(Exception):
    """Both descriptions know a name and say different things of it."""


def vocabulary() -> Part:
    """An OpenAPI document without paths: the schemas of both descriptions, any event, and any command."""
    rest, socket = documents().values()
    schemas = merge(rest["components"]["schemas"], socket["components"]["schemas"])
    return {
        "openapi": "3.1.0",
        "info": rest["info"] | {"title": "Ryadom, all shapes"},
        "paths": {},
        "components": {"schemas": dict(sorted((schemas | _unions(socket)).items()))},
    }


def merge(rest: dict[str, Part], socket: dict[str, Part]) -> dict[str, Part]:
    """Name → schema out of both. Raises `Contradiction`, naming what is not the same in both."""
    different = [name for name in sorted(rest.keys() & socket.keys()) if _bare(rest[name]) != _bare(socket[name])]
    if different:
        raise Contradiction(f"openapi.json and asyncapi.json disagree about {', '.join(different)}")
    return {name: _bare(schema) for name, schema in (rest | socket).items()}


def _bare(schema: Part) -> Part:
    return {key: value for key, value in schema.items() if key != "examples"}


def _unions(socket: Part) -> dict[str, Part]:
    operations = socket["operations"].values()
    return {name: _any_of(operations, action) for name, action in ((EVENT, "send"), (COMMAND, "receive"))}


def _any_of(operations: Iterable[Part], action: str) -> Part:
    names = [
        message["$ref"].rpartition("/")[2]
        for operation in operations if operation["action"] == action for message in operation["messages"]
    ]  # fmt: skip
    return {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
