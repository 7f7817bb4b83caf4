"""The limits of the issue: what is too much, for how long, and that nobody else pays for it
(`ryadom.limits` at work)."""

from typing import Any

import pytest

from contract.raw import raw
from contract.shapes import problem
from world import PASSWORD, Answer, World


async def sign_in(world: World, username: str, password: str, peer: str = "203.0.113.5") -> Answer:
    body = f'{{"username": "{username}", "password": "{password}"}}'.encode()
    return await raw(world, "POST", "/login", body, peer=peer, Content_Type="application/json")


def too_many(answer: Answer) -> int:
    """The seconds to wait."""
    problem(answer, 429, "too_many")
    return int(answer.headers["retry-after"])


async def test_five_sign_ins_in_five_minutes_for_one_account(strict: World) -> None:
    await strict.call("POST", "/register", {"username": "alice", "password": PASSWORD})
    for place in range(5):
        assert (await sign_in(strict, "alice", "wrong", f"198.51.100.{place}")).status == 401
    wait = too_many(await sign_in(strict, "alice", PASSWORD, "198.51.100.9"))
    assert 59 <= wait <= 60
    too_many(await sign_in(strict, "ALICE", PASSWORD))
    assert (await sign_in(strict, "bob", PASSWORD)).status == 401
    await strict.advance(wait)
    assert (await sign_in(strict, "alice", PASSWORD)).status == 200
    too_many(await sign_in(strict, "alice", PASSWORD))


async def test_an_unknown_account_is_limited_like_any_other(strict: World) -> None:
    await strict.call("POST", "/register", {"username": "alice", "password": PASSWORD})
    known = [(await sign_in(strict, "alice", "wrong")).status for _ in range(6)]
    unknown = [(await sign_in(strict, "nobody", "wrong")).status for _ in range(6)]
    assert known == unknown == [401] * 5 + [429]


async def test_twenty_sign_ins_from_one_address(strict: World) -> None:
    for place in range(20):
        assert (await sign_in(strict, f"user{place}", "wrong")).status == 401
    wait = too_many(await sign_in(strict, "another", "wrong"))
    assert (await sign_in(strict, "another", "wrong", "198.51.100.1")).status == 401
    await strict.advance(wait)
    assert (await sign_in(strict, "another", "wrong")).status == 401


async def test_one_subscriber_has_many_ipv6_addresses(strict: World) -> None:
    for place in range(20):
        assert (await sign_in(strict, f"user{place}", "wrong", f"2001:db8:1:2::{place + 1:x}")).status == 401
    too_many(await sign_in(strict, "another", "wrong", "2001:db8:1:2:ffff::1"))
    assert (await sign_in(strict, "another", "wrong", "2001:db8:1:3::1")).status == 401


async def test_whoever_asks_at_the_door_without_end_waits(strict: World) -> None:
    asked = [(await raw(strict, "GET", "/server")).status for _ in range(201)]
    assert asked == [200] * 200 + [429]
    too_many(await raw(strict, "GET", "/server"))
    assert (await raw(strict, "GET", "/server", peer="198.51.100.1")).status == 200
    assert (await raw(strict, "GET", "/healthz")).status == 200


async def test_ten_registrations_an_hour_from_one_address(strict: World) -> None:
    async def register(name: str, peer: str = "203.0.113.5") -> Answer:
        body = f'{{"username": "{name}", "password": "{PASSWORD}"}}'.encode()
        return await raw(strict, "POST", "/register", body, peer=peer, Content_Type="application/json")

    for place in range(10):
        assert (await register(f"user{place}")).status == 201
    wait = too_many(await register("another"))
    assert 350 <= wait <= 360
    assert (await register("another", "198.51.100.1")).status == 201
    await strict.advance(wait)
    assert (await register("one_more")).status == 201


async def test_a_new_password_is_limited_like_signing_in(strict: World) -> None:
    alice = (await strict.person("alice", connect=False)).web
    body = {"current_password": "wrong", "new_password": PASSWORD}
    statuses = [(await alice.call("POST", "/users/me/password", body)).status for _ in range(6)]
    assert statuses == [403] * 5 + [429]


@pytest.fixture
async def talk(strict: World) -> tuple[Any, Any]:
    """Someone with a group of their own."""
    alice = await strict.person("alice")
    return alice.web, await strict.group(alice)


async def test_sixty_messages_at_once_then_twenty_a_second(talk: Any) -> None:
    alice, chat = talk
    phone = await alice.person.device("phone")
    send = f"/chats/{chat['id']}/messages"
    for place in range(60):
        device = (alice, phone)[place % 2]
        assert (await device.call("POST", send, {"text": "x"})).status == 201
    assert too_many(await alice.call("POST", send, {"text": "x"})) == 1
    await phone.socket.send(type="send_message", chat_id=chat["id"], text="x", client_id="one")
    refused = phone.socket.last("error")
    assert (refused["code"], refused["client_id"]) == ("too_many", "one")
    assert 0 < refused["retry_after"] <= 1
    assert phone.socket.alive
    await alice.world.advance(1)
    statuses = [(await alice.call("POST", send, {"text": "x"})).status for _ in range(21)]
    assert statuses == [201] * 20 + [429]


async def test_two_hundred_requests_at_once_then_fifty_a_second(talk: Any) -> None:
    alice, _ = talk
    await alice.world.advance(10)
    statuses = [(await alice.call("GET", "/users/me")).status for _ in range(201)]
    assert statuses == [200] * 200 + [429]
    assert too_many(await alice.call("GET", "/users/me")) == 1
    phone = await alice.person.device("phone", connect=False)
    assert (await phone.call("GET", "/users/me")).status == 200
    await alice.world.advance(1)
    statuses = [(await alice.call("GET", "/users/me")).status for _ in range(51)]
    assert statuses == [200] * 50 + [429]


async def test_too_many_frames_close_the_socket(talk: Any) -> None:
    alice, _ = talk
    await alice.world.advance(10)
    for _ in range(200):
        alice.socket.wire.send_text('{"type": "ping"}')
    await alice.world.settle()
    assert alice.socket.alive
    await alice.socket.send(type="ping")
    assert alice.socket.close_code == 4429
    await alice.connect()
    assert alice.socket.alive


async def test_frames_that_mean_nothing_are_counted_too(talk: Any) -> None:
    alice, _ = talk
    await alice.world.advance(10)
    for _ in range(201):
        if alice.socket.alive:
            alice.socket.wire.send_text("nonsense")
    await alice.world.settle()
    assert alice.socket.close_code == 4429
