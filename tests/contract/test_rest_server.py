"""Contract §10: is it alive, can it serve, what does it count (`ryadom.web.routes`, `ryadom.metrics` at work)."""

from pathlib import Path

from contract.raw import raw
from contract.shapes import fits, problem
from world import PASSWORD, World


async def test_alive_and_ready(world: World) -> None:
    for path in ("/healthz", "/healthz/", "/readyz", "/readyz/"):
        assert (await world.call("GET", path)).status == 200
    world.server._ready = False
    assert (await world.call("GET", "/healthz")).status == 200
    answer = await world.call("GET", "/readyz")
    problem(answer, 503, "busy")
    assert int(answer.headers["retry-after"]) >= 1


async def test_metrics_are_for_this_machine(world: World) -> None:
    alice = await world.person("alice")
    await alice.device("phone", connect=False)
    await alice.web.get("/chats")
    # The stranger who watches every test is here too.
    local = await raw(world, "GET", "/metrics", peer="127.0.0.1")
    assert local.status == 200
    text = local.body.decode()
    assert "ryadom_sockets 2.0" in text
    assert "ryadom_users_online 2.0" in text
    assert 'ryadom_request_seconds_count{method="GET",route="/chats",status="200"} 1.0' in text
    assert (await raw(world, "GET", "/metrics", peer="::1")).status == 200
    problem(await raw(world, "GET", "/metrics"), 404, "not_found")
    behind = await raw(world, "GET", "/metrics", peer="127.0.0.1", X_Forwarded_For="203.0.113.5")
    problem(behind, 404, "not_found")
    problem(await raw(world, "GET", "/metrics", Authorization=f"Bearer {alice.web.token}"), 404, "not_found")


async def test_metrics_by_token(data: Path) -> None:
    world = World(data, metrics_token="watch me")
    await world.start()
    assert (await raw(world, "GET", "/metrics", Authorization="Bearer watch me")).status == 200
    problem(await raw(world, "GET", "/metrics", Authorization="Bearer watch you"), 404, "not_found")
    problem(await raw(world, "GET", "/metrics?token=watch+me"), 404, "not_found")
    await world.close()


async def test_the_pages_work_offline(world: World) -> None:
    for path in ("/", "/docs", "/docs/rest", "/docs/socket"):
        page = await world.call("GET", path)
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert b'src="http' not in page.body
    problem(await world.call("GET", "/static/none.js"), 404, "not_found")
    problem(await world.call("GET", "/static/..%2Fpages.py"), 404, "not_found")
    problem(await world.call("GET", "/assets/none.js"), 404, "not_found")
    problem(await world.call("GET", "/assets/..%2Findex.html"), 404, "not_found")


async def test_the_door_says_whether_one_may_register(data: Path) -> None:
    world = World(data, registration=False, stranger=False)
    await world.start()
    first = fits("ServerInfo", (await world.call("GET", "/server")).json)
    assert (first["name"], first["registration"], first["user"]) == ("Ryadom", "first", None)
    await world.call("POST", "/register", {"username": "alice", "password": PASSWORD})
    assert (await world.call("GET", "/server")).json["registration"] == "closed"
    await world.close()


async def test_the_door_says_whom_a_request_signs_in(world: World) -> None:
    alice = await world.person("alice", connect=False)
    cookie = {"Cookie": f"ryadom_session={alice.web.token}"}
    mine = await world.call("GET", "/server", **cookie)
    assert mine.headers["cache-control"] == "no-store"
    assert fits("ServerInfo", mine.json)["user"] == {"id": alice.id, "username": "alice", "display_name": "Alice"}
    assert (await alice.web.call("GET", "/server/")).json == mine.json
    for headers in ({"Cookie": "ryadom_session=ryd_nothing"}, {"Authorization": "Bearer x"}, {}):
        answer = await world.call("GET", "/server", **headers)
        assert (answer.status, answer.json["user"], answer.json["registration"]) == (200, None, "open")
    await alice.web.post("/logout")
    assert (await world.call("GET", "/server", **cookie)).json["user"] is None
