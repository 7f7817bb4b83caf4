"""The rows, each the work of one of Ryadom's benches under its name, with the client of bench/load."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from bench import connect as ryadoms_connect
from bench import idle as ryadoms_idle
from bench.line import latencies, median, quick, runs, seconds, shares
from bench.load import Load, Plan, Run, cpu
from bench.pairs import PAIRS
from bench.presence import CONTACTS, CYCLERS, SPACED, WATCHERS
from bench.typing import WINDOWS

from .parts import Peer, People, Server

Figure = dict[str, Any]
LONGEST = 60.0
"""Seconds after which something that should come to an end is a failure."""


def pairs(count: int) -> People:
    """Each first knows its second and has a chat with it."""
    both = [(number, number + 1) for number in range(0, count, 2)]
    return People(count, both, both)


def measured(measure: Callable[[], Run]) -> list[Run]:
    """As many runs as Ryadom's own rows have."""
    return [measure() for _ in range(runs())]


def figure(name: str, found: list[Run], **more: Any) -> Figure:
    """CPU µs per unit, how fast and how soon; medians."""
    fast = {"rate": median([run.rate for run in found]), **latencies("", found)}
    return {
        "name": name,
        "value": median([run.each for run in found]),
        "unit": "CPU µs",
        **fast,
        **shares(found),
        **more,
    }


@contextmanager
def lanes(peer: Peer, row: str, people: People, lanes: list[tuple[int, range]]) -> Iterator[Load]:
    """A server with everybody connected, and lanes of (who acts, those who get it)."""
    work = peer.wire.work(row)
    with peer.start(people) as server:
        plan = peer.wire.plan(server.port)
        marks(plan, work.own, work.each)
        senders = {sender for sender, _ in lanes}
        for person in range(people.size):
            peer.wire.socket(plan, person, row, acts=person in senders)
        for number, (sender, receivers) in enumerate(lanes):
            units = work.units(sender, receivers.start)
            first = 10_000_000 + 100_000 * number
            plan.lane(sender, receivers, *units, own=int(bool(work.own)), each=len(receivers), count=(first, 1))
        with Load(plan, server.pids) as load:
            opened = load.open()
            assert opened.opened == people.size, f"{opened.failed} could not connect"
            load.hold(1)
            yield load


def marks(plan: Plan, own: bytes, each: bytes) -> None:
    """What counts; what is empty counts as nothing."""
    for who, what in (("own", own), ("each", each)):
        if what:
            plan.mark(who, what)


def message(peer: Peer) -> list[Figure]:
    """As bench/messages.py."""
    ways = [(sender, range(sender + 1, sender + 2)) for sender in range(0, 2 * PAIRS, 2)]
    return [figure("durable 1:1 message, closed loop", measured(partial(stored, peer, "message", ways)))]


def stored(peer: Peer, row: str, ways: list[tuple[int, range]]) -> Run:
    """A run on a server of its own: ejabberd's archive in Mnesia grows slower with everything stored."""
    with lanes(peer, row, pairs(2 * PAIRS), ways) as load:
        return load.closed(1, seconds(4))


def typing(peer: Peer) -> list[Figure]:
    """As bench/typing.py, with both its windows."""
    ways = [(sender, range(sender + 1, sender + 2)) for sender in range(0, 2 * PAIRS, 2)]
    found = []
    with lanes(peer, "typing", pairs(2 * PAIRS), ways) as load:
        for window, name in WINDOWS.items():
            run = measured(partial(load.closed, window, seconds(4)))
            found.append(figure(name, run, window=window))
    return found


def presence(peer: Peer) -> list[Figure]:
    """As the change in bench/presence.py."""
    people = People(CONTACTS + 1, [(0, other) for other in range(1, CONTACTS + 1)], [])
    rounds = 30 if quick() else 100

    with lanes(peer, "presence", people, [(0, range(1, CONTACTS + 1))]) as load:

        def told() -> Run:
            run = load.rounds(rounds)
            return run._replace(units=run.units * CONTACTS)

        return [figure(f"presence change to {CONTACTS:,} contacts online, per delivery", measured(told))]


def read(peer: Peer) -> list[Figure]:
    """As bench/reads.py: every second of a pair reads, the first is told."""
    ways = [(reader, range(reader - 1, reader)) for reader in range(1, 2 * PAIRS, 2)]
    return [figure("read mark, stored, to its author", measured(partial(stored, peer, "read", ways)), window=1)]


def idle(peer: Peer) -> list[Figure]:
    """As the memory in bench/idle.py: the growth from a hundred sockets to all, for each."""
    sockets = 1000 if quick() else peer.sockets
    found = [grown(peer, sockets) for _ in range(runs())]
    value = median([one for one, _ in found])
    busiest = max(share for _, share in found)
    made = {"value": value, "unit": "kB", "client_cpu": busiest, "runs": len(found), "sockets": sockets}
    return [{"name": "idle signed-in socket", **made}]


def grown(peer: Peer, sockets: int) -> tuple[float, float]:
    """kB for each socket, and the client's share of its core meanwhile."""
    first = ryadoms_idle.FIRST
    with peer.start(pairs(first + sockets)) as server, ExitStack() as opened:

        def more(people: range) -> float:
            plan = peer.wire.plan(server.port)
            for person in people:
                peer.wire.socket(plan, person, "idle", acts=False)
            load = opened.enter_context(Load(plan, server.pids))
            run = load.open()
            assert run.opened == len(people), "not all sockets are open"
            time.sleep(ryadoms_idle.seconds_to_settle())
            return run.own / run.seconds

        more(range(first))
        before = server.rss_kb
        share = more(range(first, first + sockets))
        return (server.rss_kb - before) / sockets, share


@contextmanager
def watched(peer: Peer, row: str, watchers: int, comers: int) -> Iterator[tuple[Server, Load, Plan]]:
    """A server; those who watch, connected; the plan of those who come, each a contact of all who watch."""
    know = [(one, watcher) for one in range(watchers, watchers + comers) for watcher in range(watchers)]
    with peer.start(People(watchers + comers, know, [])) as server:
        watching, coming = peer.wire.plan(server.port), peer.wire.plan(server.port)
        marks(watching, b"", peer.wire.work(row).each)
        for person in range(watchers):
            peer.wire.socket(watching, person, row, acts=False)
        for person in range(watchers, watchers + comers):
            peer.wire.socket(coming, person, row, acts=True)
        with Load(watching, server.pids) as watch:
            watch.open()
            yield server, watch, coming
            assert watch.hold(0).failed == 0, "somebody who watches was dropped"


def cycle(peer: Peer) -> list[Figure]:
    """As the cycle in bench/presence.py, one person after the other. Peers have no grace: all is told at once."""
    comers = CYCLERS // 5 if quick() else CYCLERS
    with watched(peer, "cycle", WATCHERS, comers) as (server, watch, coming), Load(coming, server.pids) as load:
        opened = load.open()
        assert opened.opened == comers, f"{opened.failed} could not connect"
        found = measured(lambda: went_and_came(server, watch, load, comers))
    name = f"offline/online cycle with {WATCHERS} contacts online, one after the other"
    return [{key: value for key, value in figure(name, found, people=comers).items() if key != "rate"}]


def went_and_came(server: Server, watch: Load, load: Load, comers: int) -> Run:
    """All go and come back, so many a second: the CPU of all of it, for each."""
    quiet(watch, server)
    clients = [*watch.pids, *load.pids]
    seen, before, own, began = watch.hold(0).seen, cpu(server.pids), cpu(clients), time.monotonic()
    gone = load.leave(0, comers, SPACED)
    until_told(watch, seen + comers * WATCHERS)
    load.open(comers, SPACED)
    until_told(watch, seen + 2 * comers * WATCHERS)
    used, lasted = cpu(server.pids) - before, time.monotonic() - began
    return gone._replace(units=comers, cpu=used, seconds=lasted, own=cpu(clients) - own)


def connect(peer: Peer) -> list[Figure]:
    """As bench/connect.py: everybody comes, and those who watch are told of each. The first time is not counted."""
    watchers = ryadoms_connect.WATCHERS
    comers = ryadoms_connect.PEOPLE // (4 if quick() else 1)
    with watched(peer, "connect", watchers, comers) as (server, watch, coming):
        came(watch, coming, server, comers)
        found = measured(lambda: came(watch, coming, server, comers))
    name = f"connect with a token to hello, presence told to {watchers} contacts"
    return [figure(name, found, people=comers, concurrency=ryadoms_connect.CONCURRENCY)]


def came(watch: Load, coming: Plan, server: Server, comers: int) -> Run:
    """All connect: the CPU of it, and the time to the last event told. Then their client ends, and they are gone."""
    with Load(coming, server.pids) as load:
        quiet(watch, server)
        seen, before, own, began = watch.hold(0).seen, cpu(server.pids), cpu(watch.pids), time.monotonic()
        opened = load.open(ryadoms_connect.CONCURRENCY)
        assert opened.opened == comers, f"{opened.failed} could not connect"
        until_told(watch, seen + comers * ryadoms_connect.WATCHERS)
        lasted = time.monotonic() - began
        used = cpu(server.pids) - before
        return opened._replace(units=comers, seconds=lasted, cpu=used, own=opened.own + cpu(watch.pids) - own)


def until_told(watch: Load, wanted: int) -> None:
    """Wait until those who watch have seen so many events, and not one more."""
    until = time.monotonic() + LONGEST
    while watch.hold(0.02).seen < wanted and time.monotonic() < until:
        pass
    told = watch.hold(0.5).seen
    assert told == wanted, f"{wanted} events were to be told, {told} were"


def quiet(watch: Load, server: Server) -> None:
    """Wait until a server has got over what was before, and uses less than a twentieth of its core."""
    until = time.monotonic() + LONGEST
    while True:
        before = cpu(server.pids)
        watch.hold(1)
        if cpu(server.pids) - before < 0.05:
            return
        assert time.monotonic() < until, "the server does not come to rest"


ALL: dict[str, Callable[[Peer], list[Figure]]] = {
    "message": message, "typing": typing, "presence": presence, "cycle": cycle, "read": read, "idle": idle,
    "connect": connect,
}  # fmt: skip
