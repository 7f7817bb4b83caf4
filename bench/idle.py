"""Idle sockets: what a signed-in one costs in memory, and what 10,000 of them cost in CPU.

Every socket is another person's, who has one contact and one direct chat, as pairs do. Memory is the growth of the
server's resident memory from a few sockets (so that code which is loaded at the first one is not counted) to all,
divided by their number: connection, session, presence, hub and counts, and what the allocator keeps. The kernel's own
buffers are in no process's memory. CPU is measured for a minute in which nobody does anything: pings every 25 s and
their answers, heartbeats, and the times of sessions that are written down.
"""

import time
from contextlib import ExitStack

from . import node
from .line import median, quick, report, runs
from .load import Load, Plan, cpu
from .node import Node
from .pairs import people

STEPS = (1000, 2500, 5000, 10_000)
FIRST, SETTLE = 100, 3.0


def seconds_to_settle() -> float:
    """How long nothing is done before memory is read."""
    return 0.5 if quick() else SETTLE


def plan(port: int, tokens: list[str]) -> Plan:
    """Sockets that answer pings and do nothing else."""
    made = node.plan(port)
    node.sockets(made, tokens)
    return made


def measure(steps: tuple[int, ...], seconds: float) -> tuple[list[float], float, float]:
    """Memory per socket at each step in kB; shares of a core that the server and the load client use at the end."""
    made, _ = people((FIRST + steps[-1]) // 2)
    memory = []
    with Node(made.done()) as server, ExitStack() as opened:
        clients: list[int] = []

        def more(first: int, last: int) -> None:
            load = opened.enter_context(Load(plan(server.port, made.tokens[first:last]), server.pids))
            run = load.open()
            assert run.opened == last - first, "not all sockets are open"
            clients.extend(load.pids)
            time.sleep(seconds_to_settle())

        more(0, FIRST)
        before, reached = server.rss_kb, 0
        for step in steps:
            more(FIRST + reached, FIRST + step)
            reached = step
            memory.append((server.rss_kb - before) / step)
        began, used, own = time.monotonic(), cpu(server.pids), cpu(clients)
        time.sleep(seconds)
        lasted = time.monotonic() - began
        return memory, (cpu(server.pids) - used) / lasted, (cpu(clients) - own) / lasted


def main() -> None:
    """Measure."""
    steps, seconds = (STEPS[:1], 2.0) if quick() else (STEPS, 60.0)
    found = [measure(steps, seconds) for _ in range(runs())]
    curve = [[step, float(f"{median([run[0][place] for run in found]):.4g}")] for place, step in enumerate(steps)]
    shares = {"client_cpu": max(run[2] for run in found), "runs": len(found), "sockets": steps[-1]}
    report("idle signed-in socket", curve[-1][1], "kB", target=12, **shares)
    report("idle CPU", 100 * median([run[1] for run in found]), "% of a core", target=2, **shares, seconds=seconds)
    if not quick():
        report(
            "memory per socket", curve[-1][1], "kB", curve=curve, curve_of="sockets", promise="linear", runs=len(found)
        )  # fmt: skip


if __name__ == "__main__":
    main()
