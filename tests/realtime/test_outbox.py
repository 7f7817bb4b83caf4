"""What a commit emitted leaves in its order; features may look before and after each delivery."""

from datetime import UTC, datetime
from typing import Any

from ryadom.db.tx import Emission
from ryadom.protocol.audience import Users
from ryadom.protocol.events import SessionRevoked, TypingStop
from ryadom.protocol.facts import SessionEnded
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox

NOW = datetime(2027, 1, 15, tzinfo=UTC)
ENDED = SessionEnded(rev=3, session_id=1, user_id=2)
REVOKED = SessionRevoked(timestamp=NOW, rev=3, session_id=1)


class Ear(Hub):
    """A hub that writes down what it is to deliver."""

    def __init__(self, heard: list[Any]) -> None:
        super().__init__()
        self.heard = heard

    def deliver(self, event: Any, to: Any) -> None:
        self.heard.append((type(event).__name__, to.ids))


def test_heralds_come_before_and_followers_after_the_delivery() -> None:
    heard: list[Any] = []
    outbox = Outbox(Ear(heard))
    outbox.follow(SessionRevoked, lambda event: heard.append("follower"))
    outbox.precede(SessionRevoked, lambda event: heard.append("herald"))
    outbox.precede(SessionRevoked, lambda event: heard.append("second herald"))
    outbox.committed([Emission(REVOKED, Users([2]))])
    assert heard == ["herald", "second herald", ("SessionRevoked", [2]), "follower"]


def test_a_fact_is_for_the_server_and_reaches_no_client() -> None:
    heard: list[Any] = []
    outbox = Outbox(Ear(heard))
    outbox.follow(SessionEnded, heard.append)
    outbox.committed([Emission(ENDED, None), Emission(REVOKED, Users([2])), Emission(ENDED, None)])
    assert heard == [ENDED, ("SessionRevoked", [2]), ENDED]


def test_what_has_no_transaction_leaves_at_once() -> None:
    heard: list[Any] = []
    Outbox(Ear(heard)).send_ephemeral(TypingStop(timestamp=NOW, chat_id=1, user_id=2), Users([5]))
    assert heard == [("TypingStop", [5])]
