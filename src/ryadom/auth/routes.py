"""REST of accounts and sessions."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta

from ryadom.config import Network
from ryadom.db.database import Database
from ryadom.protocol.schemas import (
    MAX_ID,
    DeviceName,
    DeviceType,
    DisplayName,
    Id,
    Me,
    Password,
    User,
    Username,
    UserSession,
)
from ryadom.rest import PARTING, PUBLIC, an_id, problems

from . import store
from .actions import Auth, Origin, ProfileChange
from .bearer import cookie_name, token_in
from .devices import client_ip
from .middleware import Anyone, Asked, Headers, by_https
from .welcome import ServerInfo, Welcome

# Litestar leaves the bounds of a list's items out of the description.
IDS = {"items": {"type": "integer", "minimum": 1, "maximum": MAX_ID}}
AnyPassword = Annotated[str, Meta(max_length=1024)]
"""A password to compare: whatever was typed."""


class Registration(msgspec.Struct, frozen=True):
    """A new account."""

    username: Username
    password: Password
    """8 to 1,024 bytes."""
    display_name: DisplayName | None = None


class Credentials(msgspec.Struct, frozen=True):
    """A sign-in."""

    username: Annotated[str, Meta(max_length=64)]
    password: AnyPassword
    device_name: DeviceName | None = None
    device_type: DeviceType | None = None
    cookie_only: bool = False
    """The token comes as the cookie alone; `access_token` is empty."""


class Login(msgspec.Struct, frozen=True):
    """A fresh session. The token is shown only here, if at all."""

    access_token: str
    token_type: Literal["bearer"]
    expires_at: datetime
    """When the session ends if it is not used; use moves it."""
    user: User
    session: UserSession


class PasswordChange(msgspec.Struct, frozen=True):
    """A new password; all other sessions end."""

    current_password: AnyPassword
    new_password: Password


class Revoked(msgspec.Struct, frozen=True):
    """How many sessions have ended."""

    revoked: int


def routes(auth: Auth, welcome: Welcome, db: Database, trusted: tuple[Network, ...]) -> list[HTTPRouteHandler]:
    """The route handlers."""

    def origin(request: Anyone) -> Origin:
        headers = Headers(request.scope)
        peer = request.client.host if request.client else ""
        address = client_ip(peer, headers.all("x-forwarded-for"), trusted)
        return Origin(address=address, user_agent=headers.get("user-agent") or "")

    @get("/server", opt=PUBLIC, tags=["Server"], responses=problems(public=True))
    async def server(request: Anyone) -> ServerInfo:
        """What this server is, whether one may register, and whom the request signs in, if anybody."""
        headers = Headers(request.scope)
        https = by_https(request.scope, trusted)
        token, _ = token_in(headers.all("authorization"), headers.all("cookie"), https=https)
        return await welcome.look(token, origin(request).address)

    @post(
        "/register", opt=PUBLIC, tags=["Accounts"],
        responses=problems("username_taken", "registration_closed", "invalid", public=True),
    )  # fmt: skip
    async def register(request: Anyone, data: Registration) -> User:
        """Create an account."""
        return await auth.register(data.username, data.password, data.display_name, origin(request))

    @post(
        "/login", opt=PUBLIC, status_code=200, tags=["Accounts"], responses=problems("wrong_credentials", public=True)
    )
    async def login(request: Anyone, data: Credentials) -> Response[Login]:
        """Open a session: the token for a Bearer header, and the cookie for browsers.

        With `cookie_only` the token comes as the cookie alone, out of reach of a page's scripts; `access_token` is
        empty.
        """
        signed_in = await auth.login(data.username, data.password, data.device_name, data.device_type, origin(request))
        body = Login(
            access_token="" if data.cookie_only else signed_in.token, token_type="bearer",  # noqa: S106
            expires_at=signed_in.principal.expires_at, user=signed_in.user, session=signed_in.session,
        )  # fmt: skip
        age = int(store.AT_MOST.total_seconds())
        cookie = _cookie(signed_in.token, age, https=by_https(request.scope, trusted))
        return Response(body, cookies=[cookie])

    @post("/logout", opt=PARTING, status_code=204, tags=["Accounts"], responses=problems())
    async def logout(request: Asked) -> Response[None]:
        """End the current session."""
        await auth.end(request.user.user_id, [request.user.session_id], "logout")
        cookie = _cookie("", 0, https=by_https(request.scope, trusted))
        return Response(None, status_code=204, cookies=[cookie])

    @get("/users/me", tags=["Accounts"], responses=problems())
    async def get_me(request: Asked) -> Me:
        """One's own profile."""
        return await db.read(store.get_me, request.user.user_id)

    @patch("/users/me", tags=["Accounts"], responses=problems())
    async def patch_me(request: Asked, data: ProfileChange) -> Me:
        """Change one's own profile and settings; what is absent stays."""
        return await auth.change_profile(request.user, data)

    @post("/users/me/password", status_code=204, tags=["Accounts"], responses=problems("wrong_password", "invalid"))
    async def change_password(request: Asked, data: PasswordChange) -> None:
        """Change the password; all other sessions end."""
        await auth.change_password(request.user, data.current_password, data.new_password)

    @get("/users", tags=["Accounts"], responses=problems())
    async def find_users(
        # `query` as a name of Python's is Litestar's own, for the whole query string.
        request: Asked, text: Annotated[str, Parameter(query="query", min_length=1, max_length=64)]
    ) -> list[User]:  # fmt: skip
        """People whose username begins with the query, or whose name has it in it; 50 at most."""
        return await db.read(store.find_users, text)

    @get("/users/known", tags=["Accounts"], responses=problems())
    async def known_users(
        request: Asked,
        ids: Annotated[list[Id], Parameter(min_items=1, max_items=store.KNOWN_AT_MOST, schema_extra=IDS)],
    ) -> list[User]:
        """The names of people by id, as far as they are or once were in a chat that one is in."""
        return await db.read(store.known_users, request.user.user_id, ids)

    @get("/sessions", tags=["Sessions"], responses=problems())
    async def list_sessions(request: Asked) -> list[UserSession]:
        """The devices that are signed in: the current one first, then by last activity."""
        return await auth.list_sessions(request.user)

    @delete("/sessions/{session_id:int}", tags=["Sessions"], responses=problems("not_found"))
    async def end_session(request: Asked, session_id: int) -> None:
        """End one of one's sessions, at once."""
        await auth.revoke(request.user, an_id(session_id))

    @post("/sessions/revoke_all", status_code=200, tags=["Sessions"], responses=problems())
    async def revoke_all(request: Asked) -> Revoked:
        """End all sessions but the current one."""
        return Revoked(await auth.revoke_others(request.user))

    return [
        server, register, login, logout, get_me, patch_me, change_password, find_users, known_users, list_sessions,
        end_session, revoke_all,
    ]  # fmt: skip


def _cookie(token: str, age: int, *, https: bool) -> Cookie:
    name = cookie_name(https=https)
    return Cookie(key=name, value=token, path="/", max_age=age, httponly=True, samesite="lax", secure=https)
