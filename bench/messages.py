"""Durable 1:1 messages, closed loop: socket in → fsync → the peer's socket and the sender's answer."""

import asyncio
import os
import sys
import time

from .node import Node, People, connect, folder, own_cpu, report

PAIRS, SECONDS = 100, 5.0


async def main() -> None:
    """Measure."""
    os.sched_setaffinity(0, {1})
    people = People(folder())
    people.fill(2 * PAIRS, direct_pairs=True)
    node = Node(people.data)
    done, sent_at, latencies = 0, [0.0] * PAIRS, []
    stop = False
    wires = []
    numbers = [0] * PAIRS

    def send(pair: int) -> None:
        numbers[pair] += 1
        sent_at[pair] = time.perf_counter()
        wires[2 * pair].send(
            b'{"type":"send_message","chat_id":%d,"client_id":"b%d-%d","text":"%s"}'
            % (people.chat_ids[pair], pair, numbers[pair], b"x" * 100)
        )

    def sender(pair: int):
        def on_text(text: bytes) -> None:
            nonlocal done
            if b'"message_sent"' in text[:24]:
                done += 1
                latencies.append(time.perf_counter() - sent_at[pair])
                if not stop:
                    send(pair)

        return on_text

    for number, token in enumerate(people.tokens):
        wires.append(await connect(node.port, token, sender(number // 2) if number % 2 == 0 else None))
    for pair in range(PAIRS):
        send(pair)
    await asyncio.sleep(1)
    done, latencies[:] = 0, []
    begun, cpu, own = time.perf_counter(), node.cpu(), own_cpu()
    await asyncio.sleep(SECONDS)
    took, cpu, own = time.perf_counter() - begun, node.cpu() - cpu, own_cpu() - own
    stop = True
    latencies.sort()
    p50, p99 = (round(latencies[int(len(latencies) * part)] * 1e3, 2) for part in (0.5, 0.99))
    report(
        "durable 1:1 message",
        cpu / done * 1e6,
        "server CPU µs",
        rate=round(done / took),
        p50_ms=p50,
        p99_ms=p99,
        server_cores=round(cpu / took, 2),
        client_cores=round(own / took, 2),
    )
    await asyncio.sleep(0.3)
    node.stop()


asyncio.run(main())
sys.exit()
