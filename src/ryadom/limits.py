"""Limits on how often something may happen, as token buckets.

A bucket holds `burst` tokens and gains `rate` of them a second; each try takes one. Kept as one number per key (the
time at which the bucket will be full again), so a try costs less than a microsecond, and a full bucket, which is as
good as none, is forgotten.

Own code and not the `limits` library: that one asks the system for the time, so nothing of it can be tested with a
turned clock; and it counts in windows, where the size of a burst cannot be chosen apart from the rate. We need both.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from ryadom.clock import Clock
from ryadom.protocol.errors import Refusal


class Limit(NamedTuple):
    """`rate` tries a second in the long run, `burst` of them at once."""

    rate: float
    burst: int


LIMITS: dict[str, Limit] = {
    "sign_in_account": Limit(5 / 300, 5),
    "sign_in_address": Limit(20 / 300, 20),
    "register_address": Limit(10 / 3600, 10),
    "connect_address": Limit(50, 500),
    "look_address": Limit(10, 200),
    "chat_user": Limit(0.1, 60),
    "message_user": Limit(20, 60),
    "session": Limit(50, 200),
}
"""Whose tries are counted is the last word of a name. `connect` is handshakes, `look` is asking
for `GET /server`; `session` is requests and frames."""
SHARED = frozenset(("sign_in_account", "sign_in_address", "register_address", "chat_user"))
"""Limits that several nodes count together: those of what is dear or an attack. The others are each node's own."""

Key = str | int
Share = Callable[[str, Key], None]


class Limiter:
    """Counts tries. At most `max_keys` keys are remembered, shared equally among the limits."""

    def __init__(self, clock: Clock, limits: Mapping[str, Limit], enabled: bool, max_keys: int = 100_000) -> None:
        self._clock = clock
        self._enabled = enabled
        self.share: Share = lambda name, key: None
        """Told of each try that counts for all nodes."""
        share = max(1, max_keys // max(1, len(limits)))
        self._buckets = {name: _Buckets(limit, share) for name, limit in limits.items()}

    def check(self, name: str, key: Key) -> None:
        """Take one token of `key`, or raise `Refusal("too_many")` with the seconds to wait."""
        wait = self.allow(name, key)
        if wait:
            raise Refusal("too_many", retry_after=wait)
        if self._enabled and name in SHARED:
            self.share(name, key)

    def allow(self, name: str, key: Key) -> float:
        """Take one token of `key` and return 0.0; or take none and return the seconds until there is one."""
        if not self._enabled:
            return 0.0
        return self._buckets[name].take(key, self._clock.now())

    def heard(self, name: str, key: Key) -> None:
        """Another node has let a try through. One of a newer version may know more limits."""
        if name in self._buckets:
            self.allow(name, key)

    def __len__(self) -> int:
        """How many keys are remembered."""
        return sum(len(buckets.full_at) for buckets in self._buckets.values())


class _Buckets:
    """The buckets of one limit: key → when it will be full, those used longest ago first."""

    __slots__ = ("_depth", "_most", "_per_token", "full_at")

    def __init__(self, limit: Limit, most: int) -> None:
        self._per_token = 1 / limit.rate
        # A hundredth of a token more than burst - 1, so that sums of floats never refuse the last one.
        self._depth = (limit.burst - 0.99) * self._per_token
        self._most = most
        self.full_at: OrderedDict[Key, float] = OrderedDict()

    def take(self, key: Key, now: float) -> float:
        """One token: 0.0, or the seconds until there is one."""
        full_at = self.full_at.get(key)
        if full_at is None:
            self._make_room(now)
            full_at = now
        elif full_at < now:
            full_at = now
        missing = full_at - now
        if missing > self._depth:
            return missing - self._depth
        self.full_at[key] = full_at + self._per_token
        self.full_at.move_to_end(key)
        return 0.0

    def _make_room(self, now: float) -> None:
        """Forget the two used longest ago if they are full: two out for one in keeps the rest small.

        When every place is taken by buckets that are not full, the one used longest ago goes all the same.
        """
        for _ in range(min(2, len(self.full_at))):
            oldest = next(iter(self.full_at))
            if self.full_at[oldest] > now and len(self.full_at) < self._most:
                return
            del self.full_at[oldest]


@lru_cache(maxsize=4096)
def address_key(address: str) -> str:
    """What an address is counted as: itself, or for IPv6 its /64, since one subscriber has all of that."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
