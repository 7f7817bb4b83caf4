"""To be taken for somebody else, to come in from another's page, to take what is there only once."""

import asyncio
import itertools
import json
from typing import Any

import pytest

from attack.victim import Victim, ask, request, unhurt
from edge.wire import UPGRADE, Wire
from process.real_server import PASSWORD, Client

Json = Any
FOREIGN = (
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1.evil.example"},
    {"Origin": "http://evil127.0.0.1"}, {"Origin": "http://127.0.0.1:1"}, {}, {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
)  # fmt: skip
"""Headers of a page that is not ours; none at all is a page of another site in an old browser."""
NAMES = itertools.count()


async def test_no_foreign_page_changes_anything_by_the_cookie(victim: Victim, mallory: Client) -> None:
    description = json.loads((await request(victim, "GET", "/openapi.json"))[2])
    routes = [
        (method.upper(), path.format(chat_id=1, user_id=1, message_id=1, session_id=mallory.session_id))
        for path, methods in description["paths"].items()
        for method in methods
        if method in ("post", "put", "patch", "delete") and path not in ("/login", "/register")
    ]
    assert len(routes) > 15
    cookie = f"ryadom_session={mallory.token}"
    for method, path in routes:
        for headers in FOREIGN:
            status, _, _ = await request(
                victim, method, path, b"{}", Cookie=cookie, Content_Type="application/json", **headers
            )
            assert status == 403, (method, path, headers)
    assert await ask(victim, mallory, "GET", "/users/me") == 200


async def test_no_foreign_page_opens_a_socket_by_the_cookie(victim: Victim, mallory: Client) -> None:
    for headers in FOREIGN:
        wire = await Wire.connect(victim.port)
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"\r\nCookie: ryadom_session={mallory.token}\r\n{more}\r\n".encode()
        host = f"Host: 127.0.0.1:{victim.port}".encode()
        wire.send(UPGRADE.replace(b"Host: ryadom.test", host).replace(b"\r\n\r\n", head))
        assert b" 403 " in (await wire.head()).partition(b"\r\n")[0], headers
        wire.shut()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_json_that_a_form_could_send_is_not_taken(victim: Victim, mallory: Client, kind: str) -> None:
    """What a foreign page may send without asking first."""
    body = json.dumps({"username": "alice", "password": PASSWORD}).encode()
    for path in ("/login", "/register"):
        assert (await request(victim, "POST", path, body, Content_Type=kind))[0] == 415


async def test_a_session_that_was_put_upon_somebody_is_not_theirs(victim: Victim, mallory: Client) -> None:
    """Session fixation: who signs in gets a new token, whatever cookie their browser had been given."""
    name = f"fixed{next(NAMES)}"
    await (await Client.enter(victim, name)).leave()
    body = json.dumps({"username": name, "password": PASSWORD}).encode()
    made_up = f"ryd_{'A' * 43}"
    for given in (mallory.token, made_up):
        status, headers, answer = await request(
            victim, "POST", "/login", body, Content_Type="application/json", Cookie=f"ryadom_session={given}"
        )
        assert status == 200
        assert given not in headers["set-cookie"]
        assert given.encode() not in answer
        for token, who in ((given, mallory.username if given == mallory.token else None),):
            status, _, me = await request(victim, "GET", "/users/me", Authorization=f"Bearer {token}")
            assert (json.loads(me)["username"] if who else status) == (who or 401)


async def test_what_is_anothers_looks_like_what_is_not_there(victim: Victim, mallory: Client) -> None:
    """Guessing ids: byte for byte the same, for every route that names one."""
    owner = await Client.enter(victim, f"owner{next(NAMES)}")
    friend = await Client.enter(victim, f"friend{next(NAMES)}")
    chat = await owner.group(friend)
    message = (await owner.write(chat, "secret"))["id"]
    nobodys = 2**40
    routes = [
        ("GET", "/chats/{}", chat, None), ("PATCH", "/chats/{}", chat, {"title": "mine"}),
        ("GET", "/chats/{}/members", chat, None), ("POST", "/chats/{}/members", chat, {"user_id": mallory.id}),
        ("DELETE", f"/chats/{{}}/members/{friend.id}", chat, None),
        ("GET", "/chats/{}/messages", chat, None), ("POST", "/chats/{}/messages", chat, {"text": "x"}),
        ("GET", "/chats/{}/changes?after_rev=0", chat, None), ("GET", "/messages/{}", message, None),
        ("PATCH", "/messages/{}", message, {"text": "x"}), ("DELETE", "/messages/{}", message, None),
        ("POST", "/status/read", chat, {"chat_id": "ID", "message_id": message}),
        ("POST", "/status/typing", chat, {"chat_id": "ID"}), ("DELETE", "/sessions/{}", owner.session_id, None),
        ("GET", "/api/user_status/{}", owner.id, None),
    ]  # fmt: skip
    for method, path, real, body in routes:
        answers = []
        for id_ in (real, nobodys):
            sent = None if body is None else {k: id_ if v == "ID" else v for k, v in body.items()}
            answer = await mallory.call(method, path.format(id_), **(sent or {}))
            answers.append((answer.status_code, answer.content))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == 404, (method, path)
    await owner.leave()
    await friend.leave()


async def test_what_is_there_once_is_given_once(victim: Victim, mallory: Client) -> None:
    """Twenty at the same moment: one gets it."""
    account = json.dumps({"username": f"wanted{next(NAMES)}", "password": PASSWORD}).encode()
    answers = await asyncio.gather(
        *(request(victim, "POST", "/register", account, Content_Type="application/json") for _ in range(20))
    )
    assert sorted(status for status, _, _ in answers) == [201] + [409] * 19
    other = await Client.enter(victim, f"other{next(NAMES)}")
    direct = {"kind": "direct", "user_id": mallory.id}
    chats = await asyncio.gather(*(other.call("POST", "/chats", **direct) for _ in range(20)))
    assert len({one.json()["id"] for one in chats}) == 1
    assert sorted(one.status_code for one in chats) == [200] * 19 + [201]
    chat = chats[0].json()["id"]
    sent = await asyncio.gather(
        *(other.call("POST", f"/chats/{chat}/messages", text="once", client_id="same") for _ in range(20))
    )
    assert len({one.json()["id"] for one in sent}) == 1
    changes = [
        {"current_password": PASSWORD, "new_password": f"{PASSWORD} {number}"} for number in range(8)
    ]  # fmt: skip
    changed = await asyncio.gather(*(other.call("POST", "/users/me/password", **one) for one in changes))
    assert [one.status_code for one in changed].count(204) == 1
    await other.leave()


async def test_an_address_that_is_made_up_gains_no_tries(strict_victim: Victim) -> None:
    """200 forged X-Forwarded-For: without a trusted proxy, the address is that of the connection."""
    async with unhurt(strict_victim):
        statuses = []
        for number in range(200):
            body = json.dumps({"username": f"somebody{number}", "password": "guess"}).encode()
            forged = f"10.{number % 250}.{number}.7, 192.0.2.{number}"
            status, _, _ = await request(
                strict_victim, "POST", "/login", body, Content_Type="application/json", X_Forwarded_For=forged,
                Forwarded=f"for=192.0.2.{number}", X_Real_IP=f"192.0.2.{number}",
            )  # fmt: skip
            statuses.append(status)
        assert statuses.count(401) <= 21
        assert statuses.count(429) >= 179
