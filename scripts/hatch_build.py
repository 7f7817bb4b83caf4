"""Hatch's hook for wheels: the browser client is built before it is packed."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPTS = Path(__file__).resolve().parent


class ClientHook(BuildHookInterface[Any]):
    """Builds the client unless it is built. An editable install needs none: `make setup` builds it beside that."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Hatch calls it before it packs. Raises what `build_web.build` raises."""
        if version == "editable":
            return
        sys.path.insert(0, str(SCRIPTS))
        import build_web  # noqa: PLC0415  # beside this file, which hatch loads by its path

        build_web.build()
