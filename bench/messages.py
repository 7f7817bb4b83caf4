"""Durable 1:1 messages: socket in → fsync → the peer's socket and the sender's answer, 100 pairs."""

from . import floor, node
from .floor import TEXT, Floor
from .line import interleaved, median, report, seconds
from .load import Load, Plan, Run
from .node import Node, People

PAIRS = 100


def people() -> tuple[People, list[int]]:
    """Pairs of people, each with a direct chat."""
    made = People()
    made.more(2 * PAIRS)
    return made, [made.direct(number, number + 1) for number in range(0, 2 * PAIRS, 2)]


def messages(port: int, tokens: list[str], chat_ids: list[int]) -> Plan:
    """Every first of a pair writes to the second."""
    made = node.plan(port)
    made.mark("own", '"type":"message_sent"')
    made.mark("each", '"type":"new_message"')
    sockets = node.sockets(made, tokens)
    for pair, chat_id in enumerate(chat_ids):
        text = f'{{"type":"send_message","chat_id":{chat_id},"client_id":"b-########","text":"{TEXT}"}}'
        sender = sockets.start + 2 * pair
        made.lane(sender, range(sender + 1, sender + 2), text, own=1, each=1, count=(pair * 100_000, 1))
    return made


def main() -> None:
    """Measure."""
    made, chat_ids = people()
    with Node(made.done()) as server, Floor() as bottom:
        ours = Load(messages(server.port, made.tokens, chat_ids), server.pids)
        theirs = Load(messages(bottom.port, floor.tokens(2 * PAIRS), [100] * PAIRS), bottom.pids)
        with ours, theirs:
            ours.open()
            theirs.open()
            mine, base = interleaved(lambda: ours.closed(1, seconds(4)), lambda: theirs.closed(1, seconds(2)))
            tell("closed loop", mine, base, 50)
            for rate in (200, 1000):
                mine, base = interleaved(
                    lambda rate=rate: ours.rate(rate, seconds(4)), lambda rate=rate: theirs.rate(rate, seconds(2))
                )
                tell(f"open loop, {rate} /s", mine, base, None)


def tell(how: str, mine: list[Run], base: list[Run], target: float | None) -> None:
    """Print one way of sending."""
    report(
        f"durable 1:1 message, {how}", median([run.each for run in mine]), "CPU µs", target=target,
        reference="C floor with fdatasync", reference_value=median([run.each for run in base]),
        rate=median([run.rate for run in mine]), p50_ms=median([run.p50_ms for run in mine]),
        p99_ms=median([run.p99_ms for run in mine]), floor_rate=median([run.rate for run in base]),
        floor_p50_ms=median([run.p50_ms for run in base]), floor_p99_ms=median([run.p99_ms for run in base]),
        server_cpu=median([run.cpu / run.seconds for run in mine]),
        client_cpu=median([run.own / run.seconds for run in mine]),
    )  # fmt: skip


if __name__ == "__main__":
    main()
