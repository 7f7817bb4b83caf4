"""Writes down what must not happen in a page: violations of its policy, uncaught errors, errors in the console."""

import re
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, WebError

_SCRIPT = """
addEventListener('securitypolicyviolation', (event) => {
  __witness('violation', `${event.violatedDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`)
})
addEventListener('unhandledrejection', (event) => __witness('rejection', String(event.reason?.stack ?? event.reason)))
"""


class Witness:
    """What went wrong in one browser window. `bears` names what a test makes go wrong on purpose."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._borne: list[re.Pattern[str]] = []

    @classmethod
    async def of(cls, context: BrowserContext) -> "Witness":
        """Watch every page of a window from now on."""
        self = cls()
        await context.expose_function("__witness", self._note)
        await context.add_init_script(_SCRIPT)
        context.on("weberror", self._uncaught)
        context.on("console", self._console)
        return self

    def bears(self, *patterns: str) -> None:
        """Errors that match one of these (regular expressions) are expected here."""
        self._borne += [re.compile(pattern) for pattern in patterns]

    @property
    def complaints(self) -> list[str]:
        """What nobody expected."""
        return [one for one in self.seen if not any(pattern.search(one) for pattern in self._borne)]

    def _note(self, kind: str, text: str) -> None:
        self.seen.append(f"{kind}: {text}")

    def _uncaught(self, error: WebError) -> None:
        self._note("uncaught", f"{error.error.message}\n{error.error.stack}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            place: Any = message.location
            self._note(f"console {message.type}", f"{message.text} ({place.get('url', '')})")
