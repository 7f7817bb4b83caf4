"""What the rate limits cost: typing and messages at a rate below the limits, with limits and without, in turn.

All other figures are taken with the limits off, since one address and few people do here what thousands do elsewhere.
Here two servers with the same data run beside each other on one core, and the same load, by the clock, goes to one and
then to the other. 200 pairs type 30 events a second each and write 10 messages a second each, half of what the limits
allow. CPU includes waking up, so the figures are higher than those of a loop that is always busy; their difference is
what the limits cost. It is small beside the noise of such a loop, so one check is also timed alone, with 10,000 keys.
"""

import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ryadom.clock import Clock
from ryadom.limits import LIMITS, Limiter

from . import messages, typing
from .line import interleaved, median, quick, report, runs, seconds, shares, shortened
from .load import Load, Plan
from .node import Node
from .pairs import people

PAIRS = 200
ROWS: dict[str, tuple[Callable[[list[int], int, list[str]], Plan], int]] = {
    "typing": (typing.plan, 30), "durable message": (messages.plan, 10),
}  # fmt: skip


def one_check(*, enabled: bool) -> float:
    """µs that one check takes."""
    limiter = Limiter(Clock(), LIMITS, enabled)
    keys, rounds = range(10_000), 20
    for key in keys:
        limiter.allow("session", key)
    began = time.thread_time()
    for _ in range(rounds):
        for key in keys:
            limiter.allow("session", key)
    return (time.thread_time() - began) / (rounds * len(keys)) * 1e6


def main_check() -> None:
    """Time one check alone."""
    on, off = [], []
    for _ in range(runs()):
        on.append(one_check(enabled=True))
        off.append(one_check(enabled=False))
    report(
        "one check of a rate limit, timed alone", median(on), "CPU µs", reference="the same with limits off",
        reference_value=median(off), runs=len(on),
    )  # fmt: skip


def main() -> None:
    """Measure."""
    main_check()
    pairs = PAIRS // 4 if quick() else PAIRS
    made, chat_ids = people(pairs)
    data = made.done()
    copy = Path(shutil.copytree(data, f"{data}-limits"))
    with Node(copy, limits=True) as limited, Node(data) as free:
        for name, (plan, each) in shortened(ROWS.items()):
            with (
                Load(plan(chat_ids, limited.port, made.tokens), limited.pids) as with_limits,
                Load(plan(chat_ids, free.port, made.tokens), free.pids) as without,
            ):
                # An address may open 500 sockets at once, and then 50 a second.
                with_limits.open(per_second=0 if quick() else 45)
                without.open()
                rate = each * pairs
                on, off = interleaved(
                    partial(with_limits.rate, rate, seconds(4)), partial(without.rate, rate, seconds(4))
                )  # fmt: skip
            report(
                f"{name} with rate limits on, {rate:,} /s", median([run.each for run in on]), "CPU µs",
                reference="the same with limits off", reference_value=median([run.each for run in off]),
                rate=median([run.rate for run in on]), **shares(on),
            )  # fmt: skip


if __name__ == "__main__":
    main()
