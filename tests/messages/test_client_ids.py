"""A message that is sent again is there once, however long ago it was sent, and whatever came between."""

from random import Random
from typing import Any

import pytest

from ryadom.messages import client_ids
from world import World

Json = Any
DUE = 7
"""Messages that may lie outside the table here, so that many enter it in a test."""


@pytest.fixture(autouse=True)
def due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_ids, "LATEST_AT_MOST", DUE)


async def entered(world: World) -> int:
    """How many have entered the table."""
    [(number,)] = await world.rows("SELECT count(*) FROM client_ids")
    return int(number)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_comes_between_nothing_is_there_twice(world: World, seed: int) -> None:
    random = Random(seed)
    alice, bob = await world.friends("alice", "bob", connect=False)
    chat = await world.direct(alice, bob)
    sent: dict[tuple[str, str], Json] = {}

    async def new(name: str, client_id: str) -> None:
        sent[name, client_id] = await world.people[name].web.write(chat, f"{name} {client_id}", client_id=client_id)

    async def again() -> None:
        (name, client_id), message = random.choice(list(sent.items()))
        body = {"text": f"{name} {client_id}", "client_id": client_id}
        answer = await world.people[name].web.call("POST", f"/chats/{chat['id']}/messages", body)
        assert (answer.status, answer.json) == (200, message)

    await new("alice", "0")
    for place in range(60):
        match random.randrange(8):
            case 0:
                await world.restart()
            case 1:
                await bob.web.write(chat, "without a name")
            case 2:
                body = {"text": "nowhere", "client_id": f"n{place}"}
                assert (await alice.web.call("POST", "/chats/999999/messages", body)).status == 404
            case 3:
                # What is written by itself, and what fails: both make the sets forget what they have read.
                await bob.web.post("/contacts", {"user_id": alice.id})
                assert (await bob.web.call("DELETE", "/messages/999999")).status == 404
            case 4 | 5:
                await new(random.choice(["alice", "bob"]), str(place))
            case _:
                await again()
    found = await world.rows("SELECT sender_id, client_id, id FROM messages WHERE client_id IS NOT NULL")
    wanted = {(world.people[name].id, client_id): message["id"] for (name, client_id), message in sent.items()}
    assert {(sender, client_id): id_ for sender, client_id, id_ in found} == wanted
    assert len(found) == len(wanted)


async def test_the_newest_enter_the_table_together(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    chat = await world.direct(alice, bob)
    grown = []
    for place in range(3 * DUE):
        await alice.web.write(chat, "x", client_id=str(place))
        grown.append(await entered(world))
    alone = not world.settings.postgres_url
    steps = [DUE * ((place + 1) // DUE) for place in range(3 * DUE)]
    assert grown == (steps if alone else list(range(1, 3 * DUE + 1)))


async def test_a_retry_of_what_has_entered_is_found_together_with_what_has_not(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    chat = await world.direct(alice, bob)
    sent = [await alice.web.write(chat, "x", client_id=str(place)) for place in range(DUE + 2)]
    assert [await alice.web.write(chat, "x", client_id=str(place)) for place in range(DUE + 2)] == sent
    other = await bob.web.write(chat, "x", client_id="0")
    assert other["seq"] == DUE + 3
