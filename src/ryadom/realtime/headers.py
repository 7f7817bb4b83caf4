"""The headers of a handshake."""

from collections.abc import Iterable


class Headers:
    """Read only. Names are asked for without case; values are Latin-1, as REST reads them too."""

    __slots__ = ("_values",)

    def __init__(self, fields: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Names in lower case, values without the blanks around them, in the order of the request."""
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in fields:
            self._values.setdefault(name, []).append(value)

    def get_all(self, name: str) -> list[str]:
        """Every value, in order."""
        return [value.decode("latin-1") for value in self._values.get(name.lower().encode(), ())]

    def get(self, name: str) -> str | None:
        """The first value."""
        return next(iter(self.get_all(name)), None)

    def raw(self, name: bytes) -> list[bytes]:
        """Every value as it was sent; the name in lower case."""
        return self._values.get(name, [])
