"""Who the law is tried on."""

import pytest

from law.town import Town
from world import World


@pytest.fixture
async def town(world: World) -> Town:
    """People, contacts and chats, with something unread."""
    return await Town(world).settle_in()
