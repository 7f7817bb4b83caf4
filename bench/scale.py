"""How many people how much carries: a model from measured costs, and a day played with it. `python -m bench.scale`.

Writes docs/scale.md out of docs/performance.jsonl and bench/scale.md. What is assumed of people stands in `Habits`, and
of machines in `Machines`; everything else is measured, or follows.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from . import document

ROOT = Path(__file__).parents[1]
LINES = ROOT / "docs" / "performance.jsonl"
TEXT = ROOT / "bench" / "scale.md"
PAGE = ROOT / "docs" / "scale.md"
SIZES = (10_000, 1_000_000, 100_000_000)
BACK = "10,000 clients back after a crash, 10 chats each, one message missed in each"
CAME_BACK = 10_000
GRACE = 15.0
"""Seconds that somebody whose socket broke has to come back."""


@dataclass(frozen=True)
class Habits:
    """What a person does who is online, in an hour of the evening peak."""

    sockets: float = 1.3
    messages: float = 12
    in_groups: float = 0.4
    """The part of the messages that goes to a group, …"""
    members_online: float = 20
    """… with so many members online."""
    reads: float = 15
    typing: float = 36
    steps: float = 4
    """Steps of presence, each told to …"""
    contacts_online: float = 30
    connects: float = 6
    requests: float = 20


@dataclass(frozen=True)
class Machines:
    """What is assumed of machines."""

    busy: float = 0.5
    """How much of a node's core is used at the peak: the rest is for storms and for a node that is lost."""
    sockets_per_node: int = 20_000
    redis_per_second: float = 100_000
    """Commands that one shard of Redis answers while it stays below half of a core."""
    commits_per_second: float = 400
    """Commits that go through one row, one after the other: some round trips, and a sync of the disk."""
    items_per_commit: int = 512
    wait: float = 0.1
    """Seconds that a node may wait for its turn to commit."""


class Costs(NamedTuple):
    """CPU µs of a node, its share of the database's included."""

    message: float
    apart: float
    """A message whose receiver is on another node, all nodes and Redis together."""
    member: float
    read: float
    typing: float
    told: float
    connect: float
    back: float
    """Of a client that comes back after a crash and catches up on ten chats."""
    request: float
    socket: float
    """Of a socket that only answers pings, each second."""
    memory: float
    """kB of a socket."""


def costs(lines: list[dict[str, Any]]) -> Costs:
    """The measured costs."""
    by_name = {line["name"]: line["value"] for line in lines if "curve" not in line}
    came_back = next(line for line in lines if line["name"] == BACK)
    return Costs(
        message=by_name["durable 1:1 message on PostgreSQL, closed loop"],
        apart=by_name["durable 1:1 message from node to node"],
        member=by_name["burst of 10 events to 1,000 sockets, per delivery"] + by_name["typing to one peer"] / 2,
        read=by_name["read mark, stored, to its author"],
        typing=by_name["typing to one peer"],
        told=by_name["presence change to 1,000 contacts online, per delivery"],
        connect=by_name["connect with a token to hello, presence told to 20 contacts"],
        back=came_back["value"] * came_back["server_cpu"] / CAME_BACK * 1e6,
        request=by_name["GET /chats with 50 chats"],
        socket=by_name["idle CPU"] / 100 * 1e6 / 10_000,
        memory=by_name["idle signed-in socket"],
    )


class Need(NamedTuple):
    """What so many people need at the peak."""

    people: int
    messages: float
    """A second."""
    cpu: float
    """Cores of nodes and databases that are busy."""
    nodes: int
    shards: int
    """Of Redis."""
    partitions: int
    """Of the database, each with commits of its own."""
    redis: float
    """Commands a second."""
    writes: float
    """Rows that are written, a second."""
    memory: float
    """GB of sockets, of all nodes."""


def need(people: int, cost: Costs, habits: Habits, machines: Machines) -> Need:
    """What so many people need who are online at the peak."""
    hour = people / 3600
    messages, reads, steps = habits.messages * hour, habits.reads * hour, habits.steps * hour
    one_to_one, in_groups = messages * (1 - habits.in_groups), messages * habits.in_groups
    fan_out = in_groups * habits.members_online
    told = steps * habits.contacts_online * habits.sockets
    micro = (
        one_to_one * cost.apart + in_groups * cost.message + fan_out * cost.member + reads * cost.read
        + habits.typing * hour * cost.typing * 2 + told * cost.told + habits.connects * hour * cost.connect
        + habits.requests * hour * cost.request + people * habits.sockets * cost.socket
    )  # fmt: skip
    cpu = micro / 1e6
    nodes = max(1, math.ceil(cpu / machines.busy), math.ceil(people * habits.sockets / machines.sockets_per_node))
    others = min(nodes - 1, habits.members_online)
    redis = 0.0
    if nodes > 1:
        asked = one_to_one * 2 + in_groups * (1 + others) + reads * 2 + steps * habits.contacts_online
        redis = asked + habits.typing * hour * 2 + habits.connects * hour * 4
    writes = messages * 3 + reads * 2 + steps * 3 + habits.connects * hour * 3
    shards, parts = math.ceil(redis / machines.redis_per_second), partitions(nodes, messages, machines)
    memory = people * habits.sockets * cost.memory / 1e6
    return Need(people, messages, cpu, nodes, shards, parts, redis, writes, memory)


def partitions(nodes: int, messages: float, machines: Machines) -> int:
    """Into how many parts the commits must be divided, so that no node waits too long for its turn."""
    by_wait = math.ceil(nodes / (machines.commits_per_second * machines.wait))
    by_work = math.ceil(messages / (machines.commits_per_second * machines.items_per_commit / 4))
    return max(1, by_wait, by_work)


HOURS = (0.35, 0.22, 0.15, 0.12, 0.12, 0.16, 0.28, 0.42, 0.52, 0.55, 0.56, 0.58, 0.62, 0.6, 0.58, 0.6, 0.66, 0.75, 0.86,
         0.95, 1.0, 0.97, 0.82, 0.58)  # fmt: skip
"""People online in each hour of a day, as a part of those at the peak."""


class Minute(NamedTuple):
    """One minute of the day."""

    at: int
    people: float
    busy: float
    """The part of the nodes' cores that is used."""


def day(peak: Need, cost: Costs, habits: Habits, machines: Machines) -> Iterator[Minute]:
    """A day with as many nodes as the peak needs."""
    for minute in range(24 * 60):
        hour, within = divmod(minute, 60)
        part = HOURS[hour] + (HOURS[(hour + 1) % 24] - HOURS[hour]) * within / 60
        now = need(max(int(peak.people * part), 1), cost, habits, machines)
        yield Minute(minute, now.people, now.cpu / peak.nodes)


class Storm(NamedTuple):
    """What happens when a third of the nodes is gone at once."""

    back: float
    """Seconds until everybody is back."""
    late: float
    """The part of them that comes later than the grace, and shows as offline for a while."""
    busy: float
    """The part of the cores that is left for what else goes on is used up for so many seconds."""


def storm(peak: Need, cost: Costs, habits: Habits, machines: Machines, spread: float = 10.0) -> Storm:
    """A third of the nodes is lost at the peak; clients come back within `spread` seconds, as they draw lots."""
    lost = peak.people * habits.sockets / 3
    left = max(peak.nodes * 2 // 3, 1)
    free = max(left - peak.cpu, 0.05 * left)
    per_second = free * 1e6 / cost.back
    waiting, back, late, second, busy = 0.0, 0.0, 0.0, 0, 0
    while back < lost * 0.9999 and second < 86_400:
        waiting += lost / spread if second < spread else 0.0
        served = min(waiting, per_second)
        waiting -= served
        back += served
        late += served if second >= GRACE else 0.0
        busy += served >= per_second
        second += 1
    return Storm(second, late / lost, busy)


def tables(cost: Costs, habits: Habits, machines: Machines) -> dict[str, str]:
    """What stands in the page, by the names in its text."""
    needs = [need(people, cost, habits, machines) for people in SIZES]
    rows = ["| | " + " | ".join(f"{one.people:,} online" for one in needs) + " |", "|---|" + "---:|" * len(needs)]
    shown = (
        ("messages a second", lambda one: f"{one.messages:,.0f}"), ("cores busy", lambda one: f"{one.cpu:,.1f}"),
        ("nodes, one core each", lambda one: f"{one.nodes:,}"),
        ("commands to Redis a second", lambda one: f"{one.redis:,.0f}"),
        ("shards of Redis", lambda one: f"{one.shards:,}"),
        ("rows written a second", lambda one: f"{one.writes:,.0f}"),
        ("partitions of the database", lambda one: f"{one.partitions:,}"),
        ("memory of sockets, GB", lambda one: f"{one.memory:,.1f}"),
    )  # fmt: skip
    rows += [f"| {name} | " + " | ".join(show(one) for one in needs) + " |" for name, show in shown]
    played = ["| | busiest minute | quietest | a third of the nodes is lost: all back after | later than the grace |",
              "|---|---:|---:|---:|---:|"]  # fmt: skip
    for one in needs:
        minutes = list(day(one, cost, habits, machines))
        after = storm(one, cost, habits, machines)
        busiest, quietest = max(m.busy for m in minutes), min(m.busy for m in minutes)
        played.append(
            f"| {one.people:,} | {busiest:.0%} | {quietest:.0%} | {after.back:,.0f} s | {after.late:.0%} |"
        )  # fmt: skip
    unit = [f"| {name} | {value:,.2f} |" for name, value in cost._asdict().items()]
    assumed = [f"| {name} | {value:g} |" for name, value in (vars(habits) | vars(machines)).items()]
    met = {
        "one process on one core": lambda n: n.nodes > 1,
        "commits through one row, one after the other": lambda n: n.partitions > 1,
        "one shard of Redis": lambda n: n.shards > 1,
    }
    walls = [f"| {wall} | {first(is_met, cost, habits, machines):,} |" for wall, is_met in met.items()]
    head = "| | |\n|---|---:|\n"
    return {
        "needs": "\n".join(rows), "day": "\n".join(played), "costs": head + "\n".join(unit),
        "assumed": head + "\n".join(assumed),
        "walls": "| the wall | people online when it is met |\n|---|---:|\n" + "\n".join(walls),
    }  # fmt: skip


def first(met: Any, cost: Costs, habits: Habits, machines: Machines) -> int:
    """With how many people, to two digits, something is met."""
    for exponent in range(2, 10):
        for digits in range(10, 100):
            people = digits * 10**exponent
            if met(need(people, cost, habits, machines)):
                return people
    return 0


def page(lines: list[dict[str, Any]]) -> str:
    """The whole page."""
    text = TEXT.read_text(encoding="utf-8")
    for name, table in tables(costs(lines), Habits(), Machines()).items():
        text = text.replace("{" + name + "}", table)
    return text


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(document.lines(LINES)), encoding="utf-8")


if __name__ == "__main__":
    write()
