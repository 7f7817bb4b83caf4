"""What the tests of several nodes share."""

from collections.abc import AsyncIterator

import pytest

from nodes.together import Together
from ryadom.nodes import commit_order


@pytest.fixture
async def together(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Together]:
    """Three nodes."""
    # The clock stands still while somebody asks.
    monkeypatch.setattr(commit_order, "WAIT", 0.0)
    together = Together()
    await together.start()
    yield together
    await together.close()
