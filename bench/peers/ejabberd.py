"""ejabberd from Debian, accounts, rosters and archive in Mnesia (ejabberd.yml, ejabberd.script)."""

import shutil
from functools import cached_property

from bench.floor import free_port

from . import debian
from .parts import HERE, People, Server, folder, launch, told_port
from .xmpp_wire import XMPPWire

PACKAGE = "ejabberd"
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
FILL = 'case file:script("ejabberd.script") of {ok, _} -> ok; Error -> io:format("~p~n", [Error]), halt(1) end.'


class Ejabberd:
    """Without a node name, so that no epmd is started and nothing else belongs to it."""

    def __init__(self) -> None:
        self.rows: tuple[str, ...] = ("message", "typing", "presence", "idle", "connect")
        self.wire = XMPPWire()
        self.sockets = 10_000

    @cached_property
    def label(self) -> str:
        """With its version."""
        return f"ejabberd {debian.upstream(PACKAGE)}, Mnesia without sync"

    def install(self) -> None:
        """By apt-get."""
        debian.install(PACKAGE)

    def versions(self) -> dict[str, str]:
        """Debian's."""
        return {"ejabberd": debian.version(PACKAGE), "erlang": debian.version("erlang-base")}

    def start(self, people: People) -> Server:
        """The node fills its database and then says that it is ready."""
        data, port = folder(), free_port()
        (data / "ejabberd.yml").write_text((HERE / "ejabberd.yml").read_text("utf-8").replace("PORT", str(port)))
        shutil.copy(HERE / "ejabberd.script", data)
        contacts = ",".join(f"{{{one},{other}}}" for one, other in people.contacts)
        (data / "people").write_text(f"{{{port}, {people.count}, [{contacts}]}}.\n")
        process = launch(
            ["erl", "-noinput", "+P", 250_000, "+Q", 65_536, "-mnesia", "dir", f'"{data}/mnesia"', "-s", "ejabberd",
             "-eval", FILL], data,
            {
                "EJABBERD_CONFIG_PATH": f"{data}/ejabberd.yml", "EJABBERD_LOG_PATH": f"{data}/ejabberd.log",
                "ERL_LIBS": LIBRARIES,
            },
        )  # fmt: skip
        return Server(told_port(process), process, data)
