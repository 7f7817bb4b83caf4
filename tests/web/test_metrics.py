"""`ryadom.metrics` and `/metrics`: what is counted, and who may see it."""

from pathlib import Path

from world import World, call_asgi


async def scrape(world: World, peer: str = "127.0.0.1", **headers: str) -> tuple[int, str]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await call_asgi(world.server.asgi, "GET", "/metrics", given, b"", peer)
    return answer.status, answer.body.decode()


async def test_what_happens_is_counted(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    await alice.web.write(await world.direct(alice, bob), "hi")
    status, text = await scrape(world)
    assert status == 200
    sockets = float(text.split("\nryadom_sockets ")[1].split()[0])
    assert sockets == world.server.hub.connections >= 2
    assert 'ryadom_events_total{type="new_message"} 2.0' in text
    assert 'route="/chats/{chat_id}/messages",status="201"' in text
    for name in ("users_online", "commit_batch_size_count", "sweep_lag_seconds_count"):
        assert f"\nryadom_{name} " in text


async def test_what_a_client_loses_that_does_not_read_is_counted(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    bob.web.socket.wire.stop_reading()
    for number in range(120):
        await alice.web.write(chat, "x" * 4000 + str(number))
    for on in (True, False) * 200:
        await alice.web.post("/status/typing", {"chat_id": chat["id"], "is_typing": on})
    for number in range(200):
        await alice.web.write(chat, "x" * 4000 + str(number))
    _, text = await scrape(world)
    assert 'ryadom_queue_drops_total{what="socket"} 1.0' in text
    assert float(text.split('ryadom_queue_drops_total{what="event"} ')[1].split()[0]) > 0


async def test_only_this_machine_may_look_and_no_proxy_of_it(world: World) -> None:
    assert (await scrape(world, "203.0.113.9"))[0] == 404
    assert (await scrape(world, "127.0.0.1", X_Forwarded_For="203.0.113.9"))[0] == 404


async def test_behind_a_proxy_nobody_is_this_machine(data: Path) -> None:
    world = World(data, public_url="https://chat.example")
    await world.start()
    assert (await scrape(world, "127.0.0.1"))[0] == 404
    await world.close()


async def test_or_who_has_the_token(data: Path) -> None:
    world = World(data, metrics_token="watcher")
    await world.start()
    assert (await scrape(world, "203.0.113.9", Authorization="Bearer watcher"))[0] == 200
    assert (await scrape(world, "203.0.113.9", Authorization="Bearer guess"))[0] == 404
    await world.close()
