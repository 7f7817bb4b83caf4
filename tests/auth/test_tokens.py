"""Session tokens."""

import hashlib
import re

from ryadom.auth.tokens import hash_token, new_token


def test_a_token_has_the_prefix_and_256_bits() -> None:
    assert re.fullmatch(r"ryd_[A-Za-z0-9_-]{43}", new_token())


def test_no_token_comes_twice() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000


def test_the_hash_is_sha256_of_the_whole_token() -> None:
    token = new_token()
    assert hash_token(token) == hashlib.sha256(token.encode()).hexdigest()
    assert hash_token(token) != hash_token(token[:-1])


def test_any_text_that_a_client_sends_has_a_hash() -> None:
    assert len({hash_token(text) for text in ("", "я", "\ud800", "\x00")}) == 4
