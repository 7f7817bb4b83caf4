"""The law around accounts and sessions."""

import pytest

from law.town import Town
from world import PASSWORD


async def test_somebody_registers(town: Town) -> None:
    await town.world.person("erin")
    await town.world.check()


async def test_a_second_device_signs_in(town: Town) -> None:
    await town.carol.device("phone")
    await town.world.check()
    assert town.carol.web.socket.types() == ["session_created"]


async def test_a_device_signs_out(town: Town) -> None:
    await town.phone.post("/logout")
    await town.world.check()
    assert town.laptop.socket.types() == ["session_revoked"]


async def test_the_last_device_signs_out(town: Town) -> None:
    await town.carol.web.post("/logout")
    await town.world.check()
    assert town.laptop.socket.types() == ["status_change", "user_offline"]


async def test_a_device_is_signed_out_from_another(town: Town) -> None:
    await town.laptop.call("DELETE", f"/sessions/{town.phone.session_id}")
    await town.world.check()
    assert not town.phone.socket.alive


async def test_all_other_devices_are_signed_out(town: Town) -> None:
    await town.alice.device("web")
    await town.laptop.post("/sessions/revoke_all")
    await town.world.check()
    assert town.laptop.socket.types() == ["session_created", "session_revoked", "session_revoked"]


async def test_a_new_password_ends_the_other_sessions(town: Town) -> None:
    body = {"current_password": PASSWORD, "new_password": "a longer horse battery"}
    await town.laptop.post("/users/me/password", body)
    await town.world.check()
    assert town.laptop.socket.types() == ["session_revoked"]


async def test_sessions_expire(town: Town) -> None:
    await town.bob.device("old", connect=False)
    await town.world.jump(89 * 86400)
    await town.bob.web.get("/users/me")
    await town.world.jump(2 * 86400)
    await town.world.advance(601)
    await town.world.check()


async def test_a_person_takes_another_name(town: Town) -> None:
    await town.laptop.call("PATCH", "/users/me", {"display_name": "Алиса"})
    await town.world.check()
    for device in (town.laptop, town.phone, town.bob.web, town.carol.web, town.dave.web):
        assert device.socket.types() == ["user_changed"]


async def test_a_person_changes_their_settings(town: Town) -> None:
    await town.laptop.call("PATCH", "/users/me", {"locale": "ru", "add_contacts": False})
    await town.world.check()
    assert town.phone.socket.types() == ["user_changed"]
    assert town.bob.web.socket.types() == []


@pytest.mark.parametrize("typing", [False, True])
async def test_a_person_appears_offline(town: Town, typing: bool) -> None:
    if typing:
        await town.laptop.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.laptop.call("PATCH", "/users/me", {"appear_offline": True})
    await town.world.check()
    assert (await town.bob.web.get("/status/contacts"))[0]["is_typing_in_chat"] is None
    await town.laptop.call("PATCH", "/users/me", {"appear_offline": False})
    await town.world.check()
