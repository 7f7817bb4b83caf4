"""Session tokens: opaque, 256 random bits. The database keeps only their SHA-256, so a stolen copy signs nobody in."""

import hashlib
import secrets

PREFIX = "ryd_"
"""Lets people and secret scanners see what a leaked token belongs to."""


def new_token() -> str:
    """A fresh token: the prefix and 43 URL-safe characters."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored and looked up instead of the token: 64 hex digits.

    Without salt or stretching: nobody can guess 256 random bits, and the look-up must be one read of an index.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
