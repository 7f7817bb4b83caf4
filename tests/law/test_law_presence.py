"""The law around typing, presence and the socket itself."""

from law.town import Town
from ryadom.protocol.events import SUBSCRIBABLE


async def test_somebody_types_by_rest(town: Town) -> None:
    for is_typing in (True, False):
        await town.laptop.post("/status/typing", {"chat_id": town.group["id"], "is_typing": is_typing})
        await town.world.check()
    assert town.bob.web.socket.types() == ["typing_start", "typing_stop"]


async def test_somebody_types_on_the_socket(town: Town) -> None:
    await town.laptop.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.phone.socket.send(type="typing_start", chat_id=town.direct["id"])
    await town.world.check()
    await town.phone.socket.send(type="typing_stop", chat_id=town.direct["id"])
    await town.world.check()
    await town.world.advance(10)
    await town.world.check()
    types = town.bob.web.socket.received("typing_start", "typing_stop")
    assert [one["type"] for one in types] == ["typing_start"] * 2 + ["typing_stop"] * 2


async def test_typing_ends_with_the_message(town: Town) -> None:
    await town.laptop.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.laptop.write(town.group, "Done")
    await town.world.check()


async def test_who_types_leaves_the_chat(town: Town) -> None:
    await town.bob.web.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.bob.web.call("DELETE", f"/chats/{town.group['id']}/members/{town.bob.id}")
    await town.world.check()


async def test_a_person_goes_and_comes_back(town: Town) -> None:
    await town.carol.web.socket.close()
    await town.world.advance(5)
    await town.world.check()
    await town.carol.web.connect()
    await town.world.check()
    assert town.laptop.socket.types() == ["status_change", "user_offline", "status_change", "user_online"]


async def test_a_line_breaks(town: Town) -> None:
    await town.carol.web.socket.drop()
    await town.world.check()
    await town.world.advance(15)
    await town.world.check()


async def test_a_person_declares_to_be_here_or_not(town: Town) -> None:
    for path in ("/status/offline", "/status/online"):
        await town.carol.web.post(path)
        await town.world.check()
    assert town.phone.socket.types() == ["status_change", "user_offline", "status_change", "user_online"]


async def test_a_client_asks_for_away(town: Town) -> None:
    await town.laptop.socket.send(type="subscribe", events=["away", *SUBSCRIBABLE])
    await town.world.advance(301)
    await town.world.check()
    assert town.laptop.socket.last("status_change")["status"] == "away"
    assert "status_change" not in town.phone.socket.types()


async def test_a_socket_signs_in_by_its_first_frame(town: Town) -> None:
    socket = await town.phone.connect(first_frame=True)
    await town.laptop.write(town.group, "Do you hear me?")
    await town.world.check()
    assert socket.types() == ["new_message"]


async def test_a_ping_is_answered(town: Town) -> None:
    await town.bob.web.socket.send(type="typing_start", chat_id=town.direct["id"])
    await town.laptop.socket.send(type="ping")
    await town.world.check()
    pong = town.laptop.socket.last("pong")
    assert pong["contacts_status"][str(town.bob.id)] == {"status": "online", "typing": town.direct["id"]}
