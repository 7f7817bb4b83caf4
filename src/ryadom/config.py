"""Settings: from a TOML file, overridden by `RYADOM_*` environment variables. One frozen value, made once at start."""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PREFIX = "RYADOM_"
REDIS = ("redis://", "rediss://", "unix://")
POSTGRES = "postgresql+asyncpg://"


class ConfigError(Exception):
    """A setting cannot be used. The message names the setting and says what to write instead."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of a server. Each is `RYADOM_` + the name in upper case, or the name as a key of the TOML file."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8080
    """TCP port to listen on; 0 picks a free one."""
    data: Path = Path("data")
    """Folder for the database and what else the server keeps."""
    database_url: str = ""
    """The database, `postgresql+asyncpg://…` or `sqlite:///FILE`; empty: SQLite in the data folder."""
    redis_url: str = ""
    """Redis or Valkey that joins several nodes, `redis://…`; it needs PostgreSQL. Empty: one process."""
    node: str = ""
    """The name of this node among several, as metrics and logs tell it; empty: the name of the machine."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks (CIDR) whose X-Forwarded-For and X-Forwarded-Proto are believed. Comma-separated in the environment."""
    rate_limits: bool = True
    """Limits on sign-in, registration, messages, requests and frames. `off` is for load tests only."""
    public_url: str = ""
    """The URL that browsers use, when it differs from the Host header that arrives (behind some proxies)."""
    registration: bool = True
    """Whether anyone may register. The first account can always be made."""
    metrics_token: str = ""
    """Bearer token for `/metrics` from other than loopback; empty: loopback only."""
    log_level: str = "info"
    """debug, info, warning or error."""
    log_format: str = "auto"
    """`json` for machines, `console` for people, `auto`: console on a terminal."""

    @property
    def sqlite_path(self) -> Path:
        """The SQLite file, when the database is SQLite."""
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///"))
        return self.data / "ryadom.db"

    @property
    def postgres_url(self) -> str:
        """The URL of the database, when it is PostgreSQL; else empty."""
        return self.database_url if self.database_url.startswith(POSTGRES) else ""

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """`trusted_proxies`, parsed."""
        return tuple(_network(text) for text in self.trusted_proxies)


def load(environ: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """Read the settings: the file named by `RYADOM_CONFIG` (or ./ryadom.toml), then the environment, then `overrides`.

    Raises `ConfigError` for an unknown name or a value that does not fit.
    """
    values = _from_file(environ) | _from_environment(environ)
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=lambda to, text: to(text))
    except msgspec.ValidationError as error:
        raise ConfigError(f"A setting does not fit: {error}") from None
    _check(settings)
    return settings


def _from_file(environ: Mapping[str, str]) -> dict[str, Any]:
    named = environ.get(PREFIX + "CONFIG")
    path = Path(named or "ryadom.toml")
    if not named and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = {field.name for field in msgspec.structs.fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or name == "config":
            continue
        if name not in known:
            raise ConfigError(f"{variable} is no setting of Ryadom; the README lists them all")
        values[name] = _plain(name, text)
    return values


def _plain(name: str, text: str) -> Any:
    if name == "trusted_proxies":
        return [part.strip() for part in text.split(",") if part.strip()]
    if name in ("rate_limits", "registration"):
        word = text.strip().lower()
        if word not in _SWITCH:
            raise ConfigError(f"{PREFIX}{name.upper()} is on or off, not {text!r}")
        return _SWITCH[word]
    return text


_SWITCH = {"on": True, "true": True, "1": True, "yes": True, "off": False, "false": False, "0": False, "no": False}


def _check(settings: Settings) -> None:
    if not 0 <= settings.port <= 65535:
        raise ConfigError(f"RYADOM_PORT is a port, 0 to 65535, not {settings.port}")
    if settings.database_url and not settings.database_url.startswith(("sqlite:///", POSTGRES)):
        # The value is not repeated: it may hold a password.
        raise ConfigError(f"RYADOM_DATABASE_URL begins with {POSTGRES} or sqlite:///, or is left empty")
    if settings.redis_url and not settings.redis_url.startswith(REDIS):
        raise ConfigError("RYADOM_REDIS_URL begins with redis://, rediss:// or unix://, or is left empty")
    if settings.redis_url and not settings.postgres_url:
        raise ConfigError("RYADOM_REDIS_URL joins nodes that share PostgreSQL: set RYADOM_DATABASE_URL, too")
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,20}", settings.node):
        raise ConfigError("RYADOM_NODE is up to 20 letters, digits, dots and dashes")
    if settings.log_level not in ("debug", "info", "warning", "error"):
        raise ConfigError("RYADOM_LOG_LEVEL is debug, info, warning or error")
    if settings.log_format not in ("auto", "json", "console"):
        raise ConfigError("RYADOM_LOG_FORMAT is auto, json or console")
    for text in settings.trusted_proxies:
        _network(text)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ConfigError(f"RYADOM_TRUSTED_PROXIES: {text!r} is no network; write 10.0.0.0/8 or an address") from None
