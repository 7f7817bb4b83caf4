"""The law around contacts and blocks."""

from law.town import Town


async def test_somebody_is_added_who_does_not_know(town: Town) -> None:
    await town.carol.web.post("/contacts", {"username": "dave"})
    await town.world.check()
    assert town.dave.web.socket.types() == []


async def test_a_contact_becomes_mutual(town: Town) -> None:
    await town.laptop.post("/contacts", {"username": "dave"})
    await town.world.check()
    assert town.dave.web.socket.types() == ["contact_changed", "status_change"]
    assert town.phone.socket.types() == ["contact_changed", "status_change"]


async def test_two_who_share_a_chat_become_mutual_contacts_while_one_types(town: Town) -> None:
    await town.carol.web.read(await town.last(town.group))
    await town.bob.web.write(town.group, "Hi all")
    await town.carol.web.read(await town.last(town.group))
    await town.carol.web.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.bob.web.post("/contacts", {"username": "carol"})
    await town.carol.web.post("/contacts", {"username": "bob"})
    await town.world.check()
    assert "messages_read" in town.bob.web.socket.types()


async def test_a_mutual_contact_is_removed(town: Town) -> None:
    await town.bob.web.read(await town.last(town.group))
    await town.laptop.call("DELETE", f"/contacts/{town.bob.id}")
    await town.world.check()
    assert town.bob.web.socket.received("contact_changed")[0]["mutual"] is False


async def test_an_entry_of_one_side_is_removed(town: Town) -> None:
    await town.dave.web.call("DELETE", f"/contacts/{town.alice.id}")
    await town.world.check()
    assert town.dave.web.socket.types() == ["contact_changed"]
    assert town.laptop.socket.types() == []


async def test_a_mutual_contact_is_blocked_and_unblocked(town: Town) -> None:
    await town.laptop.call("PUT", f"/contacts/{town.bob.id}/block")
    await town.world.check()
    await town.laptop.call("DELETE", f"/contacts/{town.bob.id}/block")
    await town.world.check()
    assert town.bob.web.socket.types() == ["contact_changed", "contact_changed", "status_change"]


async def test_somebody_unknown_is_blocked_and_unblocked(town: Town) -> None:
    for method in ("PUT", "DELETE"):
        await town.carol.web.call(method, f"/contacts/{town.dave.id}/block")
        await town.world.check()
    assert town.dave.web.socket.types() == []
