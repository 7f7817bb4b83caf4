"""The whole log of a server that has been told secrets, rightly and wrongly, at its most talkative."""

import json

from process.real_server import PASSWORD, Client, RealServer

TEXT = "a confession that nobody else must read"
WRONG = "not the right password at all"


async def test_the_log_has_no_token_password_or_message(data: object, own_server: RealServer) -> None:
    own_server.end()
    own_server.environment["RYADOM_LOG_LEVEL"] = "debug"
    own_server.start()
    async with await Client.enter(own_server, "alice") as alice:
        chat_id = await alice.group()
        await alice.write(chat_id, TEXT, client_id="one")
        await alice.call("POST", "/login", username="alice", password=WRONG)
        await alice.call("POST", f"/chats/{chat_id}/messages", text=TEXT, client_id=["wrong"])
        await alice.call("GET", f"/chats?token={alice.token}&text={TEXT}")
        await alice.call("GET", f"/nowhere/{alice.token}")
        socket = await alice.socket()
        await socket.send(type="send_message", chat_id=chat_id, text=TEXT, client_id="two")
        await socket.until("message_sent")
        await socket.send(type="send_message", chat_id="no number", text=TEXT)
        await socket.until("error")
        await socket.wire.send(f'{{"type": "auth", "token": "{alice.token}", {TEXT}')
        await socket.until("error")
        await alice.ok("POST", "/users/me/password", current_password=PASSWORD, new_password=WRONG)
        await alice.ok("POST", "/logout")
        assert await socket.closed() == 4401
    assert own_server.end() == 0

    log = own_server.log.read_text()
    assert [json.loads(line)["event"] for line in log.splitlines()].count("Ryadom is here") == 2
    for secret in (alice.token, alice.token[4:20], PASSWORD, WRONG, TEXT, "confession"):
        assert secret not in log
