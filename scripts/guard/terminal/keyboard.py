"""What is typed -> what is wanted: pure, no terminal and no clock.

A key is one letter and acts at once. Only where a number may follow (`r 2`, the `1` of `12`) it
waits a moment for that.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

NUMBER_SECONDS = 0.7  # that a number, or its next digit, may take to come
MAX_TYPED_BYTES = 8  # bytes that come at once from a hand; more were pasted

_ESCAPE_CODE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|\[\[[A-E])")  # arrows, F1 and such


class Verb(enum.Enum):
    """What a key is for."""

    RESTART = "restart"
    CHOOSE = "choose"
    OPEN = "open"
    LOG = "log"
    QUIT = "quit"
    HELP = "help"
    BLANK = "blank"
    PASTED = "pasted"


class Wish(NamedTuple):
    """What was typed."""

    verb: Verb
    number: int | None = None
    """Of the service that it is about, from 1 on, where one was typed; 0 is all of them."""


_AT_ONCE = {
    "o": Verb.OPEN,
    "l": Verb.LOG,
    "q": Verb.QUIT,
    "?": Verb.HELP,
    "h": Verb.HELP,
    "\n": Verb.BLANK,
    "\r": Verb.BLANK,
}


class Keyboard:
    """Puts keys together."""

    def __init__(self) -> None:
        self._begun: Verb | None = None
        self._digits = ""
        self.due: float | None = None
        """When what was begun is complete, on the clock of `now`; None where nothing is."""

    def type(self, data: bytes, now: float, services: int) -> list[Wish]:
        """Take what was read of a terminal; `services` is how many there are to choose from."""
        data = _ESCAPE_CODE.sub(b"", data)
        if len(data) > MAX_TYPED_BYTES and len(set(data)) > 1:  # a key that is held repeats itself
            self._forget()
            return [Wish(Verb.PASTED)]
        wishes: list[Wish] = []
        for key in data.decode("utf-8", "replace"):
            wishes += self._press(key, now, services)
        return wishes

    def tick(self, now: float) -> list[Wish]:
        """Return what is complete because nothing followed."""
        return self._complete() if self.due is not None and self.due <= now else []

    def _press(self, key: str, now: float, services: int) -> list[Wish]:
        if key.isascii() and key.isdigit():
            return self._digit(key, now, services)
        if self._begun is Verb.RESTART and key == " " and not self._digits:
            self.due = now + NUMBER_SECONDS
            return []
        done = self._complete()
        if key == "r":
            self._begun, self.due = Verb.RESTART, now + NUMBER_SECONDS
            return done
        if key == "\x1b":
            return [*done, Wish(Verb.CHOOSE, 0)]
        verb = _AT_ONCE.get(key)
        if verb is None or (verb is Verb.BLANK and done):  # Return ends what was begun
            return done
        return [*done, Wish(verb)]

    def _digit(self, key: str, now: float, services: int) -> list[Wish]:
        self._begun = self._begun or Verb.CHOOSE
        self._digits += key
        number = int(self._digits)
        if number == 0 or number * 10 > services:  # no longer number is anybody's
            return self._complete()
        self.due = now + NUMBER_SECONDS
        return []

    def _complete(self) -> list[Wish]:
        begun, digits = self._begun, self._digits
        self._forget()
        return [Wish(begun, int(digits) if digits else None)] if begun else []

    def _forget(self) -> None:
        self._begun, self._digits, self.due = None, "", None
