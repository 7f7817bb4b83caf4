"""Where a token may stand: in the Authorization header, else in the browser's cookie. Never in a URL."""

COOKIE = "ryadom_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Its name where one comes by HTTPS: browsers take it from this host alone, so that no neighbour can plant another."""


def cookie_name(*, https: bool) -> str:
    """The name of the cookie that a sign-in sets."""
    return SECURE_COOKIE if https else COOKIE


def token_in(authorization: list[str], cookies: list[str], *, https: bool) -> tuple[str | None, bool]:
    """The token, and whether it came by cookie. A Bearer header wins.

    `https`: the request came so. Then the cookie's plain name counts for nothing.
    """
    for value in authorization:
        scheme, _, token = value.strip().partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip(), False
    # A proxy may tell of HTTPS for one request and not for a socket: the name alone proves it.
    for wanted in (SECURE_COOKIE,) if https else (SECURE_COOKIE, COOKIE):
        for header in cookies:
            for pair in header.split(";"):
                name, _, value = pair.strip().partition("=")
                if name == wanted and value:
                    return value, True
    return None, False
