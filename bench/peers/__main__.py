"""Measures peers: `python -m bench.peers NAME [ROW …] [--quick] [--runs=N]`, each figure a line of JSON.

The long form puts its lines into docs/peers.jsonl, in the place of those with the same peer and name.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from bench.document import DOCS, lines
from bench.line import machine, quick

from .ejabberd import Ejabberd
from .parts import ROWS, Peer
from .prosody import Prosody
from .rows import ALL
from .socketio_flask import FlaskSocketIO
from .socketio_node import SocketIO

KEPT = DOCS / "peers.jsonl"
PEERS: dict[str, Callable[[], Peer]] = {
    "socketio": lambda: SocketIO("FULL", ROWS),
    "socketio-two": lambda: SocketIO("FULL", ("presence", "cycle"), two=True),
    "socketio-nosync": lambda: SocketIO("OFF", ("message", "read")),
    "ejabberd": lambda: Ejabberd("mnesia", ROWS),
    "ejabberd-sqlite": lambda: Ejabberd("sqlite", ("message", "read")),
    "ejabberd-postgres": lambda: Ejabberd("pgsql", ("message", "read")),
    "prosody": lambda: Prosody("internal", ROWS),
    "prosody-sqlite": lambda: Prosody("sql", ("message", "read")),
    "flask": FlaskSocketIO,
}


def main() -> int:
    """Run what was asked for; 2 when there is no such thing."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if not words or words[0] not in PEERS:
        print(f"Which peer? There are: {', '.join(PEERS)}", file=sys.stderr)
        return 2
    peer = PEERS[words[0]]()
    unknown = [row for row in words[1:] if row not in peer.rows]
    if unknown:
        print(f"{words[0]} has no row {', '.join(unknown)}. It has: {', '.join(peer.rows)}", file=sys.stderr)
        return 2
    peer.install()
    for row in words[1:] or peer.rows:
        for figure in ALL[row](peer):
            tell(words[0], row, peer, figure)
    return 0


def tell(name: str, row: str, peer: Peer, figure: dict[str, Any]) -> None:
    """Print a line, and keep it if it is one to keep."""
    line = {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in figure.items()}
    line = {"name": line.pop("name"), "peer": peer.label, **line}
    line |= {"bench": f"peers {name} {row}", "versions": peer.versions(), "machine": machine()}
    print(json.dumps(line, ensure_ascii=False), flush=True)
    if quick():
        return
    others = [kept for kept in lines(KEPT) if key(kept) != key(line)]
    everything = sorted([*others, line], key=place)
    KEPT.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in everything), encoding="utf-8")


def key(line: dict[str, Any]) -> tuple[str, str, str]:
    """What a line is about. Those of another processor are kept: they tell how much slower this one is."""
    return line["bench"], line["name"], line["machine"]["cpu"]


def place(line: dict[str, Any]) -> tuple[str, int, int, str]:
    """Where a line stands in the file: by processor, by peer, then by row."""
    _, name, row = line["bench"].split()
    return line["machine"]["cpu"], list(PEERS).index(name), ROWS.index(row), line["name"]


if __name__ == "__main__":
    sys.exit(main())
