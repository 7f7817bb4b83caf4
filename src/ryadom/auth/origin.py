"""Whose page sends a request: a cookie counts only for requests from our own origin."""

from collections.abc import Callable
from urllib.parse import urlsplit


def same_origin(get: Callable[[str], str | None], public_url: str) -> bool | None:
    """Whether a request comes from our own page; None when its headers do not tell.

    `get` gives a header's value by its lower-case name. Origin counts most, then Sec-Fetch-Site.
    """
    origin = get("origin")
    if origin is not None:
        ours = {netloc for netloc in (get("host"), urlsplit(public_url).netloc if public_url else None) if netloc}
        # As a browser writes it, and nothing else: no path, no user, no port that need not be said.
        scheme, _, place = origin.partition("://")
        return scheme in ("http", "https") and place.lower() in {one.lower() for one in ours}
    site = get("sec-fetch-site")
    return None if site is None else site == "same-origin"
