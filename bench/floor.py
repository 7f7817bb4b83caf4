"""The floor beside a figure: floor.c, pinned as the server is, with frames of the same bytes."""

import socket
import subprocess
import tempfile
from pathlib import Path

from ryadom.clock import Clock
from ryadom.protocol import events
from ryadom.protocol.schemas import Message
from ryadom.realtime.encoded import encode

from .load import SERVER_CORE, pinned, program

ROOT = Path(__file__).parents[1]
TEXT = "x" * 100


def answers() -> dict[str, bytes]:
    """The floor's ready-made payloads: what the server would send, byte for byte as long."""
    now = Clock().utcnow()
    at = {"timestamp": now, "rev": 1_700_000_000_000_000}
    message = Message(
        id=10_000_000, chat_id=100, seq=1000, rev=at["rev"], kind="text", sender_id=100, text=TEXT,  # type: ignore[arg-type]
        client_id="b-0000000000", reply_to=None, created_at=now, edited_at=None, deleted=False,
    )  # fmt: skip
    made = {
        "message_sent": events.MessageSent(**at, client_id="b-0000000000", message=message),
        "new_message": events.NewMessage(**at, message=message),
        "unread_message": events.UnreadMessage(
            **at, chat_id=100, message_id=10_000_000, sender_id=100, unread_count=1000, total_unread=1000
        ),
        "typing": events.TypingStart(timestamp=now, chat_id=100, user_id=100),
        "messages_read": events.MessagesRead(
            **at, chat_id=100, user_id=100, up_to_seq=1000, message_ids=[10_000_000]
        ),
        "unread_changed": events.UnreadChanged(**at, chat_id=100, unread_count=1000, total_unread=1000, up_to_seq=1000),
        "status": events.StatusChange(timestamp=now, user_id=100, status="online", last_seen=now),
        "step": events.UserOnline(timestamp=now, user_id=100, last_seen=now),
    }  # fmt: skip
    return {"hello": b'{"type":"hello"}'} | {name: encode(event) for name, event in made.items()}


class Floor:
    """A running floor."""

    def __init__(self, rest: bytes = b"[]") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ryadom-floor-")
        folder = Path(self._folder.name)
        lines = {**answers(), "rest": rest}
        (folder / "answers").write_bytes(b"".join(name.encode() + b" " + text + b"\n" for name, text in lines.items()))
        self.port = free_port()
        self._process = subprocess.Popen(
            pinned(SERVER_CORE, self.command(folder)), stdout=subprocess.PIPE, text=True, cwd=ROOT
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "the floor did not start"
        self.pids = [self._process.pid]

    def command(self, folder: Path) -> list[object]:
        """How it is started."""
        return [program("floor"), self.port, folder / "log", folder / "answers"]

    def __enter__(self) -> "Floor":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


def tokens(count: int) -> list[str]:
    """The floor's names for its connections: 0 and 1 are peers, 2 and 3, …"""
    return [f"floor_{number}" for number in range(count)]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
