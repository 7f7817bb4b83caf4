"""The command table: what each frame of a client does."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from ryadom.chats.recall import Recall
from ryadom.clock import Clock
from ryadom.db.database import Database, Told
from ryadom.messages.actions import Messages, Send, Sent
from ryadom.presence.statuses import Statuses
from ryadom.presence.typing import Typing
from ryadom.protocol.commands import CatchUp, Ping, Read, SendMessage, Subscribe, TypingStartCommand, TypingStopCommand
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import SUBSCRIBABLE, Event, MessageSent, Pong
from ryadom.realtime.gate import Answer, Handler, Later
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from ryadom.realtime.people import Client
from ryadom.receipts.actions import Receipts

from .snapshot import missed

AWAY = "away"


def handlers(
    clock: Clock,
    db: Database,
    recall: Recall,
    hub: Hub,
    outbox: Outbox,
    statuses: Statuses,
    typing: Typing,
    receipts: Receipts,
    messages: Messages,
) -> dict[type, Handler]:
    """The command table: what each frame of a client does."""

    asking = _Asking(outbox).begin

    def now_pong(client: Client, rev: int, statuses_: Any) -> Pong:
        now = clock.utcnow()
        return Pong(timestamp=now, server_time=now, rev=rev, contacts_status=statuses_)

    def message_sent(sent: Sent) -> Event:
        message = sent.message
        now = message.created_at if sent.new else clock.utcnow()
        return MessageSent(timestamp=now, client_id=message.client_id or "", message=message, rev=message.rev)

    def ping(client: Client, command: Ping) -> Answer:
        async def answer() -> Event:
            seen = await statuses.for_pong(client.user_id, away=client.wants_away)
            return now_pong(client, hub.people[client.user_id].rev if client.user_id in hub.people else 0, seen)

        return Later(asking(answer), lambda event: event)

    def catch_up(client: Client, command: CatchUp) -> Answer:
        asked = partial(db.read, missed, client.user_id, command.after_rev, statuses, client.wants_away, recall)
        return Later(asking(asked), lambda event: event)

    def typing_start(client: Client, command: TypingStartCommand) -> Answer:
        typing.type_now(client.user_id, client.session_id, command.chat_id, is_typing=True)
        return None

    def typing_stop(client: Client, command: TypingStopCommand) -> Answer:
        typing.type_now(client.user_id, client.session_id, command.chat_id, is_typing=False)
        return None

    def read(client: Client, command: Read) -> Answer:
        # Who reads hears of it by unread_changed, as all their connections do.
        return Later(partial(receipts.post, client.user_id, command.chat_id, command.message_id))

    def send_message(client: Client, command: SendMessage) -> Answer:
        send = Send(
            client.user_id, command.chat_id, command.text, command.client_id, command.reply_to, client.socket.id
        )
        return Later(partial(messages.post, send), message_sent)

    return {
        Ping: ping, CatchUp: catch_up, Subscribe: partial(_subscribe, hub), TypingStartCommand: typing_start,
        TypingStopCommand: typing_stop, Read: read, SendMessage: send_message,
    }  # fmt: skip


def _subscribe(hub: Hub, client: Client, command: Subscribe) -> Answer:
    client.wants_away = AWAY in command.events
    names = frozenset(command.events) - {AWAY}
    if names or not client.wants_away:
        # `away` alone is a flag, no list of events.
        hub.subscribe(client, names)
    unknown = names - SUBSCRIBABLE
    if unknown:
        raise Refusal("unknown_event", f"No such event: {', '.join(sorted(unknown))[:200]}. The others count.")
    return None


class _Asking:
    """Readings whose answer stands before whatever is committed after them."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._tasks: set[asyncio.Task[None]] = set()
        """Kept here, since a loop forgets tasks that nobody holds."""

    def begin(self, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Callable[[Told], None]:
        """How a reading is begun for `Later`."""

        def begin(told: Told) -> None:
            task = asyncio.get_running_loop().create_task(self._answer(ask, told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return begin

    async def _answer(self, ask: Callable[[], Coroutine[Any, Any, Any]], told: Told) -> None:
        async with self._outbox.hold():
            try:
                result = await ask()
            except Exception as error:  # whoever asked is told
                result = error
            told(result)
