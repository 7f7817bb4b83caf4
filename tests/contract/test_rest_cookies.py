"""Contract §1: the browser's cookie, and whose page may use it (`ryadom.auth.origin`, `ryadom.auth.bearer` at work)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from contract.shapes import fits, problem
from edge.memory_wire import MemorySocket
from world import PASSWORD, Answer, Socket, World

OWN = "http://ryadom.test"
FOREIGN = (
    "http://evil.example", "null", "http://ryadom.test.evil.example", "http://evilryadom.test", "http://ryadom.test:81",
    "http://evil.example/ryadom.test", "ftp://ryadom.test", "http://ryadom.test@evil.example", "", "ryadom.test",
)  # fmt: skip


async def signed_in(world: World) -> dict[str, str]:
    """A browser's cookie."""
    await world.person("alice", connect=False)
    answer = await world.call("POST", "/login", {"username": "alice", "password": PASSWORD})
    return {"Cookie": "theme=dark; " + answer.headers["set-cookie"].partition(";")[0]}


async def change(world: World, **headers: str) -> Answer:
    return await world.call("PATCH", "/users/me", {"locale": "ru"}, **headers)


async def test_the_cookie_is_for_this_server_and_not_for_scripts(world: World) -> None:
    await world.person("alice", connect=False)
    answer = await world.call("POST", "/login", {"username": "alice", "password": PASSWORD}, Origin=OWN)
    pair, *flags = [part.strip().lower() for part in answer.headers["set-cookie"].split(";")]
    assert pair == f"ryadom_session={answer.json['access_token']}".lower()
    assert {"httponly", "samesite=lax", "path=/", "max-age=31536000"} <= set(flags)
    assert "secure" not in flags
    assert not [flag for flag in flags if flag.startswith("domain")]


async def test_a_page_that_asks_for_the_cookie_alone_never_sees_the_token(world: World) -> None:
    await world.person("alice", connect=False)
    page = {"username": "alice", "password": PASSWORD, "cookie_only": True}
    answer = await world.call("POST", "/login", page, Origin=OWN)
    token = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert fits("Login", answer.json)["access_token"] == ""
    assert token.startswith("ryd_")
    assert token.encode() not in answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert (await world.call("GET", "/users/me", Cookie=f"ryadom_session={token}")).json["username"] == "alice"


async def test_reading_by_cookie_asks_for_no_origin(world: World) -> None:
    cookie = await signed_in(world)
    assert (await world.call("GET", "/users/me", **cookie)).status == 200


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_changes_nothing_by_cookie(world: World, origin: str) -> None:
    cookie = await signed_in(world)
    problem(await change(world, Origin=origin, **cookie), 403, "wrong_origin")
    problem(await change(world, Origin=origin, Sec_Fetch_Site="same-origin", **cookie), 403, "wrong_origin")
    assert (await world.call("GET", "/users/me", **cookie)).json["locale"] is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OWN}, 200),
        ({"Origin": "HTTP://RYADOM.TEST"}, 403),
        ({"Origin": "http://RYADOM.test"}, 200),
        ({"Origin": "https://ryadom.test"}, 200),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({}, 403),
        ({"Referer": "http://ryadom.test/"}, 403),
    ],
)
async def test_a_change_by_cookie_comes_from_our_own_page(world: World, headers: Any, status: int) -> None:
    cookie = await signed_in(world)
    assert (await change(world, **headers, **cookie)).status == status


async def test_every_route_that_changes_something_asks_for_the_origin(world: World) -> None:
    cookie = await signed_in(world)
    asked = 0
    for route in world.server.asgi.routes:
        path = "/".join("1" if part.startswith("{") else part for part in route.path_format.split("/"))
        for method in getattr(route, "methods", set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            if path not in ("/login", "/register"):
                problem(await world.call(method, path, Origin="null", **cookie), 403, "wrong_origin")
                asked += 1
    assert asked >= 18


async def test_signing_in_and_up_are_exempt(world: World) -> None:
    cookie = await signed_in(world)
    body = {"username": "alice", "password": PASSWORD}
    assert (await world.call("POST", "/login", body, Origin="http://evil.example", **cookie)).status == 200
    body["username"] = "carol"
    assert (await world.call("POST", "/register", body, Origin="http://evil.example", **cookie)).status == 201


async def test_a_bearer_header_wins_over_the_cookie(world: World) -> None:
    cookie = await signed_in(world)
    bob = await world.person("bob", connect=False)
    bearer = {"Authorization": f"Bearer {bob.web.token}"}
    assert (await world.call("GET", "/users/me", **bearer, **cookie)).json["username"] == "bob"
    assert (await change(world, Origin="http://evil.example", **bearer, **cookie)).json["username"] == "bob"
    wrong = {"Authorization": "Bearer ryd_wrong"}
    problem(await world.call("GET", "/users/me", **wrong, **cookie), 401, "not_signed_in")


async def test_logging_out_takes_the_cookie_away(world: World) -> None:
    cookie = await signed_in(world)
    left = await world.call("POST", "/logout", Origin=OWN, **cookie)
    pair, *flags = [part.strip().lower() for part in left.headers["set-cookie"].split(";")]
    assert pair in ("ryadom_session=", 'ryadom_session=""')
    assert "max-age=0" in flags
    problem(await world.call("GET", "/users/me", **cookie), 401, "not_signed_in")


@pytest.fixture
async def proxied(data: Path) -> AsyncIterator[World]:
    """A server that trusts its proxy."""
    world = World(data, trusted_proxies=("203.0.113.0/24", "198.51.100.0/24"))
    await world.start()
    yield world
    await world.close()


HTTPS = {"X_Forwarded_Proto": "https"}


async def test_behind_https_the_cookie_is_one_that_no_neighbour_can_plant(proxied: World) -> None:
    """A page of a neighbour, say blog.example.org, may set cookies for all of example.org: its own sign-in, as ours."""
    await proxied.person("alice", connect=False)
    body = {"username": "alice", "password": PASSWORD}
    answer = await proxied.call("POST", "/login", body, Origin=OWN, **HTTPS)
    pair, *flags = [part.strip() for part in answer.headers["set-cookie"].split(";")]
    name, _, token = pair.partition("=")
    assert (name, token) == ("__Host-ryadom_session", answer.json["access_token"])
    told = {flag.lower() for flag in flags}
    assert {"httponly", "samesite=lax", "path=/", "secure"} <= told
    assert not [flag for flag in told if flag.startswith("domain")]

    cookie = {"Cookie": f"ryadom_session=planted; {pair}"}
    assert (await proxied.call("GET", "/users/me", **cookie, **HTTPS)).json["username"] == "alice"
    assert (await proxied.call("GET", "/server", **cookie, **HTTPS)).json["user"]["username"] == "alice"
    left = await proxied.call("POST", "/logout", Origin=OWN, **cookie, **HTTPS)
    assert left.headers["set-cookie"].startswith("__Host-ryadom_session=")
    assert "max-age=0" in left.headers["set-cookie"].lower()
    assert "secure" in left.headers["set-cookie"].lower()


async def test_behind_https_a_planted_cookie_signs_nobody_in(proxied: World) -> None:
    mallory = await proxied.person("mallory", connect=False)
    planted = {"Cookie": f"ryadom_session={mallory.web.token}"}
    assert (await proxied.call("GET", "/users/me", **planted)).status == 200
    problem(await proxied.call("GET", "/users/me", **planted, **HTTPS), 401, "not_signed_in")
    assert (await proxied.call("GET", "/server", **planted, **HTTPS)).json["user"] is None


async def test_behind_https_a_planted_cookie_opens_no_socket(proxied: World) -> None:
    people = await proxied.person("alice", connect=False), await proxied.person("mallory", connect=False)
    plain, ours = f"ryadom_session={people[1].web.token}", f"__Host-ryadom_session={people[0].web.token}"
    hellos = []
    # A proxy that does not tell of HTTPS for sockets keeps nobody out.
    for cookie, told in ((plain, HTTPS), (f"{plain}; {ours}", HTTPS), (f"{plain}; {ours}", {})):
        headers = {"Cookie": cookie, "Origin": OWN} | {name.replace("_", "-"): value for name, value in told.items()}
        socket = Socket(proxied, MemorySocket(proxied.server.edge, "/ws", headers))
        await proxied.settle()
        hellos.append([one["user_id"] for one in socket.all() if one["type"] == "hello"])
    assert hellos == [[], [people[0].id], [people[0].id]]


async def test_the_configured_public_url_is_our_own_page_too(data: Path) -> None:
    world = World(data, public_url="https://chat.example.org")
    await world.start()
    cookie = await signed_in(world)
    assert (await change(world, Origin="https://chat.example.org", **cookie)).status == 200
    assert (await change(world, Origin=OWN, **cookie)).status == 200
    problem(await change(world, Origin="https://example.org", **cookie), 403, "wrong_origin")
    await world.close()
