"""A gate that lets everybody in at /ws and writes down what it is told."""

from collections.abc import Callable

from ryadom.realtime.connection import Connection, Refused
from ryadom.realtime.frames import text_frame
from ryadom.realtime.headers import Headers


class RecordingGate:
    """`ended` has one (connection, code, clean) per `closed`. `echo`: send each text back."""

    def __init__(self, echo: bool = False) -> None:
        self.checked: list[tuple[str, str]] = []
        self.connections: list[Connection] = []
        self.origins: list[str | None] = []
        self.texts: list[bytes] = []
        self.ended: list[tuple[Connection, int, bool]] = []
        self.echo = echo
        self.on_open: Callable[[Connection], None] = lambda _: None
        self.on_text: Callable[[Connection, bytes], None] = lambda *_: None

    @property
    def endings(self) -> list[tuple[int, bool]]:
        """Code and cleanness of each end."""
        return [(code, clean) for _, code, clean in self.ended]

    def check(self, path: str, headers: Headers, peer: str) -> Refused | None:
        """Refuse other paths and one origin."""
        self.checked.append((path, peer))
        if path.rstrip("/") != "/ws":
            return Refused(404, "not_found", "There is no such socket.")
        if headers.get("Origin") == "https://evil.example":
            return Refused(403, "wrong_origin", "Another origin.")
        return None

    def opened(self, connection: Connection) -> None:
        """Remember it."""
        self.connections.append(connection)
        self.origins.append(connection.headers.get("Origin"))
        self.on_open(connection)

    def received(self, connection: Connection, text: bytes) -> None:
        """Remember it, answer it when asked to."""
        self.texts.append(text)
        if self.echo:
            connection.send(text_frame(text))
        self.on_text(connection, text)

    def closed(self, connection: Connection, code: int, clean: bool) -> None:
        """Remember it."""
        self.ended.append((connection, code, clean))
