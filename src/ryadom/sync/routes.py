"""REST of catching up."""

from typing import Annotated

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from ryadom.auth.middleware import Asked
from ryadom.chats.recall import Recall
from ryadom.db.database import Database
from ryadom.presence.statuses import Statuses
from ryadom.protocol.schemas import MAX_ID, Changes, Snapshot
from ryadom.rest import an_id, problems

from .snapshot import changes, snapshot

TAGS = ["Catching up"]


def routes(db: Database, statuses: Statuses, recall: Recall) -> list[HTTPRouteHandler]:
    """The route handlers."""

    @get("/sync", tags=TAGS, responses=problems())
    async def sync(request: Asked, away: bool = False) -> Snapshot:
        """The whole snapshot: own profile, chats, statuses, contacts, counts."""
        return await db.read(snapshot, request.user.user_id, statuses, away, recall)

    @get("/chats/{chat_id:int}/changes", tags=TAGS, responses=problems("not_found"))
    async def chat_changes(
        request: Asked, chat_id: int, after_rev: Annotated[int, Parameter(ge=0, le=MAX_ID)]
    ) -> Changes:
        """What changed in a chat since a rev: messages new, edited and deleted, members, marks."""
        return await db.read(changes, request.user.user_id, an_id(chat_id), after_rev)

    return [sync, chat_changes]
