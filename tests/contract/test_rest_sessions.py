"""Contract §3: one's devices (`ryadom.auth.routes`, `ryadom.auth.sessions` at work)."""

from typing import Any

from contract.shapes import event_fits, fits, problem
from world import PASSWORD, World


async def test_the_current_session_comes_first_then_the_latest_active(world: World) -> None:
    alice = await world.person("alice", devices=("web", "phone", "pad"), connect=False)
    devices = alice.devices
    for name in ("phone", "web", "pad"):
        await world.advance(20)
        await devices[name].get("/users/me")
    for path in ("/sessions/", "/sessions"):
        listed = await devices["phone"].get(path)
        assert [fits("UserSession", one)["device_name"] for one in listed] == ["phone", "pad", "web"]
        assert [one["is_current"] for one in listed] == [True, False, False]


async def test_a_device_tells_how_many_sockets_it_has_open(world: World) -> None:
    alice = await world.person("alice", devices=("web", "phone"), connect=False)
    phone = alice.devices["phone"]
    await phone.connect()
    second = await phone.connect()
    assert [one["connections"] for one in await alice.web.get("/sessions")] == [0, 2]
    await second.close()
    await world.settle()
    assert [one["connections"] for one in await alice.web.get("/sessions")] == [0, 1]


async def test_the_last_activity_of_a_device_never_goes_back(world: World) -> None:
    alice = await world.person("alice", devices=("web", "phone"), connect=False)
    phone = alice.devices["phone"]
    await world.advance(30)
    await phone.get("/users/me")
    seen = []
    for _ in range(5):
        await world.advance(25)
        listed = await alice.web.get("/sessions")
        seen.append(next(one["last_activity"] for one in listed if one["id"] == phone.session_id))
    assert len(set(seen)) == 1
    assert seen[0] > phone_created(listed, phone.session_id)


def phone_created(listed: list[dict[str, Any]], session_id: int) -> str:
    return next(str(one["created_at"]) for one in listed if one["id"] == session_id)


async def test_ending_one_session(world: World) -> None:
    alice = await world.person("alice", devices=("web", "phone"), connect=False)
    phone = alice.devices["phone"]
    gone = await alice.web.call("DELETE", f"/sessions/{phone.session_id}/")
    assert (gone.status, gone.body) == (204, b"")
    problem(await phone.call("GET", "/users/me"), 401, "not_signed_in")
    problem(await alice.web.call("DELETE", f"/sessions/{phone.session_id}"), 404, "not_found")


async def test_someone_elses_session_and_an_unknown_one_look_alike(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    theirs = await alice.web.call("DELETE", f"/sessions/{bob.web.session_id}")
    unknown = await alice.web.call("DELETE", "/sessions/99999999")
    assert problem(theirs, 404, "not_found") == problem(unknown, 404, "not_found")
    assert (await bob.web.call("GET", "/users/me")).status == 200


async def test_ending_all_others(world: World) -> None:
    alice = await world.person("alice", devices=("web", "phone", "pad"), connect=False)
    answer = await alice.web.call("POST", "/sessions/revoke_all")
    assert (answer.status, answer.json) == (200, {"revoked": 2})
    assert [one["id"] for one in await alice.web.get("/sessions")] == [alice.web.session_id]
    assert (await alice.web.call("POST", "/sessions/revoke_all")).json == {"revoked": 0}


async def test_other_devices_hear_of_a_new_session_and_nobody_else_does(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    phone = await alice.device("phone")
    told = alice.web.socket.received("session_created")
    assert [event_fits(one)["session"]["id"] for one in told] == [phone.session_id]
    assert told[0]["session"]["is_current"] is False
    assert phone.socket.all()[0]["type"] == "hello"
    assert phone.socket.received("session_created") == bob.web.socket.received("session_created") == []


async def test_nobody_has_more_than_50_sessions(world: World) -> None:
    alice = await world.person("alice", connect=False)
    first = alice.web
    await world.advance(61)
    body = {"username": "alice", "password": PASSWORD}
    for _ in range(49):
        await world.call("POST", "/login", body)
    assert len(await first.get("/sessions")) == 50
    await world.advance(61)
    await first.get("/users/me")
    await world.call("POST", "/login", body)
    listed = await first.get("/sessions")
    assert len(listed) == 50
    assert listed[0]["id"] == first.session_id
