"""JSON schemas of the wire's Structs, the same in both API descriptions."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec
from msgspec import inspect as shape

from . import descriptions
from .field_docs import describe, protocol_structs

Part = dict[str, Any]
Struct = type[msgspec.Struct]

_SAY_A_WORD = ("Error", "Problem")
"""The Structs whose `code` is an error word."""


def schemas_of(structs: Iterable[Struct]) -> dict[str, Part]:
    """Name → schema of these Structs of the protocol and of every Struct within them, with their descriptions.

    A field is required unless it may be absent on the wire.
    """
    _, schemas = msgspec.json.schema_components(tuple(structs), ref_template="#/components/schemas/{name}")
    for name, schema in schemas.items():
        _mark_times(schema["properties"], protocol_structs()[name])
    describe(schemas)
    for name in _SAY_A_WORD:
        if name in schemas:
            properties = schemas[name]["properties"]
            properties["code"] = descriptions.list_error_words(properties["code"])
    return schemas


def _mark_times(properties: dict[str, Part], cls: Struct) -> None:
    """Add the format of datetimes. msgspec leaves it out, as a datetime may be naive for it; ours are not."""
    for field in cast("shape.StructType", shape.type_info(cls)).fields:
        kinds = field.type.types if isinstance(field.type, shape.UnionType) else (field.type,)
        if any(isinstance(kind, shape.DateTimeType) for kind in kinds):
            _mark_time(properties[field.encode_name])


def _mark_time(schema: Part) -> None:
    for one in schema.get("anyOf", [schema]):
        if one["type"] == "string":
            one["format"] = "date-time"
