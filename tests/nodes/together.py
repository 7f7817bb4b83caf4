"""Several nodes in one process, with one database, one turned clock, and a broker and leases in memory.

    async def test_a_message_goes_from_node_to_node(together):
        alice, bob = await together.friends("alice", "bob")   # on node 0 and node 1
        ...

Each node is a `World`; a device asks and connects where its `world` is, and `together.move` takes it elsewhere.
"""

import asyncio
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import servers
from ryadom.app import Server
from ryadom.nodes.joint import MemoryJoint, Shared
from virtual_clock import VirtualClock
from world import Device, Person, Socket, World

NODES = 3


def statuses(person: Person, of: Person) -> list[str]:
    """What a person has just been told of another one."""
    return [one["status"] for one in person.web.socket.received("status_change") if one["user_id"] == of.id]


class Node(World):
    """One of several nodes: to settle is to let all of them settle."""

    together: "Together"

    async def settle(self) -> None:
        """See `World`."""
        await self.together.settle()

    async def settle_alone(self) -> None:
        """Let this one settle."""
        await super().settle()

    def _sockets(self) -> list[Socket]:
        return [socket for socket in super()._sockets() if socket.world is self]

    @property
    def calm(self) -> bool:
        """Whether nothing happens here."""
        return not self._running or (self.server.db.quiet and self.server.presence.quiet and self.joined)


class Together:
    """Nodes and people. Person number k that is made lives on node k modulo the number of nodes."""

    def __init__(self, nodes: int = NODES) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ryadom-nodes-", dir=servers.MEMORY))
        self.database = servers.new_database()
        self.clock = VirtualClock(settle=self.settle)
        self.shared = Shared(self.clock)
        self.people: dict[str, Person] = {}
        self.nodes: list[Node] = []
        self.left_out = 0
        """Of how many people a test has a node leave something out."""
        for _ in range(nodes):
            make_joint: Any = partial(MemoryJoint, self.shared)
            node = Node(
                self.folder, stranger=False, clock=self.clock, make_joint=make_joint, database_url=self.database
            )
            node.together = self
            node.people = self.people
            self.nodes.append(node)

    async def start(self) -> None:
        """Start all nodes."""
        for node in self.nodes:
            await node.start()

    async def settle(self) -> None:
        """Let everything happen everywhere that can happen without time going by."""
        while True:
            for node in self.nodes:
                if node._running:
                    await node.settle_alone()
            if all(node.calm for node in self.nodes):
                return

    async def advance(self, seconds: float) -> None:
        """Let time go by, deadline by deadline."""
        await self.clock.advance(seconds)
        await self.settle()

    async def friends(self, *names: str, connect: bool = True) -> list[Person]:
        """People who are all mutual contacts, each on a node of their own; what came of that is forgotten."""
        made = []
        for name in names:
            node = self.nodes[len(self.people) % len(self.nodes)]
            made.append(await node.person(name, connect=connect))
        for one in made:
            for other in made:
                if one is not other:
                    await one.web.post("/contacts", {"user_id": other.id})
        self.forget()
        return made

    async def person(self, name: str, *, devices: tuple[str, ...] = ("web",), connect: bool = True) -> Person:
        """Somebody whose devices are on one node after the other."""
        first = len(self.people) % len(self.nodes)
        person = await self.nodes[first].person(name, devices=(), connect=connect)
        for place, device in enumerate(devices, start=first):
            self.move(await person.device(device, connect=False), place % len(self.nodes))
            if connect:
                await person.devices[device].connect()
        return person

    async def direct(self, one: Person, other: Person) -> Any:
        """The direct chat of two people."""
        return await self.nodes[0].direct(one, other)

    async def group(self, owner: Person, *others: Person, kind: str = "group") -> Any:
        """A group or channel of these people."""
        return await self.nodes[0].group(owner, *others, kind=kind)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement finds in the database."""
        return await self.nodes[0].rows(statement)

    @property
    def servers(self) -> list[Server]:
        """Those of all nodes."""
        return [node.server for node in self.nodes]

    @property
    def mirrored(self) -> list[Socket]:
        """The open sockets that the law is checked for."""
        return [socket for node in self.nodes for socket in node.mirrored]

    def forget(self) -> None:
        """Forget what all sockets have received so far."""
        self.nodes[0].forget()

    def move(self, device: Device, node: int) -> None:
        """From now on a device asks and connects there."""
        device.world = self.nodes[node]

    async def kill(self, node: int) -> None:
        """A node ends as by kill -9: its sockets break, and nobody is told."""
        world = self.nodes[node]
        await self.settle()
        joint: Any = world.server.cluster._joint  # type: ignore[union-attr]
        joint.broker.gone()
        await world.crash()

    async def check(self) -> None:
        """The law, on every node."""
        for node in self.nodes:
            await node.check()

    async def _check_revs(self) -> None:
        """Every node knows the highest rev of everybody who is there: nothing was left out."""
        await self.advance(2)
        running = [node.server for node in self.nodes if node._running]
        looks = asyncio.gather(*(server.rev_check.look() for server in running))
        while not looks.done():
            await self.advance(1)
        await looks
        assert sum(server.rev_check.behind for server in running) == self.left_out

    async def close(self) -> None:
        """Check the law on every node, and stop them."""
        await self.settle()
        try:
            for node in self.nodes:
                if node._running:
                    await node.check()
            await self._check_revs()
        finally:
            for node in self.nodes:
                if node._running:
                    node._running = False
                    await node.server.stop()
            servers.forget(self.database)
            shutil.rmtree(self.folder, ignore_errors=True)
