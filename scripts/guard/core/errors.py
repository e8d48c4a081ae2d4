"""The one error that users see without a traceback."""

from __future__ import annotations

from .cause import Told


class GuardError(Exception):
    """An expected failure, shown to the user without a traceback; the exit code is 1.

    ``message`` says what happened, with the value, and the likely cause; ``fix`` is the exact next
    command or edit.
    """

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class ToldError(GuardError):
    """A failure that pages tell in other languages too.

    ``kind`` names it for programs; ``reasons`` are told one a line.
    """

    def __init__(self, kind: str, reasons: tuple[Told, ...], advice: Told) -> None:
        super().__init__("\n".join(one.in_english() for one in reasons), advice.in_english())
        self.kind = kind
        self.reasons = reasons
        self.advice = advice
