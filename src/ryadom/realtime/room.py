"""Who is connected of a chat's members, and what each has unread there: in columns, a place for each member.

A message goes through all of them. In a large group most of what that costs is the way to memory, and a column is a few
bytes beside those of the neighbours, where an object for each is several places far from each other.
"""

from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .people import Person, Socket


class Count(NamedTuple):
    """What one member has unread in one chat."""

    unread: int
    mark: int
    """The seq up to which they have read."""
    muted_until: float
    """Epoch seconds; 0 when it is not muted."""
    rev: int
    """The count includes all changes up to this one."""


class Room:
    """The connected members of one chat. Each has a place, the same in every column."""

    __slots__ = (
        "adds", "chat_id", "counted", "marks", "muted_until", "newest", "people", "places", "revs", "rows", "sockets",
        "told", "unread",
    )  # fmt: skip

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.places: dict[int, int] = {}
        """A member's id → their place."""
        self.people: list[Person] = []
        self.rows = array("q")
        """Of a person in `Hub.totals`."""
        self.sockets: list[Socket | None] = []
        """Of those who have but one, which wants all events, as most: what many get goes to it without a look at them.
        """
        self.unread = array("q")
        self.adds = bytearray()
        """1 where `unread` is part of what is unread in all; 0 where the chat is muted."""
        self.marks = array("q")
        self.muted_until = array("d")
        self.revs = array("q")
        """Up to where one's own count was loaded, or changed by something that changed no other's."""
        self.counted = 0
        """Everybody's count includes the changes up to this one, too."""
        self.newest = 0
        """The highest of `revs`, now or before."""
        self.told = 0
        """The highest rev of what all of them were told."""

    def put(self, user_id: int, person: "Person", count: Count) -> None:
        """Somebody is here, with this count; or has this count now."""
        place = self.places.get(user_id)
        if place is None:
            self.places[user_id] = len(self.people)
            self.people.append(person)
            self.rows.append(person.row)
            self.sockets.append(person.sole)
            self.unread.append(count.unread)
            self.adds.append(not count.muted_until)
            self.marks.append(count.mark)
            self.muted_until.append(count.muted_until)
            self.revs.append(count.rev)
        else:
            self.unread[place], self.marks[place], self.revs[place] = count.unread, count.mark, count.rev
            self.mute(place, count.muted_until)
        self.newest = max(self.newest, count.rev)

    def mute(self, place: int, until: float) -> None:
        """What is unread here is no part of what is unread in all any more; or it is again, when `until` is 0."""
        self.muted_until[place] = until
        self.adds[place] = not until

    def rev(self, place: int) -> int:
        """Up to which change somebody's count includes all."""
        return max(self.revs[place], self.counted)

    def change(self, place: int, unread: int, rev: int) -> None:
        """By this change somebody has so much unread."""
        self.unread[place] = unread
        self.revs[place] = rev
        self.newest = max(self.newest, rev)

    def drop(self, user_id: int) -> None:
        """Somebody is here no more. Whoever was last takes their place."""
        place = self.places.pop(user_id, None)
        if place is None:
            return
        last = len(self.people) - 1
        if place != last:
            self.places[self.people[last].user_id] = place
        columns: tuple[Any, ...] = (
            self.people, self.rows, self.sockets, self.unread, self.adds, self.marks, self.muted_until, self.revs
        )  # fmt: skip
        for column in columns:
            column[place] = column[last]
            del column[last]
