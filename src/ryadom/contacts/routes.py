"""REST of contacts and blocks."""

import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler

from ryadom.auth.middleware import Asked
from ryadom.db.database import Database
from ryadom.protocol.errors import Refusal
from ryadom.protocol.schemas import Contact, Id, Username
from ryadom.rest import an_id, either, problems

from . import store
from .actions import Contacts

TAGS = ["Contacts"]


class NewContact(msgspec.Struct, frozen=True):
    """Whom to add: by id or by username."""

    user_id: Id | None = None
    username: Username | None = None


def routes(contacts: Contacts, db: Database) -> list[HTTPRouteHandler]:
    """The route handlers."""

    @get("/contacts", tags=TAGS, responses=problems())
    async def list_contacts(request: Asked) -> list[Contact]:
        """One's entries and blocks, by name."""
        return await db.read(store.list_contacts, request.user.user_id)

    @post(
        "/contacts", tags=TAGS,
        responses=either(Contact, "The entry was there already.", problems("not_found", "invalid")),
    )  # fmt: skip
    async def add_contact(request: Asked, data: NewContact) -> Response[Contact]:
        """Enter someone."""
        if (data.user_id is None) is (data.username is None):
            raise Refusal("invalid", "Give either user_id or username.")
        entry, created = await contacts.add(request.user.user_id, data.user_id, data.username)
        return Response(entry, status_code=201 if created else 200)

    @delete("/contacts/{user_id:int}", tags=TAGS, responses=problems("not_found"))
    async def remove_contact(request: Asked, user_id: int) -> None:
        """Remove an entry. A block stays."""
        await contacts.remove(request.user.user_id, an_id(user_id))

    @put("/contacts/{user_id:int}/block", status_code=204, tags=TAGS, responses=problems("not_found", "invalid"))
    async def block(request: Asked, user_id: int) -> None:
        """Block someone, whether or not they are a contact."""
        await contacts.block(request.user.user_id, an_id(user_id))

    @delete("/contacts/{user_id:int}/block", tags=TAGS, responses=problems("not_found", "invalid"))
    async def unblock(request: Asked, user_id: int) -> None:
        """Take a block back."""
        await contacts.unblock(request.user.user_id, an_id(user_id))

    return [list_contacts, add_contact, remove_contact, block, unblock]
