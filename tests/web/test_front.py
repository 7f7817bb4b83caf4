"""The routes of the browser client, at work."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from ryadom import rest
from ryadom.web import front
from ryadom.web.bundle import ROOT_FILES, load
from web.small_client import ASSET, PACKED, PAGE, SCRIPT, small_client

Client = TestClient[Litestar]
PLAIN = {"Accept-Encoding": "identity"}


def serve(folder: Path) -> Client:
    """A server that has only these routes."""
    app = Litestar(
        front.routes(load(folder)), exception_handlers=rest.EXCEPTION_HANDLERS, after_request=rest.uncached,
        openapi_config=None, logging_config=None,
    )  # fmt: skip
    return TestClient(app)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A browser before a server whose client is built."""
    with serve(small_client(tmp_path)) as client:
        yield client


def test_the_page_is_served_under_its_rules(client: Client) -> None:
    answer = client.get("/", headers=PLAIN)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "trusted-types svelte-trusted-html ryadom" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("coding", "sent"), [("br", PACKED), ("gzip", None), ("identity", SCRIPT)])
def test_an_asset_comes_as_the_client_takes_it(client: Client, coding: str, sent: bytes | None) -> None:
    with client.stream("GET", f"/assets/{ASSET}", headers={"Accept-Encoding": coding}) as answer:
        body = b"".join(answer.iter_raw())
    assert body == sent if sent else gzip.decompress(body) == SCRIPT
    assert answer.headers.get("content-encoding", "identity") == coding
    assert int(answer.headers["content-length"]) == len(body)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("address", ROOT_FILES)
def test_files_without_a_hash_are_asked_for_again(client: Client, address: str) -> None:
    answer = client.get(address, headers=PLAIN)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    again = client.get(address, headers=PLAIN | {"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    other = client.get(address, headers=PLAIN | {"If-None-Match": '"something-else"'})
    assert (other.status_code, other.content) == (200, answer.content)


@pytest.mark.parametrize(
    "address", ["/assets/none.js", "/assets/..%2Findex.html", "/.built-from", f"/assets/{ASSET}.br"]
)
def test_what_is_no_file_of_the_client_is_not_there(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["cache-control"] == "no-store"


def test_without_a_client_the_page_says_how_to_build_it(tmp_path: Path) -> None:
    with serve(tmp_path / "none") as client:
        answer = client.get("/", headers={"Accept-Language": "ru"})
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "make setup" in answer.text
        assert 'lang="ru"' in answer.text
        assert client.get("/sw.js").status_code == 404
