"""The API descriptions are complete, lead nowhere wrong, and their committed copies are current."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ryadom.protocol import events
from ryadom.protocol.commands import COMMANDS
from ryadom.protocol.errors import CLOSE_CODES, WORDS
from ryadom.rest import problems
from ryadom.web.bundle import ROOT_FILES
from ryadom.web.documents import documents, write
from web.references import follow, references
from world import World

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "ryadom"
UNDESCRIBED = {
    "/metrics", "/openapi.json", "/asyncapi.json", "/", "/docs", "/docs/rest", "/docs/socket", "/static/{name}",
    "/assets/{name}", *ROOT_FILES,
}  # fmt: skip
"""Pages and documents: no part of the API."""


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """Both documents, as a client reads them."""
    read: dict[str, Any] = json.loads(json.dumps(documents()))
    return read


def words_used() -> Iterator[tuple[str, str]]:
    """(file, error word) of every refusal in the source."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = {"Refusal": 0, "Refused": 1}.get(node.func.id)
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                yield path.name, str(node.args[place].value)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
async def test_a_server_says_what_the_files_say(world: World, described: dict[str, Any], name: str) -> None:
    assert (await world.call("GET", f"/{name}")).json == described[name]
    committed = json.loads((ROOT / "docs" / name).read_text(encoding="utf-8"))
    assert committed == described[name], "run: python -m ryadom.web.documents"


def test_writing_them_makes_readable_files(tmp_path: Path, described: dict[str, Any]) -> None:
    written = write(tmp_path / "new")
    assert [path.name for path in written] == ["openapi.json", "asyncapi.json"]
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert json.loads(text) == described[path.name]
        assert text.endswith("}\n")
        assert text.count("\n") > 1000


async def test_every_route_is_described_and_nothing_else(world: World, described: dict[str, Any]) -> None:
    real = {
        (method.lower(), route.path_format or "/")
        for route in world.server.asgi.routes
        for method in getattr(route, "methods", set()) - {"OPTIONS", "HEAD"}
    }
    told = {(method, path) for path, methods in described["openapi.json"]["paths"].items() for method in methods}
    assert told == {(method, path) for method, path in real if path not in UNDESCRIBED}


async def test_who_needs_no_sign_in_is_marked(world: World, described: dict[str, Any]) -> None:
    for path, methods in described["openapi.json"]["paths"].items():
        for method, operation in methods.items():
            concrete = "/".join("1" if part.startswith("{") else part for part in path.split("/"))
            answer = await world.call(method.upper(), concrete)
            public = operation.get("security") == []
            assert public is (answer.status != 401), (method, path)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for document in described.values():
        for reference in set(references(document)):
            assert follow(document, reference)


def test_every_schema_is_a_schema(described: dict[str, Any]) -> None:
    for document in described.values():
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)


def test_every_error_word_of_the_source_is_described(described: dict[str, Any]) -> None:
    used = {word for _, word in words_used()}
    assert len(used) > 15
    assert used <= set(WORDS)
    listed = {
        name: {
            "openapi.json": lambda one: one["components"]["schemas"]["Problem"],
            "asyncapi.json": lambda one: one["components"]["schemas"]["Error"],
        }[name](document)["properties"]["code"]
        for name, document in described.items()
    }
    for code in listed.values():
        assert set(code["enum"]) == set(code["x-error-words"]) == set(WORDS)
        assert all(word["description"] for word in code["x-error-words"].values())


def test_every_error_word_is_used() -> None:
    by_the_framework = {"bad_frame", "not_signed_in", "internal"}
    assert set(WORDS) - {word for _, word in words_used()} <= by_the_framework


def test_every_operation_lists_the_errors_that_any_may_give(described: dict[str, Any]) -> None:
    for methods in described["openapi.json"]["paths"].values():
        for operation in methods.values():
            public = operation.get("security") == []
            assert {str(status) for status in problems(public=public)} <= set(operation["responses"])
            for status, response in operation["responses"].items():
                if status == "default" or status >= "400":
                    assert list(response["content"]) == ["application/problem+json"]
            assert operation["description"] or operation["summary"]
            assert operation["tags"]


def test_every_event_and_command_is_described(described: dict[str, Any]) -> None:
    messages = described["asyncapi.json"]["components"]["messages"]
    said = {message["name"] for message in messages.values()}
    told = {events.name_of(event) for event in (*events.ANSWERS, *events.EVENTS)}
    assert said == told | {str(command.__struct_config__.tag) for command in COMMANDS}
    close_codes = described["asyncapi.json"]["channels"]["socket"]["x-close-codes"]
    assert {one["code"] for one in close_codes} == {one.code for one in CLOSE_CODES}
    assert {1001, 1009, 1012, 4401, 4408, 4429} <= {one["code"] for one in close_codes}
