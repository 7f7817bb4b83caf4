"""Connections to PostgreSQL: how they are opened, and which errors mean that they, or the server, are gone."""

from typing import Any

import asyncpg
import msgspec
from sqlalchemy import make_url

from .errors import InUse

CONNECT_WITHIN = 5.0
"""Seconds to connect."""
ANSWER_WITHIN = 20.0
"""Seconds for one statement."""
SETTINGS = {
    "application_name": "ryadom",
    # A node that stands still in the middle of a commit must not hold up the others.
    "idle_in_transaction_session_timeout": "5s",
    "lock_timeout": "10s",
    # A node whose way here was cut off holds nothing for long: above all not the lock of being alone.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "timezone": "UTC",
}


def shown(url: str) -> str:
    """A URL without its password."""
    return make_url(url).render_as_string(hide_password=True)


def arguments(url: str) -> dict[str, Any]:
    """How a connection is opened."""
    return {
        "dsn": make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
        "server_settings": SETTINGS,
        "timeout": CONNECT_WITHIN,
        "command_timeout": ANSWER_WITHIN,
        "statement_cache_size": 1000,
        "max_cached_statement_lifetime": 0,
    }


async def prepare_connection(connection: Any) -> None:
    """What every connection needs: JSON as text."""
    await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=msgspec.json.decode)


def is_gone(error: BaseException) -> bool:
    """Whether it was the connection or the server that failed, not the statement."""
    return isinstance(
        error,
        InUse | OSError | TimeoutError
        | asyncpg.PostgresConnectionError | asyncpg.InterfaceError | asyncpg.InternalClientError
        | asyncpg.OperatorInterventionError | asyncpg.InsufficientResourcesError | asyncpg.LockNotAvailableError
        # It has become a standby, is starting, or shuts down.
        | asyncpg.ReadOnlySQLTransactionError | asyncpg.PostgresSystemError | asyncpg.SerializationError
        | asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InvalidCatalogNameError
        | asyncpg.IdleInTransactionSessionTimeoutError,
    )  # fmt: skip
