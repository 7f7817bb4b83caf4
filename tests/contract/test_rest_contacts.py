"""Contract §4: contacts and blocks
(`ryadom.contacts.routes`, `ryadom.contacts.actions`, `ryadom.contacts.store` at work)."""

from contract.shapes import event_fits, fits, problem
from world import World


async def test_an_entry_is_made_once_by_id_or_name(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    made = await alice.web.call("POST", "/contacts", {"user_id": bob.id})
    assert made.status == 201
    entry = fits("Contact", made.json)
    assert (entry["user"]["id"], entry["mutual"], entry["blocked"]) == (bob.id, False, False)
    again = await alice.web.call("POST", "/contacts", {"username": "BOB"})
    assert (again.status, again.json) == (200, entry)
    assert await alice.web.get("/contacts") == [entry]
    back = await bob.web.call("POST", "/contacts/", {"username": "alice"})
    assert (back.status, back.json["mutual"]) == (201, True)


async def test_an_entry_that_cannot_be(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    problem(await alice.call("POST", "/contacts", {"user_id": 99999}), 404, "not_found")
    problem(await alice.call("POST", "/contacts", {"username": "nobody"}), 404, "not_found")
    problem(await alice.call("POST", "/contacts", {"user_id": alice.person.id}), 422, "invalid")
    problem(await alice.call("POST", "/contacts", {}), 422, "invalid")
    problem(await alice.call("POST", "/contacts", {"user_id": 1, "username": "alice"}), 422, "invalid")
    problem(await alice.call("POST", "/contacts", {"user_id": 0}), 400, "bad_request")
    problem(await alice.call("DELETE", "/contacts/99999"), 404, "not_found")
    problem(await alice.call("PUT", "/contacts/99999/block"), 404, "not_found")
    problem(await alice.call("DELETE", "/contacts/99999/block"), 404, "not_found")


async def test_removing_an_entry(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    gone = await alice.web.call("DELETE", f"/contacts/{bob.id}")
    assert (gone.status, gone.body) == (204, b"")
    assert await alice.web.get("/contacts") == []
    assert [one["mutual"] for one in await bob.web.get("/contacts")] == [False]
    problem(await alice.web.call("DELETE", f"/contacts/{bob.id}"), 404, "not_found")


async def test_a_block_outlives_the_entry_and_can_be_without_one(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    carol = await world.person("carol", connect=False)
    assert (await alice.web.call("PUT", f"/contacts/{bob.id}/block")).status == 204
    assert (await alice.web.call("PUT", f"/contacts/{bob.id}/block")).status == 204
    [entry] = await alice.web.get("/contacts")
    assert (entry["mutual"], entry["blocked"]) == (False, True)
    await alice.web.call("DELETE", f"/contacts/{bob.id}")
    [entry] = [fits("Contact", one) for one in await alice.web.get("/contacts")]
    assert (entry["added_at"], entry["blocked"]) == (None, True)
    await alice.web.call("PUT", f"/contacts/{carol.id}/block")
    assert [one["user"]["username"] for one in await alice.web.get("/contacts")] == ["bob", "carol"]
    assert (await alice.web.call("DELETE", f"/contacts/{carol.id}/block")).status == 204
    assert (await alice.web.call("DELETE", f"/contacts/{carol.id}/block")).status == 204
    assert len(await alice.web.get("/contacts")) == 1


async def test_who_is_blocked_is_not_told(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    await bob.web.call("DELETE", f"/contacts/{alice.id}")
    before = await alice.web.get("/contacts")
    world.forget()
    await bob.web.call("PUT", f"/contacts/{alice.id}/block")
    assert await alice.web.get("/contacts") == before
    assert alice.web.socket.types() == []


async def test_both_hear_when_mutual_flips_and_else_the_owner_alone(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    world.forget()

    def heard() -> tuple[list[bool], list[bool]]:
        told = [person.web.socket.received("contact_changed") for person in (alice, bob)]
        return [event_fits(one)["mutual"] for one in told[0]], [event_fits(one)["mutual"] for one in told[1]]

    await alice.web.post("/contacts", {"user_id": bob.id})
    assert heard() == ([False], [])
    await bob.web.post("/contacts", {"user_id": alice.id})
    assert heard() == ([True], [True])
    await bob.web.call("PUT", f"/contacts/{alice.id}/block")
    assert heard() == ([False], [False])
    await alice.web.call("PUT", f"/contacts/{bob.id}/block")
    assert heard() == ([False], [])
    await bob.web.call("DELETE", f"/contacts/{alice.id}/block")
    assert heard() == ([], [False])
    await alice.web.call("DELETE", f"/contacts/{bob.id}/block")
    assert heard() == ([True], [True])


async def test_who_becomes_a_mutual_contact_learns_the_others_status(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    await alice.web.post("/contacts", {"user_id": bob.id})
    world.forget()
    await bob.web.post("/contacts", {"user_id": alice.id})
    for person, other in ((alice, bob), (bob, alice)):
        told = person.web.socket.received("status_change")
        assert [(event_fits(one)["user_id"], one["status"]) for one in told] == [(other.id, "online")]


async def test_people_who_have_written_to_each_other_are_mutual_contacts(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.direct(alice, bob)
    await alice.web.write(chat, "Hello")
    assert [one["mutual"] for one in await alice.web.get("/contacts")] == [False]
    assert await bob.web.get("/contacts") == []
    await bob.web.write(chat, "Hello yourself")
    assert [one["mutual"] for one in await bob.web.get("/contacts")] == [True]
    assert [one["user_id"] for one in await alice.web.get("/status/contacts")] == [bob.id]


async def test_writing_in_a_group_adds_nobody(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    await alice.web.write(await world.group(alice, bob), "Hello")
    assert await alice.web.get("/contacts") == []


async def test_who_does_not_want_it_adds_nobody_by_writing(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.direct(alice, bob)
    await alice.web.call("PATCH", "/users/me", {"add_contacts": False})
    await alice.web.write(chat, "Hello")
    assert await alice.web.get("/contacts") == []
    await alice.web.call("PATCH", "/users/me", {"add_contacts": True})
    await alice.web.write(chat, "Hello again")
    assert len(await alice.web.get("/contacts")) == 1


async def test_who_was_removed_by_hand_is_not_added_by_writing(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    await alice.web.call("DELETE", f"/contacts/{bob.id}")
    await alice.web.write(chat, "Hello")
    assert await alice.web.get("/contacts") == []
    assert (await alice.web.call("POST", "/contacts", {"user_id": bob.id})).status == 201
