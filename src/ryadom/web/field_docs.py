"""What the source says about each field of the wire's Structs, for the API descriptions.

A string literal after a field is its documentation; Python forgets it, so it is read from the source.
"""

import ast
import inspect
import sys
from functools import cache
from types import ModuleType
from typing import Any

import msgspec

from ryadom.protocol import commands, errors, events, schemas

PROTOCOL: tuple[ModuleType, ...] = (schemas, events, commands, errors)
"""The modules whose Structs the API descriptions speak of."""

Schema = dict[str, Any]


def describe(schema_components: dict[str, Schema]) -> None:
    """Add, in place, the description of each Struct and of each of its fields to the schema that has its name.

    `schema_components` is `components.schemas` of an OpenAPI or AsyncAPI document: name → JSON schema. A description
    that is there already stays; a schema that belongs to no Struct of the protocol is left alone.
    """
    structs = protocol_structs()
    for name, schema in schema_components.items():
        struct = structs.get(name)
        if struct is not None and "properties" in schema:
            _describe_one(schema, struct)


def field_docs(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Field name → its documentation, its bases' fields included; fields without documentation are absent."""
    docs: dict[str, str] = {}
    for cls in reversed(struct.__mro__):
        if cls.__module__ in sys.modules and issubclass(cls, msgspec.Struct) and cls is not msgspec.Struct:
            docs |= _docs_of(sys.modules[cls.__module__]).get(cls.__name__, {})
    return docs


def class_doc(struct: type[msgspec.Struct]) -> tuple[str, str]:
    """The docstring's first line, and the rest of it without the blank lines around (may be empty)."""
    first, _, rest = inspect.cleandoc(struct.__doc__ or "").partition("\n")
    return first.strip(), rest.strip()


@cache
def protocol_structs() -> dict[str, type[msgspec.Struct]]:
    """Class name → Struct, of everything that the protocol's modules define."""
    found = (value for module in PROTOCOL for value in vars(module).values())
    return {cls.__name__: cls for cls in found if isinstance(cls, type) and issubclass(cls, msgspec.Struct)}


def _describe_one(schema: Schema, struct: type[msgspec.Struct]) -> None:
    summary, rest = class_doc(struct)
    if summary:
        schema.setdefault("description", f"{summary}\n\n{rest}".strip())
    wire_names = {field.name: field.encode_name for field in msgspec.structs.fields(struct)}
    for name, doc in field_docs(struct).items():
        wire_name = wire_names.get(name)
        if wire_name in schema["properties"]:
            schema["properties"][wire_name] = _with_description(schema["properties"][wire_name], doc)


def _with_description(schema: Schema, doc: str) -> Schema:
    if "$ref" in schema:  # in JSON Schema draft 7, on which AsyncAPI builds, what stands beside $ref is ignored
        return {"allOf": [schema], "description": doc}
    return {"description": doc} | schema


@cache
def _docs_of(module: ModuleType) -> dict[str, dict[str, str]]:
    """Class name → field name → documentation, of the classes at the module's top level."""
    tree = ast.parse(inspect.getsource(module))
    return {node.name: _docs_in(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _docs_in(node: ast.ClassDef) -> dict[str, str]:
    docs: dict[str, str] = {}
    for field, literal in zip(node.body, node.body[1:], strict=False):
        text = _text_of(literal)
        if text and isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            docs[field.target.id] = inspect.cleandoc(text)
    return docs


def _text_of(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return ""
