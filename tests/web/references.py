"""Following the references of an API description."""

from collections.abc import Iterator
from typing import Any


def references(part: Any) -> Iterator[str]:
    """Every `$ref` in a JSON value."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def follow(document: Any, reference: str) -> Any:
    """What a local reference points at; `KeyError` when there is nothing."""
    root, *keys = reference.split("/")
    if root != "#":
        raise KeyError(reference)
    place = document
    for key in keys:
        place = place[key.replace("~1", "/").replace("~0", "~")]
    return place
