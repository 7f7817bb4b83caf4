"""The files that the pages are made of: templates for the server, static files for the browser."""

from importlib.resources import files

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def template(name: str) -> str:
    """The text of a file in `templates/`."""
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _load() -> dict[str, tuple[bytes, str]]:
    found = {}
    for file in (files(__package__) / "static").iterdir():
        suffix = "." + file.name.rpartition(".")[2]
        if suffix in _TYPES:
            found[file.name] = (file.read_bytes(), _TYPES[suffix])
    return found


STATIC: dict[str, tuple[bytes, str]] = _load()
"""File name → its bytes and Content-Type, of everything served under `/static/`."""
