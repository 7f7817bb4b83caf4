"""Where a token may stand: in the Authorization header, else in the browser's cookie. Never in a URL."""

COOKIE = "ryadom_session"


def token_in(authorization: list[str], cookies: list[str]) -> tuple[str | None, bool]:
    """The token, and whether it came by cookie. A Bearer header wins."""
    for value in authorization:
        scheme, _, token = value.strip().partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip(), False
    for header in cookies:
        for pair in header.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == COOKIE and value:
                return value, True
    return None, False
