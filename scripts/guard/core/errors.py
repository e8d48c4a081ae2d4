"""The one error that users see without a traceback."""

from __future__ import annotations


class GuardError(Exception):
    """An expected failure, shown to the user without a traceback; the exit code is 1.

    ``message`` says what happened, with the value, and the likely cause; ``fix`` is the exact next
    command or edit.
    """

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
