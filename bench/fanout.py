"""Events to 1,000 sockets: one typing event, and one message, each to a group whose members are all connected."""

import asyncio
import os
import time

from .node import Node, People, connect, folder, own_cpu, report

MEMBERS, ROUNDS = 1000, 60


async def main() -> None:
    """Measure."""
    os.sched_setaffinity(0, {1})
    people = People(folder())
    people.fill(MEMBERS + 1, group=True, all_know=1)
    node = Node(people.data)
    before = node.rss()
    wires = [await connect(node.port, token) for token in people.tokens]
    await asyncio.sleep(1)
    rss = (node.rss() - before) / len(wires)
    for name, frame, each in (
        ("typing event", b'{"type":"typing_%s","chat_id":%d}', 1),
        (
            "message (new_message + unread_message)",
            b'{"type":"send_message","chat_id":%d,"client_id":"r%d","text":"hi"}',
            2,
        ),
    ):
        start = sum(wire.frames for wire in wires[1:])
        cpu, own, begun = node.cpu(), own_cpu(), time.perf_counter()
        for turn in range(ROUNDS):
            chat = people.chat_ids[0]
            wires[0].send(frame % ((b"start", b"stop")[turn % 2], chat) if each == 1 else frame % (chat, turn))
            want = start + MEMBERS * each * (turn + 1)
            while sum(wire.frames for wire in wires[1:]) < want:
                await asyncio.sleep(0.001)
        deliveries = ROUNDS * MEMBERS * each
        report(
            f"{name} to {MEMBERS}",
            (node.cpu() - cpu) / deliveries * 1e6,
            "server CPU µs per delivered event",
            took=round(time.perf_counter() - begun, 2),
            client_cpu=round(own_cpu() - own, 2),
        )
    report("idle signed-in socket", rss, "kB resident", sockets=len(wires))
    node.stop()


asyncio.run(main())
