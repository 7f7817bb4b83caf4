"""What is made of the built client when the server starts."""

import gzip
import json
import re
from pathlib import Path

import pytest

from ryadom.web.bundle import PAGE_HEADERS, ROOT_FILES, load
from web.small_client import ASSET, PACKED, PAGE, SCRIPT, small_client

WEB = Path(__file__).parents[2] / "web"


def test_every_file_has_its_address_and_nothing_else_is_served(tmp_path: Path) -> None:
    assert load(small_client(tmp_path)).keys() == {"/", f"/assets/{ASSET}", *ROOT_FILES}


def test_a_folder_without_a_page_holds_no_client(tmp_path: Path) -> None:
    assert load(tmp_path / "none") == {}
    (tmp_path / "sw.js").write_text("")
    assert load(tmp_path) == {}


def test_it_is_read_once(tmp_path: Path) -> None:
    first = load(small_client(tmp_path))
    (tmp_path / "index.html").write_bytes(b"another")
    assert load(tmp_path) is first


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""), ("gzip", "gzip"), ("gzip, deflate, br", "br"), ("br;q=0, gzip", "gzip"), ("BR", "br"),
        ("gzip;q=0.0", ""), ("gzip;q=0.5, br;q=0.1", "br"), ("identity", ""), ("deflate, zstd", ""),
        (" gzip ; q=1.0", "gzip"), ("br;q=0.000,gzip;q=0.001", "gzip"), (";;,q=", ""),
    ],
)  # fmt: skip
def test_the_coding_is_one_that_the_client_takes(tmp_path: Path, accepted: str, coding: str) -> None:
    file = load(small_client(tmp_path))[f"/assets/{ASSET}"]
    picked, body = file.pick(accepted)
    assert picked == coding
    assert {"": lambda: body, "br": lambda: SCRIPT * (body == PACKED), "gzip": lambda: gzip.decompress(body)}[
        coding
    ]() == SCRIPT


def test_pictures_are_not_compressed_again(tmp_path: Path) -> None:
    file = load(small_client(tmp_path))["/icon-192.png"]
    assert file.pick("gzip, br") == ("", b"\x89PNG 192")


def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_all_else_is_asked_for_again(tmp_path: Path) -> None:
    files = load(small_client(tmp_path))
    lasting = {address for address, file in files.items() if "immutable" in file.headers["Cache-Control"]}
    assert lasting == {f"/assets/{ASSET}"}
    assert {files[address].headers["Cache-Control"] for address in files.keys() - lasting} == {"no-cache"}


def test_every_file_says_its_type_and_that_it_depends_on_the_coding(tmp_path: Path) -> None:
    files = load(small_client(tmp_path))
    types = {address: file.headers["Content-Type"].partition(";")[0] for address, file in files.items()}
    assert (types["/"], types["/sw.js"]) == ("text/html", "text/javascript")
    assert types["/manifest.webmanifest"] == "application/manifest+json"
    assert (types["/icon.svg"], types["/icon-512.png"]) == ("image/svg+xml", "image/png")
    assert {file.headers["Vary"] for file in files.values()} == {"Accept-Encoding"}
    assert {file.headers["X-Content-Type-Options"] for file in files.values()} == {"nosniff"}


def test_the_tag_tells_contents_and_codings_apart(tmp_path: Path) -> None:
    files = load(small_client(tmp_path))
    tags = [file.tag(coding) for file in files.values() for coding in file.bodies]
    assert len(tags) == len(set(tags))
    assert all(re.fullmatch(r'"[\w-]+"', tag) for tag in tags)


def test_the_page_may_run_nothing_but_its_own_scripts(tmp_path: Path) -> None:
    headers = load(small_client(tmp_path))["/"].headers
    rules = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src", "worker-src", "manifest-src")} == {
        "'self'"
    }
    assert rules["require-trusted-types-for"] == "'script'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert PAGE_HEADERS.items() <= headers.items()
    assert PAGE in load(tmp_path)["/"].bodies.values()


def test_the_public_files_of_the_client_are_the_ones_that_are_served() -> None:
    public = {f"/{path.name}" for path in (WEB / "public").iterdir()}
    assert public | {"/sw.js"} == set(ROOT_FILES)
    assert all(path.stat().st_size < 10_000 for path in (WEB / "public").iterdir())


def test_the_page_and_the_manifest_name_files_that_are_served() -> None:
    page = (WEB / "index.html").read_text(encoding="utf-8")
    manifest = json.loads((WEB / "public" / "manifest.webmanifest").read_text(encoding="utf-8"))
    linked = re.findall(r'<(?:link|script) [^>]*(?:href|src)="(/(?!src/)[^"]+)"', page)
    linked += [icon["src"] for icon in manifest["icons"]]
    assert set(linked) <= set(ROOT_FILES)
    assert manifest["start_url"] == manifest["scope"] == "/"
    assert {"any", "maskable"} == {icon["purpose"] for icon in manifest["icons"]}
