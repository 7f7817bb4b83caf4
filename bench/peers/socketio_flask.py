"""A bare program on Flask-SocketIO with Werkzeug's server in threading mode (flask/server.py)."""

import subprocess
import sys
from functools import cached_property

from bench.floor import free_port

from . import store
from .parts import HERE, ROWS, People, Server, cache, folder, launch, listening, output
from .socketio_wire import SocketIOWire

PROGRAM = HERE / "flask"
PACKAGES = ("flask-socketio", "python-socketio", "python-engineio", "simple-websocket", "flask", "werkzeug")


class FlaskSocketIO:
    """In a virtual environment of its own, of the Python that runs this."""

    def __init__(self) -> None:
        self.rows: tuple[str, ...] = ROWS
        self.wire = SocketIOWire()
        self.sockets = 1000
        """Each has threads of its own: 10,000 are more than a machine takes."""
        self._venv = cache("flask") / "venv"

    @cached_property
    def label(self) -> str:
        """With the version that pip has brought."""
        return f"Flask-SocketIO {self.versions()['flask-socketio']}, threads, SQLite FULL"

    def install(self) -> None:
        """By pip."""
        if (self._venv / "bin" / "python").exists():
            return
        subprocess.run([sys.executable, "-m", "venv", self._venv], check=True)
        output(self._venv / "bin" / "python", "-m", "pip", "install", "-q", "-r", PROGRAM / "requirements.txt")

    def versions(self) -> dict[str, str]:
        """Of Python, its SQLite, and the packages."""
        asked = (
            "import platform, sqlite3, sys; from importlib.metadata import version;"
            "print(platform.python_version(), sqlite3.sqlite_version, *map(version, sys.argv[1:]))"
        )
        found = output(self._venv / "bin" / "python", "-c", asked, *PACKAGES).split()
        return dict(zip(("python", "sqlite", *PACKAGES), found, strict=True))

    def start(self, people: People) -> Server:
        """With a database of its own."""
        data, port = folder(), free_port()
        store.fill(data / "peer.db", people)
        process = launch([self._venv / "bin" / "python", PROGRAM / "server.py", data / "peer.db", port], data)
        listening(port)
        return Server(port, process, data)
