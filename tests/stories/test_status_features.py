"""The requirements' own test: both documents, played step by step as their reader would.

`Статусы онлайн/офлайн и непрочитанные сообщения` and `Сессии и Статусы Пользователей 3.2.0`: every endpoint, event,
model, table and column that they name.
"""

from datetime import datetime

from world import PASSWORD, Device, Json, World

ANDROID = {"User-Agent": "okhttp/4.12.0"}
WINDOWS = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"}


async def columns(world: World, table: str) -> dict[str, str]:
    """The columns of a table, with their types."""
    if world.settings.postgres_url:
        asked = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :table"
    else:
        asked = "SELECT name, type FROM pragma_table_info(:table)"
    return dict(await world.rows(asked, table=table))


async def stored(world: World, user_id: int) -> tuple[bool, bool]:
    """What `user.is_online` says, and whether `user.last_seen` says anything."""
    query = 'SELECT is_online, last_seen IS NOT NULL FROM "user" WHERE id = :id'
    [(online, seen)] = await world.rows(query, id=user_id)
    return bool(online), bool(seen)


async def sign_in(world: World, username: str, **headers: str) -> Json:
    """`POST /login`."""
    body = {"username": username, "password": PASSWORD}
    return (await world.call("POST", "/login", body, **headers)).ok()


# ---- Статусы онлайн/офлайн и непрочитанные сообщения ------------------------------------------------------------


async def test_the_database_has_what_the_documents_name(world: World) -> None:
    kinds = await columns(world, "user")
    assert kinds["last_seen"] in ("DATETIME", "timestamp with time zone")
    assert kinds["is_online"].upper() == "BOOLEAN"
    for table in ("user_sessions", "user_statuses", "message_read_statuses"):
        assert await columns(world, table)


async def test_the_status_is_online_on_sign_in(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    await alice.web.post("/logout")
    assert (await bob.web.get(f"/api/user_status/{alice.id}"))["is_online"] is False
    await sign_in(world, "alice")
    status = await bob.web.get(f"/api/user_status/{alice.id}")
    assert (status["is_online"], status["status"]) == (True, "online")
    assert await stored(world, alice.id) == (True, True)


async def test_the_status_is_renewed_by_every_request(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    for _ in range(4):
        await world.advance(50)
        await alice.web.get("/chats")
        assert (await bob.web.get(f"/api/user_status/{alice.id}"))["is_online"] is True
    await world.advance(60)
    assert (await bob.web.get(f"/api/user_status/{alice.id}"))["is_online"] is False


async def test_the_status_is_offline_on_sign_out_and_on_disconnecting(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    phone = await alice.device("phone")
    await alice.web.post("/logout")
    assert (await bob.web.get(f"/api/user_status/{alice.id}"))["is_online"] is True
    await phone.socket.close()
    await world.advance(5)
    assert (await bob.web.get(f"/api/user_status/{alice.id}"))["is_online"] is False
    assert await stored(world, alice.id) == (False, True)


async def test_user_online_and_user_offline_come_in_real_time(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    await alice.web.socket.drop()
    await world.advance(15)
    [gone] = bob.web.socket.received("user_offline")
    await alice.web.connect()
    [come] = bob.web.socket.received("user_online")
    assert gone["user_id"] == come["user_id"] == alice.id
    assert datetime.fromisoformat(gone["last_seen"]) < datetime.fromisoformat(come["last_seen"])


async def test_online_users_lists_everybody_from_ones_chats(world: World) -> None:
    alice, bob, carol = await world.friends("alice", "bob", "carol")
    await world.direct(bob, alice)
    await world.group(bob, carol)
    await carol.web.post("/status/offline")
    listed = await bob.web.get("/api/online_users")
    assert {one["user_id"]: one["is_online"] for one in listed} == {alice.id: True, carol.id: False}


async def test_unread_message_comes_with_the_count_for_the_badge(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    for count in (1, 2, 3):
        message = await alice.web.write(chat, f"Сообщение {count}")
        [unread] = bob.web.socket.received("unread_message")
        assert (unread["chat_id"], unread["message_id"], unread["sender_id"]) == (chat["id"], message["id"], alice.id)
        assert (unread["unread_count"], unread["total_unread"]) == (count, count)
    assert [one["unread_count"] for one in await bob.web.get("/chats")] == [3]
    assert alice.web.socket.received("unread_message") == []


# ---- Сессии 3.2.0 -----------------------------------------------------------------------------------------------


async def test_every_login_creates_a_session_that_knows_its_device(world: World) -> None:
    await world.person("alice", devices=())
    phone = await sign_in(world, "alice", **ANDROID)
    computer = await sign_in(world, "alice", **WINDOWS)
    assert (phone["session"]["device_type"], computer["session"]["device_type"]) == ("phone", "pc")
    session = phone["session"]
    assert set(session) >= {
        "id", "device_type", "device_name", "ip_address", "user_agent", "created_at", "last_activity", "is_current",
    }  # fmt: skip
    assert (session["ip_address"], session["user_agent"]) == ("203.0.113.5", "okhttp/4.12.0")
    assert session["created_at"].endswith("Z")
    assert session["is_current"] is True


async def test_sessions_are_listed_with_their_last_activity(world: World) -> None:
    alice = await world.person("alice")
    await alice.device("phone")
    await world.advance(30)
    listed = await alice.web.get("/sessions/")
    assert [one["is_current"] for one in listed] == [True, False]
    assert listed[0]["last_activity"] > listed[1]["last_activity"] >= listed[1]["created_at"]
    assert await alice.web.get("/sessions") == listed


async def test_one_session_is_removed(world: World) -> None:
    alice = await world.person("alice")
    phone = await alice.device("phone")
    assert (await alice.web.call("DELETE", f"/sessions/{phone.session_id}")).status == 204
    assert [one["id"] for one in await alice.web.get("/sessions/")] == [alice.web.session_id]
    assert (await phone.call("GET", "/status/me")).status == 401
    assert phone.socket.close_code == 4401


async def test_all_sessions_but_the_current_one_are_removed(world: World) -> None:
    alice = await world.person("alice")
    others = [await alice.device(name) for name in ("phone", "tablet")]
    assert await alice.web.post("/sessions/revoke_all") == {"revoked": 2}
    assert [(await device.call("GET", "/status/me")).status for device in (alice.web, *others)] == [200, 401, 401]


async def test_nobody_sees_or_ends_the_sessions_of_others(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    assert [one["id"] for one in await bob.web.get("/sessions/")] == [bob.web.session_id]
    assert (await bob.web.call("DELETE", f"/sessions/{alice.web.session_id}")).status == 404
    assert (await alice.web.call("GET", "/status/me")).status == 200


# ---- Статусы 3.2.0 ----------------------------------------------------------------------------------------------


async def test_my_status(world: World) -> None:
    alice = await world.person("alice")
    status = await alice.web.get("/status/me")
    assert status == {
        "user_id": alice.id, "status": "online", "last_seen": status["last_seen"], "is_typing_in_chat": None,
    }  # fmt: skip
    assert status["last_seen"] is not None


async def test_status_online_and_offline_are_set_and_told(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    for word in ("offline", "online"):
        assert (await alice.web.post(f"/status/{word}"))["status"] == word
        [change] = bob.web.socket.received("status_change")
        assert (change["user_id"], change["status"]) == (alice.id, word)
        assert [one["status"] for one in await bob.web.get("/status/contacts")] == [word]


async def test_typing_is_told_and_shown(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    for is_typing, event, shown in ((True, "typing_start", chat["id"]), (False, "typing_stop", None)):
        await alice.web.post("/status/typing", {"chat_id": chat["id"], "is_typing": is_typing})
        [told] = bob.web.socket.received(event)
        assert (told["chat_id"], told["user_id"]) == (chat["id"], alice.id)
        assert (await bob.web.get("/status/contacts"))[0]["is_typing_in_chat"] == shown


async def test_reading_is_told_to_the_author(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    messages = [await alice.web.write(chat, text) for text in ("Раз", "Два")]
    done = await bob.web.post("/status/read", {"message_ids": [one["id"] for one in messages]})
    assert (done["chat_id"], done["unread_count"], done["total_unread"]) == (chat["id"], 0, 0)
    [read] = alice.web.socket.received("messages_read")
    assert (read["chat_id"], read["user_id"]) == (chat["id"], bob.id)
    assert read["message_ids"] == [one["id"] for one in messages]
    marks = "SELECT chat_id, user_id, up_to_seq FROM message_read_statuses WHERE user_id = :id"
    assert await world.rows(marks, id=bob.id) == [(chat["id"], bob.id, 2)]


async def test_the_websocket_tells_mutual_contacts_only(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    carol = await world.person("carol")
    chat = await world.group(alice, bob, carol)
    await carol.web.post("/contacts", {"user_id": alice.id})
    message = await carol.web.write(chat, "Привет")
    world.forget()
    await alice.web.post("/status/typing", {"chat_id": chat["id"]})
    await alice.web.read(message)
    await alice.web.post("/status/offline")
    assert carol.web.socket.types() == []
    assert bob.web.socket.types() == ["typing_start", "typing_stop", "status_change", "user_offline"]


async def test_a_client_subscribes_to_the_four_events(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    wanted = ["status_change", "typing_start", "typing_stop", "messages_read"]
    await bob.web.socket.send(type="subscribe", events=wanted)
    world.forget()
    message = await bob.web.write(chat, "Привет")
    await alice.web.post("/status/typing", {"chat_id": chat["id"]})
    await alice.web.read(message)
    await alice.web.post("/status/offline")
    assert bob.web.socket.types() == ["typing_start", "messages_read", "typing_stop", "status_change"]


async def test_every_new_endpoint_needs_a_sign_in(world: World) -> None:
    for method, path in (
        ("GET", "/status/me"), ("POST", "/status/typing"), ("POST", "/status/read"), ("GET", "/status/contacts"),
        ("POST", "/status/online"), ("POST", "/status/offline"), ("GET", "/sessions/"), ("DELETE", "/sessions/1"),
        ("POST", "/sessions/revoke_all"), ("GET", "/api/user_status/1"), ("GET", "/api/online_users"),
    ):  # fmt: skip
        assert (await world.call(method, path)).status == 401, path


async def test_an_old_client_works_without_the_new_functions(world: World) -> None:
    alice = await world.person("alice")
    bob = await world.person("bob", devices=())
    old = Device(world, bob, "old", await sign_in(world, "bob"))
    chat = await world.direct(alice, bob)
    await alice.web.write(chat, "Привет")
    [listed] = await old.get("/chats")
    assert (listed["id"], listed["unread_count"]) == (chat["id"], 1)
    assert [one["text"] for one in await old.get(f"/chats/{chat['id']}/messages")] == ["Привет"]
    sent = await old.write(chat, "И тебе")
    assert alice.web.socket.last("new_message")["message"]["id"] == sent["id"]


async def test_the_contacts_who_are_offline_have_their_last_time(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    await world.advance(100)
    await alice.web.socket.close()
    left_at = alice.world.clock.utcnow()
    await world.advance(600)
    [status] = await bob.web.get("/status/contacts")
    assert (status["user_id"], status["status"]) == (alice.id, "offline")
    assert datetime.fromisoformat(status["last_seen"]) == left_at
