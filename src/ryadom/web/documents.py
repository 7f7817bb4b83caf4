"""The API descriptions as files, to read without a server: `python -m ryadom.web.documents [FOLDER]`.

The committed copies are in docs/; a test compares them with what a server says.
"""

import json
import sys
from pathlib import Path
from typing import Any

from litestar.handlers import HTTPRouteHandler

from ryadom import __version__
from ryadom.auth import routes as auth
from ryadom.chats import routes as chats
from ryadom.contacts import routes as contacts
from ryadom.messages import routes as messages
from ryadom.presence import routes as presence
from ryadom.receipts import routes as receipts
from ryadom.sync import routes as sync

from . import asyncapi, openapi, routes

Part = dict[str, Any]


def documents() -> dict[str, Part]:
    """File name → description, JSON-ready."""
    return {
        "openapi.json": openapi.describe_routes(_handlers()),
        "asyncapi.json": asyncapi.document(__version__),
    }


def write(folder: Path) -> list[Path]:
    """Write both descriptions into a folder, which is made when it is missing. The files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, document in documents().items():
        path = folder / name
        path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _handlers() -> list[HTTPRouteHandler]:
    """Every route with nothing behind it: a description looks at signatures only, and needs no database."""
    nothing: Any = None
    return [
        *auth.routes(nothing, nothing, nothing, ()),
        *contacts.routes(nothing, nothing),
        *chats.routes(nothing, nothing, nothing),
        *receipts.routes(nothing),
        *messages.routes(nothing, nothing),
        *presence.routes(nothing, nothing, nothing),
        *sync.routes(nothing, nothing, nothing),
        *routes.routes(nothing, nothing, nothing, nothing, nothing, {}),
    ]


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")):
        sys.stdout.write(f"{path}\n")
