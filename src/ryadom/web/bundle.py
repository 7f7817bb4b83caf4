"""The built browser client: its files in memory, compressed once, each with the headers that it is served with."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "client"
"""Where `make web` builds the client; in a wheel it is there already."""
STAMP = ".built-from"
"""What `scripts/build_web.py` notes beside the files; not served."""
PACKED = ".br"
"""Ends the name of a file that the build has compressed with brotli."""

ROOT_FILES = (
    "/browser.js", "/sw.js", "/manifest.webmanifest", "/icon.svg", "/icon-192.png", "/icon-512.png",
    "/icon-maskable-512.png",
)  # fmt: skip
"""The files whose names do not change from build to build, besides the page itself."""
ASSETS = "/assets/"
"""What begins so has a hash in its name: it never changes, and is kept for ever."""

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_SMALL_ALREADY = (".png", ".woff2")

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types svelte-trusted-html ryadom"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
}
_OWN_HEADERS = {"/": PAGE_HEADERS, "/sw.js": {"Content-Security-Policy": "default-src 'none'; connect-src 'self'"}}


class File(NamedTuple):
    """One file: its bytes by content coding (the plain ones by an empty name), and what is said of it."""

    bodies: dict[str, bytes]
    headers: dict[str, str]
    etag: str

    def pick(self, accept_encoding: str) -> tuple[str, bytes]:
        """The coding and the bytes for a client that sends this Accept-Encoding."""
        taken = _taken(accept_encoding)
        coding = next((one for one in ("br", "gzip") if one in taken and one in self.bodies), "")
        return coding, self.bodies[coding]

    def tag(self, coding: str) -> str:
        """The ETag of the file in a coding."""
        return f'"{self.etag}-{coding}"' if coding else f'"{self.etag}"'


Bundle = dict[str, File]
"""Path of the URL → file. Empty: the client is not built."""


@cache
def load(folder: Path) -> Bundle:
    """Read a built client. Read once: a server goes on with what it began with."""
    if not (folder / "index.html").is_file():
        return {}
    names = [path for path in folder.rglob("*") if path.is_file() and path.suffix in TYPES]
    return {_address(path.relative_to(folder)): _file(path, folder) for path in names}


def _address(name: Path) -> str:
    return "/" if name.name == "index.html" else f"/{name.as_posix()}"


def _file(path: Path, folder: Path) -> File:
    plain = path.read_bytes()
    bodies = {"": plain}
    packed = path.with_name(path.name + PACKED)
    if packed.is_file():
        bodies["br"] = packed.read_bytes()
    if path.suffix not in _SMALL_ALREADY:
        bodies["gzip"] = gzip.compress(plain, mtime=0)
    address = _address(path.relative_to(folder))
    return File(bodies, _headers(address, path.suffix), hashlib.sha256(plain).hexdigest()[:16])


def _headers(address: str, suffix: str) -> dict[str, str]:
    lasting = address.startswith(ASSETS)
    headers = {
        "Content-Type": TYPES[suffix],
        "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    return headers | _OWN_HEADERS.get(address, {})


def _taken(accept_encoding: str) -> set[str]:
    """The codings that the header takes; one with q=0 it does not."""
    taken = set()
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        quality = parameters.strip().removeprefix("q=").strip()
        if quality.rstrip("0") not in ("", "0.") or not quality:
            taken.add(name.strip())
    return taken
