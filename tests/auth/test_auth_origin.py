"""Whose page sends a request, and where its token stands."""

import pytest

from ryadom.auth.bearer import token_in
from ryadom.auth.origin import same_origin


@pytest.mark.parametrize(
    ("headers", "public_url", "ours"),
    [
        ({}, "", None),
        ({"host": "a.example"}, "", None),
        ({"host": "a.example", "origin": "https://a.example"}, "", True),
        ({"host": "a.example", "origin": "https://A.EXAMPLE"}, "", True),
        ({"host": "a.example:8080", "origin": "http://a.example:8080"}, "", True),
        ({"host": "a.example:8080", "origin": "http://a.example"}, "", False),
        ({"host": "a.example", "origin": "https://b.a.example"}, "", False),
        ({"host": "a.example", "origin": "https://a.example.b"}, "", False),
        ({"host": "a.example", "origin": "null"}, "", False),
        ({"host": "a.example", "origin": ""}, "", False),
        ({"host": "", "origin": ""}, "", False),
        ({"origin": "https://"}, "", False),
        ({"host": "a.example", "origin": "https://a.example/"}, "", False),
        ({"host": "a.example", "origin": "https://a.example?x"}, "", False),
        ({"host": "a.example", "origin": "https://x@a.example"}, "", False),
        ({"host": "a.example", "origin": "https://["}, "", False),
        ({"host": "a.example[", "origin": "https://b]["}, "", False),
        ({"origin": "https://a.example"}, "", False),
        ({"host": "inner:80", "origin": "https://a.example"}, "https://a.example/chat/", True),
        ({"host": "inner:80", "origin": "https://b.example"}, "https://a.example/chat/", False),
        ({"host": "a.example", "origin": "https://b.example", "sec-fetch-site": "same-origin"}, "", False),
        ({"sec-fetch-site": "same-origin"}, "", True),
        ({"sec-fetch-site": "none"}, "", False),
        ({"sec-fetch-site": "same-site"}, "", False),
    ],
)
def test_only_our_own_origin_is_ours(headers: dict[str, str], public_url: str, ours: bool | None) -> None:
    assert same_origin(headers.get, public_url) is ours


@pytest.mark.parametrize(
    ("authorization", "cookies", "found"),
    [
        ([], [], (None, False)),
        (["Bearer x"], [], ("x", False)),
        (["bEARER   x  "], [], ("x", False)),
        (["Basic x"], [], (None, False)),
        (["Basic x", "Bearer y"], [], ("y", False)),
        (["Bearer"], ["ryadom_session=c"], ("c", True)),
        (["Bearer x"], ["ryadom_session=c"], ("x", False)),
        ([], ["a=b; ryadom_session=c;d=e"], ("c", True)),
        ([], ["a=b", "ryadom_session=c"], ("c", True)),
        ([], ["ryadom_session="], (None, False)),
        ([], ["xryadom_session=c; ryadom_sessionx=d"], (None, False)),
        ([], ["ryadom_session=planted; __Host-ryadom_session=c"], ("c", True)),
        ([], ["ryadom_session=planted", "__Host-ryadom_session=c"], ("c", True)),
    ],
)
def test_a_bearer_header_wins_over_a_cookie(
    authorization: list[str], cookies: list[str], found: tuple[str | None, bool]
) -> None:
    assert token_in(authorization, cookies, https=False) == found


@pytest.mark.parametrize(
    ("cookie", "found"),
    [
        ("ryadom_session=planted", (None, False)),
        ("__host-ryadom_session=planted", (None, False)),
        ("ryadom_session=planted; __Host-ryadom_session=c", ("c", True)),
    ],
)
def test_behind_https_only_the_cookie_that_no_neighbour_can_plant_counts(
    cookie: str, found: tuple[str | None, bool]
) -> None:
    assert token_in([], [cookie], https=True) == found
