"""The client side of the two Socket.IO programs: Socket.IO v4 over WebSocket alone, without polling before it."""

import json

from bench.floor import TEXT
from bench.load import Plan

from .parts import Work
from .store import chat_id

PING, PONG = b"\x81\x012", b"\x81\x81\x00\x00\x00\x003"
"""Engine.IO's ping, a text frame `2`, and the answer `3`, masked with zeros."""
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
ACCEPTED = b'"accepted":'
"""In the acknowledgement of an event, which its sender alone gets."""


def event(name: str, body: dict[str, object], *, answered: bool = False) -> str:
    """An event; `answered`: its acknowledgement is asked for."""
    number = "1" if answered else ""
    return f"42{number}" + json.dumps([name, body], separators=(",", ":")).replace('"########"', "########")


def message(sender: int, _: int) -> list[str]:
    """A message to the other of the pair."""
    words = event("send_message", {"chat_id": chat_id(sender), "client_id": "b-########", "text": TEXT}, answered=True)
    return [words]


def typing(sender: int, _: int) -> list[str]:
    """Begins to type and stops."""
    return [event(f"typing_{word}", {"chat_id": chat_id(sender)}) for word in ("start", "stop")]


def presence(_: int, __: int) -> list[str]:
    """Comes and goes."""
    return [event("status", {"online": online}, answered=True) for online in (True, False)]


def read(reader: int, _: int) -> list[str]:
    """Reads one message more."""
    return [event("read", {"chat_id": chat_id(reader), "seq": "########"})]


WORK = {
    "message": Work(ACCEPTED, b'42["new_message"', message),
    "typing": Work(b"", b'42["typing_st', typing),
    "presence": Work(ACCEPTED, b'42["status_change"', presence),
    "read": Work(b'42["unread_changed"', b'42["messages_read"', read),
    "cycle": Work(b"", b'42["status_change"', presence),
    "connect": Work(b"", b'"status":"online"', presence),
}


class SocketIOWire:
    """Socket.IO v4."""

    def plan(self, port: int) -> Plan:
        """Pings are answered. Flask's server leaves it to the client to end what both have closed."""
        plan = Plan(port)
        plan.reply(PING, PONG)
        plan.hangup()
        return plan

    def socket(self, plan: Plan, person: int, row: str, *, acts: bool) -> int:
        """Open when the namespace has let it in."""
        sign_in = f'40{{"token":"t{person}"}}'
        return plan.conn(("send", UPGRADE), ("wait", "0{"), ("text", sign_in), ("wait", '40{"sid"'))

    def work(self, row: str) -> Work:
        """See `Wire`."""
        return WORK[row]
