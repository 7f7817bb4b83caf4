"""What Litestar's description lacks is added."""

import copy
from typing import Annotated, Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from litestar import Litestar, get, post
from litestar.openapi import OpenAPIConfig

from ryadom import __version__
from ryadom.protocol import errors
from ryadom.protocol.schemas import Chat, User
from ryadom.web.openapi import complete
from web.references import follow, references


class Age(msgspec.Struct):
    """A body that the protocol does not know."""

    years: Annotated[int, msgspec.Meta(ge=0, le=150)]


@get("/chats", tags=["chats"], summary="Own chats")
async def chats() -> list[Chat]:
    """Answer with nothing."""
    return []


@post("/register", tags=["accounts"], summary="Make an account", security=[])
async def register(data: Age) -> User:
    """Answer with someone."""
    return User(id=data.years, username="x", display_name="X")


@pytest.fixture
def raw() -> dict[str, Any]:
    """What Litestar says of two routes, the second of which is marked as public."""
    app = Litestar([chats, register], openapi_config=OpenAPIConfig(title="?", version="0"))
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    schema["paths"]["/register"]["post"].pop("security", None)
    schema["paths"]["/register"]["post"]["x-public"] = True
    return schema


def test_the_given_document_is_left_alone(raw: dict[str, Any]) -> None:
    before = copy.deepcopy(raw)
    complete(raw)
    assert raw == before


def test_completing_twice_changes_nothing(raw: dict[str, Any]) -> None:
    once = complete(raw)
    assert complete(once) == once


def test_it_says_what_and_which_version_it_is(raw: dict[str, Any]) -> None:
    done = complete(raw)
    assert done["info"]["title"] == "Ryadom"
    assert done["info"]["version"] == __version__
    assert done["info"]["license"]["identifier"]
    assert [server["url"] for server in done["servers"]] == ["/"]


def test_signing_in_is_asked_for_everywhere_but_where_it_is_public(raw: dict[str, Any]) -> None:
    done = complete(raw)
    assert done["security"] == [{"bearerAuth": []}, {"cookieAuth": []}]
    assert done["components"]["securitySchemes"].keys() == {"bearerAuth", "cookieAuth"}
    assert done["components"]["securitySchemes"]["cookieAuth"]["name"] == "ryadom_session"
    assert "security" not in done["paths"]["/chats"]["get"]
    assert done["paths"]["/register"]["post"]["security"] == []
    assert "x-public" not in done["paths"]["/register"]["post"]


def test_every_error_is_a_problem_that_lists_all_words(raw: dict[str, Any]) -> None:
    done = complete(raw)
    responses = done["paths"]["/register"]["post"]["responses"]
    for status in ("400", "default"):
        assert responses[status]["content"].keys() == {"application/problem+json"}
    assert "401" not in responses
    assert "401" in done["paths"]["/chats"]["get"]["responses"]
    code = done["components"]["schemas"]["Problem"]["properties"]["code"]
    assert set(code["enum"]) == set(errors.WORDS)
    assert code["description"]


def test_an_answer_that_is_no_error_keeps_its_body(raw: dict[str, Any]) -> None:
    created = complete(raw)["paths"]["/register"]["post"]["responses"]["201"]
    assert created == raw["paths"]["/register"]["post"]["responses"]["201"]


def test_fields_are_described_and_shown_by_an_example(raw: dict[str, Any]) -> None:
    done = complete(raw)
    chat = done["components"]["schemas"]["Chat"]
    assert chat["description"] == "A chat as one of its members sees it."
    assert chat["properties"]["peers_read_up_to_seq"]["description"]
    assert chat["examples"]
    root = {"$ref": "#/components/schemas/Chat", "components": done["components"]}
    Draft202012Validator(root).validate(chat["examples"][0])


def test_bounds_of_integers_are_integers(raw: dict[str, Any]) -> None:
    done = complete(raw)
    years = done["components"]["schemas"]["Age"]["properties"]["years"]
    assert years["maximum"] == 150
    assert type(years["maximum"]) is int
    assert type(done["components"]["schemas"]["User"]["properties"]["id"]["maximum"]) is int


def test_every_reference_leads_somewhere(raw: dict[str, Any]) -> None:
    done = complete(raw)
    found = set(references(done))
    assert "#/components/schemas/Problem" in found
    for reference in found:
        assert follow(done, reference), reference
