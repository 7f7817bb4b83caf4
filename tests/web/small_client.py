"""A browser client as a build leaves it, small: what the server serves does not depend on what it shows."""

from pathlib import Path

ASSET = "index-a1b2c3d4.js"
PAGE = b'<!doctype html><title>Ryadom</title><script type="module" src="/assets/index-a1b2c3d4.js"></script>'
SCRIPT = b"document.title = 'Ryadom'\n" * 40
PACKED = b"as brotli would have it"


def small_client(folder: Path) -> Path:
    """Write the files into a folder; the folder."""
    files = {
        "index.html": PAGE, f"assets/{ASSET}": SCRIPT, f"assets/{ASSET}.br": PACKED, "sw.js": b"self.skip = 1\n",
        "browser.js": b"(function () {})()\n",
        "manifest.webmanifest": b"{}\n", "icon.svg": b"<svg/>\n", "icon-192.png": b"\x89PNG 192",
        "icon-512.png": b"\x89PNG 512", "icon-maskable-512.png": b"\x89PNG maskable", ".built-from": b"0a1b",
    }  # fmt: skip
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
