"""Contract §1: paths, times, errors, headers; the same for every route
(`ryadom.rest`, `ryadom.auth.middleware` at work)."""

from typing import Any

import pytest

from contract.raw import raw
from contract.shapes import problem, time
from world import Answer, World

READS = (
    "/users/me", "/users?query=al", "/users/known?ids=1", "/sessions", "/contacts", "/chats", "/chats/{chat}",
    "/chats/{chat}/members", "/chats/{chat}/messages", "/chats/{chat}/changes?after_rev=0",
    "/status/me", "/status/contacts", "/api/user_status/{user}", "/api/online_users", "/sync",
)  # fmt: skip
LISTS = ("/users?query=al", "/users/known?ids=1", "/sessions", "/contacts", "/chats", "/chats/{chat}/members",
         "/chats/{chat}/messages",
         "/status/contacts", "/api/online_users")  # fmt: skip


async def places(world: World) -> dict[str, int]:
    """A chat with a message in it, and its other person."""
    alice, bob = await world.friends("alice", "bob", connect=False)
    chat = await world.direct(alice, bob)
    await bob.web.write(chat, "Hello")
    return {"chat": chat["id"], "user": bob.id}


def times_in(part: Any) -> list[Any]:
    """Every value that a field named like a time has."""
    if isinstance(part, list):
        return [found for one in part for found in times_in(one)]
    if not isinstance(part, dict):
        return []
    own = [value for key, value in part.items() if key.endswith(("_at", "_seen", "_activity", "_time", "_until"))]
    return [one for one in own if one is not None] + [found for one in part.values() for found in times_in(one)]


async def test_every_path_works_with_and_without_its_trailing_slash(world: World) -> None:
    assert await places(world)
    token = world.people["alice"].web.token
    for route in world.server.asgi.routes:
        path = "/".join("1" if part.startswith("{") else part for part in route.path_format.split("/"))
        for method in sorted(getattr(route, "methods", set()) - {"OPTIONS", "HEAD"}):
            if path in ("", "/") or path == "/logout":
                continue
            once = await raw(world, method, path, Authorization=f"Bearer {token}")
            again = await raw(world, method, path + "/", Authorization=f"Bearer {token}")
            assert not 300 <= again.status < 400, path
            assert (once.status, once.headers.get("content-type")) == (again.status, again.headers.get("content-type"))
    assert (await raw(world, "POST", "/logout/", Authorization=f"Bearer {token}")).status == 204


@pytest.mark.parametrize("template", READS)
async def test_a_slash_more_gives_the_same_answer_and_nobody_may_keep_it(world: World, template: str) -> None:
    path, _, query = template.format(**await places(world)).partition("?")
    alice = world.people["alice"].web
    once = await alice.call("GET", f"{path}?{query}")
    again = await alice.call("GET", f"{path}/?{query}")
    assert (once.status, once.body) == (again.status, again.body)
    for answer in (once, again):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/json"
    assert all(time(one) for one in times_in(once.json))
    assert isinstance(once.json, list) is (template in LISTS)


async def test_every_error_is_a_problem_with_a_stable_word(world: World) -> None:
    ids = await places(world)
    alice = world.people["alice"].web
    chat = f"/chats/{ids['chat']}"
    expected: list[tuple[Answer, int, str]] = [
        (await world.call("GET", "/users/me"), 401, "not_signed_in"),
        (await alice.call("GET", "/nowhere"), 404, "not_found"),
        (await alice.call("GET", "/chats/99999"), 404, "not_found"),
        (await alice.call("GET", "/chats/0"), 404, "not_found"),
        (await alice.call("GET", f"/chats/{2**53}"), 404, "not_found"),
        (await alice.call("GET", f"/chats/{10**30}"), 404, "not_found"),
        (await alice.call("GET", "/chats/x"), 404, "not_found"),
        (await alice.call("GET", "/chats/-1"), 404, "not_found"),
        (await alice.call("PUT", "/chats"), 405, "method_not_allowed"),
        (await alice.call("POST", f"{chat}/members", {"user_id": 1}), 403, "forbidden"),
        (await alice.call("POST", "/register", {"username": "bob", "password": "12345678"}), 409, "username_taken"),
        (await alice.call("POST", f"{chat}/messages", {}), 400, "bad_request"),
        (await alice.call("POST", f"{chat}/messages", {"text": 5}), 400, "bad_request"),
        (await alice.call("POST", f"{chat}/messages", [1]), 400, "bad_request"),
        (await alice.call("GET", f"{chat}/messages?limit=many"), 400, "bad_request"),
        (await alice.call("POST", "/chats", {"kind": "direct"}), 422, "invalid"),
    ]
    for answer, status, code in expected:
        problem(answer, status, code)


async def test_a_wrong_method_is_told_which_are_right(world: World) -> None:
    answer = await world.call("DELETE", "/login")
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("body", [b"{", b"", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"text": "\\ud800"}', b"NaN"])
async def test_a_body_that_cannot_be_read_is_a_bad_request(world: World, body: bytes) -> None:
    ids = await places(world)
    headers = {"Authorization": f"Bearer {world.people['alice'].web.token}", "Content_Type": "application/json"}
    problem(await raw(world, "POST", f"/chats/{ids['chat']}/messages", body, **headers), 400, "bad_request")


async def test_a_body_nested_without_end_is_a_bad_request(world: World) -> None:
    body = b'{"username": "carol", "password": "correct horse", "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    answer = await raw(world, "POST", "/register", body, Content_Type="application/json")
    assert answer.status in (201, 400)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_only_json_is_taken(world: World, kind: str) -> None:
    body = b'{"username": "carol", "password": "correct horse"}'
    headers = {"Content_Type": kind} if kind else {}
    problem(await raw(world, "POST", "/register", body, **headers), 415, "unsupported_media_type")
    good = {"Content_Type": "Application/JSON; charset=utf-8"}
    assert (await raw(world, "POST", "/register", body, **good)).status == 201


async def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    body = b'{"username": "carol", "password": "' + b"x" * 140_000 + b'"}'
    problem(await raw(world, "POST", "/register", body, Content_Type="application/json"), 413, "too_large")


async def test_what_a_client_adds_is_ignored(world: World) -> None:
    body = {"username": "carol", "password": "correct horse", "colour": "green"}
    assert (await world.call("POST", "/register", body)).status == 201


@pytest.mark.parametrize("path", ["/users/me", "/nowhere", "/", "/docs", "/openapi.json", "/healthz", "/static/none"])
async def test_every_answer_tells_browsers_what_it_is_not(world: World, path: str) -> None:
    alice = (await world.person("alice", connect=False)).web
    said = (await alice.call("GET", path)).headers
    assert said["x-content-type-options"] == "nosniff"
    assert said["cross-origin-resource-policy"] == "same-origin"
    assert said["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in said["content-security-policy"]
    assert "frame-ancestors 'none'" in said["content-security-policy"]
    assert "access-control-allow-origin" not in said


async def test_a_mistake_of_ours_is_told_to_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await world.person("alice", connect=False)

    async def fail(*args: Any) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(world.server.db, "read", fail)
    answer = await alice.web.call("GET", "/chats")
    assert "secret" not in problem(answer, 500, "internal")["detail"]
