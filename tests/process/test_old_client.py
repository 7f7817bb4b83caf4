"""A client of the base messenger, which knows nothing of sessions, statuses and marks, goes on working."""

from typing import Any

from process.real_server import PASSWORD, Client, RealServer


class BaseClient:
    """What somebody wrote for the first release: log in, list chats, send, receive. Takes what it knows by name."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.shown: list[tuple[int, str]] = []
        """(sender, text) of the messages that it has shown."""

    async def log_in(self, username: str) -> None:
        answer = await self._client.ok("POST", "/login", username=username, password=PASSWORD)
        self._client.token = answer["access_token"]
        self._socket = await self._client.socket()

    async def chats(self) -> list[tuple[int, str | None]]:
        return [(chat["id"], chat["title"]) for chat in await self._client.ok("GET", "/chats")]

    async def messages(self, chat_id: int) -> list[str]:
        return [message["text"] for message in await self._client.ok("GET", f"/chats/{chat_id}/messages")]

    async def send(self, chat_id: int, text: str) -> Any:
        return (await self._client.ok("POST", f"/chats/{chat_id}/messages", text=text))["id"]

    async def receive(self, text: str) -> None:
        """Look at events until a text is shown; whatever is no new message is passed over."""
        while text not in [shown for _, shown in self.shown]:
            event = await self._socket.next()
            if event["type"] == "new_message":
                self.shown.append((event["message"]["sender_id"], event["message"]["text"]))


async def test_a_client_of_the_base_release_still_works(shared_server: RealServer) -> None:
    async with (
        await Client.enter(shared_server, "base-modern") as modern,
        Client(shared_server, "base-old") as plain,
    ):
        registered = await plain.ok("POST", "/register", username="base-old", password=PASSWORD)
        old = BaseClient(plain)
        await old.log_in("base-old")
        chat = await modern.ok("POST", "/chats", kind="direct", user_id=registered["id"])
        group = await modern.ok("POST", "/chats", kind="group", title="Old friends", member_ids=[registered["id"]])
        assert sorted(await old.chats()) == [(chat["id"], None), (group["id"], "Old friends")]

        socket = await modern.socket()
        await socket.send(type="typing_start", chat_id=chat["id"])
        await socket.send(type="send_message", chat_id=chat["id"], text="are you still there?", client_id="1")
        await old.receive("are you still there?")
        sent = await old.send(chat["id"], "of course")
        assert (await socket.until("new_message"))["message"]["id"] == sent
        await socket.send(type="read", chat_id=chat["id"], message_id=sent)
        await modern.ok("PATCH", f"/messages/{first_id(await modern.history(chat['id']))}", text="are you still here?")
        await old.send(group["id"], "hello everybody")
        await old.receive("hello everybody")

        assert await old.messages(chat["id"]) == ["are you still here?", "of course"]
        assert old.shown == [(modern.id, "are you still there?"), (registered["id"], "of course"),
                             (registered["id"], "hello everybody")]  # fmt: skip


def first_id(history: list[Any]) -> int:
    return int(history[0]["id"])
