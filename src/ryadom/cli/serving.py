"""`ryadom serve`, `demo` and `config`."""

import asyncio
import errno
import re
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from ryadom import app, demo, logs, process
from ryadom import config as configuration
from ryadom.config import Settings
from ryadom.db.opening import alone

from .say import Failed, language, say

Host = Annotated[str | None, typer.Option(help="Address to listen on, instead of RYADOM_HOST.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on, instead of RYADOM_PORT; 0 picks a free one.")]
Data = Annotated[Path | None, typer.Option(help="Folder for the database, instead of RYADOM_DATA.")]

SECRETS = ("metrics_token",)
_PASSWORD_IN_URL = re.compile(r"(?<=:)[^:/@]+(?=@)")


def serve_by_default(context: typer.Context) -> None:
    """A self-hosted messenger server. Without a command it serves."""
    if context.invoked_subcommand is None:
        serve()


def serve(host: Host = None, port: Port = None, data: Data = None) -> None:
    """Run the server until Ctrl+C or SIGTERM."""
    settings = configuration.load(host=host, port=port, data=data)
    logs.configure(settings)

    async def announce(_: app.Server, url: str) -> None:
        say("cli_serving", url=url)

    with alone(settings):
        check_port(settings.host, settings.port)
        _run(process.serve(settings, announce))


def run_demo(
    people: Annotated[int, typer.Option(min=2, max=demo.MOST, help="How many people live in it.")] = demo.USUAL,
    seed: Annotated[int, typer.Option(help="Another number, another course of events.")] = 1,
    speed: Annotated[float, typer.Option(min=0.1, max=100.0, help="How many times faster they act.")] = 1.0,
    port: Annotated[int | None, typer.Option(help="Port to listen on; else 8080, or the next free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder to keep it in; else it is gone at the end.")] = None,
) -> None:
    """Start a server with people who talk, read, come and go, to see how everything looks when it lives."""
    chosen = demo.free_port(port, _is_free)
    if port:
        check_port(demo.HOST, port)
    with demo.folder(data) as home:
        settings = Settings(host=demo.HOST, port=chosen, data=home, log_level="warning")
        logs.configure(settings)
        with alone(settings):
            _run(demo.run(settings, demo.Play(people, seed, speed), language(), typer.echo))


def config() -> None:
    """Print the settings in force, without secrets."""
    for name, value in msgspec.structs.asdict(configuration.load()).items():
        typer.echo(f"{configuration.PREFIX}{name.upper()} = {_shown(name, value)}")


def check_port(host: str, port: int) -> None:
    """Raise `Failed` when nobody could listen there."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.create_server(address[:2], family=family):
            return
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failed(f"Port {port} on {host} is in use; choose another with --port or RYADOM_PORT") from None
        raise Failed(f"Cannot listen on {host}, port {port}: {error.strerror}") from None


def _is_free(port: int) -> bool:
    try:
        check_port(demo.HOST, port)
    except Failed:
        return False
    return True


def _run(main: Coroutine[Any, Any, None]) -> None:
    """Run an event loop: uvloop's where there is one."""
    try:
        import uvloop  # noqa: PLC0415  # not everywhere
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


def _shown(name: str, value: object) -> str:
    if name in SECRETS and value:
        return "(secret)"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value)
    return _PASSWORD_IN_URL.sub("(secret)", str(value))
