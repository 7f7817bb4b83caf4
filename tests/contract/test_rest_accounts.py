"""Contract §2: accounts (`ryadom.auth.routes`, `ryadom.auth.actions`, `ryadom.auth.store` at work)."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest

from contract.raw import raw
from contract.shapes import fits, problem
from world import PASSWORD, Person, World

DAY = 86_400


async def register(world: World, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return await world.call("POST", "/register", {"username": username, "password": password, **more})


async def login(world: World, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return await world.call("POST", "/login", {"username": username, "password": password, **more})


async def test_registration_makes_a_user(world: World) -> None:
    made = await register(world, "alice", display_name="Алиса")
    assert made.status == 201
    assert fits("User", made.json) == {"id": made.json["id"], "username": "alice", "display_name": "Алиса"}
    assert fits("User", (await register(world, "bob")).json)["display_name"] == "bob"


async def test_upper_case_is_folded_and_a_name_is_taken_once(world: World) -> None:
    assert (await register(world, "Alice")).json["username"] == "alice"
    problem(await register(world, "aLICE"), 409, "username_taken")
    assert (await login(world, "ALICE")).json["user"]["username"] == "alice"


@pytest.mark.parametrize("username", ["abc", "a" * 32, "a-z_0.9", "...", "ABC"])
async def test_names_that_are_allowed(world: World, username: str) -> None:
    assert (await register(world, username)).status == 201


@pytest.mark.parametrize(
    "username", ["", "ab", "a" * 33, "a b", "алиса", "a\u0131b", "abc\n", "a/b", "a@b", "abc\x00", "ﬁx"]
)
async def test_names_that_are_not(world: World, username: str) -> None:
    assert (await register(world, username)).status in (400, 422)


@pytest.mark.parametrize("password", ["12345678", "x" * 1024, "пять", "я" * 512, " " * 8, "🔑🔑"])
async def test_a_password_has_8_to_1024_bytes(world: World, password: str) -> None:
    assert (await register(world, "alice", password)).status == 201
    assert (await login(world, "alice", password)).status == 200


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025, "я" * 513, "три", "🔑"])
async def test_a_password_has_no_fewer_and_no_more_bytes(world: World, password: str) -> None:
    assert (await register(world, "alice", password)).status in (400, 422)


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "line\nbreak", "nul\x00"])
async def test_display_names_that_are_refused(world: World, name: str) -> None:
    assert (await register(world, "alice", display_name=name)).status in (400, 422)


async def test_registration_can_be_closed_but_for_the_first(data: Any) -> None:
    world = World(data, registration=False)
    await world.start()
    assert (await register(world, "alice")).status == 201
    problem(await register(world, "bob"), 403, "registration_closed")
    await world.close()


async def test_signing_in_opens_exactly_one_session(world: World) -> None:
    await register(world, "alice")
    answer = await login(world, "alice", device_name="My phone", device_type="phone")
    assert answer.status == 200
    signed_in = fits("Login", answer.json)
    assert signed_in["session"]["is_current"] is True
    assert (signed_in["session"]["device_name"], signed_in["session"]["device_type"]) == ("My phone", "phone")
    bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
    assert (await world.call("GET", "/sessions", **bearer)).json == [signed_in["session"]]


async def test_a_wrong_password_and_an_unknown_user_look_alike(world: World) -> None:
    await register(world, "alice")
    wrong, unknown = await login(world, "alice", "not the password"), await login(world, "nobody", "not the password")
    assert problem(wrong, 401, "wrong_credentials") == problem(unknown, 401, "wrong_credentials")
    assert wrong.headers == unknown.headers


async def test_an_unknown_user_costs_the_same_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await register(world, "alice")
    passwords = world.server._passwords
    compared: list[str | None] = []
    verify = passwords.verify

    async def count(stored: str | None, password: str) -> bool:
        compared.append(stored)
        return await verify(stored, password)

    monkeypatch.setattr(passwords, "verify", count)
    await login(world, "alice", "not the password")
    await login(world, "nobody", "not the password")
    assert len(compared) == 2
    assert compared[1] is None


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("curl/8.5.0", "other"),
        ("okhttp/4.12.0", "phone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "pc"),
        ("Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 Version/16.0 Safari/604.1", "tablet"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "web"),
    ],
)
async def test_the_user_agent_tells_the_device_unless_it_is_declared(world: World, agent: str, kind: str) -> None:
    await register(world, "alice")
    body = {"username": "alice", "password": PASSWORD}
    told = (await world.call("POST", "/login", body, User_Agent=agent)).json["session"]
    assert (told["device_type"], told["user_agent"]) == (kind, agent)
    assert told["device_name"]
    declared = (await world.call("POST", "/login", body | {"device_type": "tablet"}, User_Agent=agent)).json
    assert declared["session"]["device_type"] == "tablet"


async def test_a_session_ends_90_days_after_its_last_use(world: World) -> None:
    await register(world, "alice")
    signed_in = (await login(world, "alice")).json
    begun, ends = signed_in["session"]["created_at"], signed_in["expires_at"]
    assert (begun[:10], ends[:10]) == ("2027-01-15", "2027-04-15")
    assert begun[10:] == ends[10:]


async def test_the_address_is_the_peers_own_unless_a_trusted_proxy_says_so(world: World, data: Any) -> None:
    await register(world, "alice")
    body, told = {"username": "alice", "password": PASSWORD}, {"X_Forwarded_For": "198.51.100.1"}
    assert (await world.call("POST", "/login", body, **told)).json["session"]["ip_address"] == "203.0.113.5"
    behind = World(data / "behind", trusted_proxies=("203.0.113.0/24",))
    await behind.start()
    await register(behind, "alice")
    answer = await behind.call("POST", "/login", body, X_Forwarded_Proto="https", **told)
    assert answer.json["session"]["ip_address"] == "198.51.100.1"
    assert "secure" in answer.headers["set-cookie"].lower()
    await behind.close()


async def test_ones_own_profile(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    assert fits("User", await alice.get("/users/me"))["display_name"] == "Alice"
    change = {"display_name": " Лиса ", "appear_offline": True, "add_contacts": False, "locale": "ru"}
    changed = await alice.call("PATCH", "/users/me", change)
    assert changed.status == 200
    assert changed.json == await alice.get("/users/me")
    for name, value in (change | {"display_name": "Лиса"}).items():
        assert changed.json[name] == value
    assert (await alice.call("PATCH", "/users/me", {})).json == changed.json
    for bad in ({"display_name": ""}, {"display_name": "x" * 65}, {"appear_offline": 1}, {"locale": "xx"}):
        problem(await alice.call("PATCH", "/users/me", bad), 400, "bad_request")


async def test_people_are_found_by_either_name(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    await register(world, "al_bert", display_name="Альберт Эйнштейн")
    await register(world, "albxert", display_name="100%")

    async def found(query: str) -> list[str]:
        answer = await alice.call("GET", f"/users?query={quote(query)}")
        return [fits("User", one)["username"] for one in answer.ok()]

    assert await found("AL") == ["al_bert", "albxert", "alice"]
    assert await found("эйн") == ["al_bert"]
    assert await found("ЭЙНШТЕЙН") == ["al_bert"]
    assert await found("al_b") == ["al_bert"]
    assert await found("%") == ["albxert"]
    assert await found("bert") == []
    assert await found("al\x00") == []
    for path in ("/users", "/users?query=", "/users?query=" + "x" * 65):
        problem(await alice.call("GET", path), 400, "bad_request")


async def test_names_are_told_of_who_is_or_was_in_a_chat_of_ones_own(world: World) -> None:
    alice, bob, carol, dave = [await world.person(name, connect=False) for name in ("alice", "bob", "carol", "dave")]
    group = await world.group(alice, bob, carol)
    ids = "&".join(f"ids={one}" for one in (alice.id, bob.id, carol.id, dave.id, 2**52))

    async def known(person: Person, query: str = ids) -> list[str]:
        answer = (await person.web.call("GET", f"/users/known?{query}")).ok()
        return sorted(fits("User", one)["username"] for one in answer)

    assert await known(alice) == ["alice", "bob", "carol"]
    assert await known(dave) == ["dave"]
    (await carol.web.call("DELETE", f"/chats/{group['id']}/members/{carol.id}")).ok()
    assert await known(bob) == ["alice", "bob", "carol"]
    assert await known(carol) == ["carol"]
    for query in ("", "?ids=0", "?ids=x", f"?ids={2**53}", "?" + "&".join(["ids=1"] * 101)):
        problem(await alice.web.call("GET", f"/users/known{query}"), 400, "bad_request")


async def test_logout_ends_the_session(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    left = await alice.call("POST", "/logout")
    assert (left.status, left.body) == (204, b"")
    assert "max-age=0" in left.headers["set-cookie"].lower()
    problem(await alice.call("GET", "/users/me"), 401, "not_signed_in")
    problem(await alice.call("POST", "/logout"), 401, "not_signed_in")


async def test_a_new_password_needs_the_old_one(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    for body, status, code in (
        ({"current_password": "no", "new_password": "12345678"}, 403, "wrong_password"),
        ({"current_password": PASSWORD, "new_password": "1234567"}, 422, "invalid"),
    ):
        problem(await alice.call("POST", "/users/me/password", body), status, code)
    body = {"current_password": PASSWORD, "new_password": "a better one"}
    assert (await alice.call("POST", "/users/me/password", body)).status == 204
    assert (await alice.call("GET", "/users/me")).status == 200
    assert (await login(world, "alice")).status == 401
    assert (await login(world, "alice", "a better one")).status == 200


def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[Any]]) -> None:
    """The next time that a password has been compared, this happens before anything comes of it."""
    passwords = world.server.auth._passwords
    verify, waits = passwords.verify, [happens]

    async def slow(stored: str | None, password: str) -> bool:
        right = await verify(stored, password)
        if waits:
            await waits.pop()()
        return right

    monkeypatch.setattr(passwords, "verify", slow)


async def test_an_old_password_opens_nothing_after_the_new_one_is_set(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = (await world.person("alice", connect=False)).web
    change = {"current_password": PASSWORD, "new_password": "a better one"}
    meanwhile(world, monkeypatch, lambda: alice.post("/users/me/password", change))
    problem(await login(world, "alice"), 401, "wrong_credentials")
    assert len(await alice.get("/sessions")) == 1


async def test_of_two_new_passwords_at_once_one_is_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = (await world.person("alice", connect=False)).web
    first = {"current_password": PASSWORD, "new_password": "the first one"}
    meanwhile(world, monkeypatch, lambda: alice.post("/users/me/password", first))
    second = {"current_password": PASSWORD, "new_password": "the second one"}
    problem(await alice.call("POST", "/users/me/password", second), 403, "wrong_password")
    assert (await login(world, "alice", "the first one")).status == 200


async def test_a_session_that_has_ended_meanwhile_sets_no_password(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await world.person("alice", devices=("web", "phone"), connect=False)
    meanwhile(world, monkeypatch, lambda: alice.devices["phone"].post("/sessions/revoke_all"))
    change = {"current_password": PASSWORD, "new_password": "a thief's"}
    problem(await alice.web.call("POST", "/users/me/password", change), 401, "not_signed_in")
    assert (await login(world, "alice")).status == 200


async def test_a_password_that_is_hashed_anew_is_still_the_one_that_was_compared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.person("alice", connect=False)
    monkeypatch.setattr(world.server.auth._passwords, "needs_rehash", lambda stored: True)
    assert (await login(world, "alice")).status == 200
    assert (await login(world, "alice")).status == 200


async def test_two_sign_ins_that_hash_anew_at_once_both_come_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.person("alice", connect=False)
    old = (await world.rows("SELECT password_hash FROM \"user\" WHERE username = 'alice'"))[0][0]
    monkeypatch.setattr(world.server.auth._passwords, "needs_rehash", lambda stored: stored == old)
    meanwhile(world, monkeypatch, lambda: login(world, "alice"))
    assert (await login(world, "alice")).status == 200


async def test_a_token_counts_in_its_header_only(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    for name in ("token", "access_token", "ryadom_session", "Authorization", "auth"):
        problem(await raw(world, "GET", f"/users/me?{name}={alice.token}"), 401, "not_signed_in")
    for value in (alice.token, f"Basic {alice.token}", "Bearer", "Bearer ", f"Bearer {alice.token}x", "Bearer é"):
        problem(await raw(world, "GET", "/users/me", Authorization=value), 401, "not_signed_in")
    assert (await raw(world, "GET", "/users/me", Authorization=f"bearer  {alice.token} ")).status == 200
