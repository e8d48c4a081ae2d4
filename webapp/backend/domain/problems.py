"""What a request can run into, in the words of the domain: what happened and what to do about it.

Each kind says why, never how it is answered: `web.problems` knows its status code.
"""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - the RFC's word
    """Raise one of its kinds with one sentence and what to do about it; as text, it is both.

    `kind` names the sentence, and `values` is what stands in it: a page says it in the reader's
    language by these, and in English where it does not know the kind.
    """

    def __init__(self, detail: str, fix: str, *, kind: str | None = None, **values: object) -> None:
        super().__init__(detail, fix)
        self.detail, self.fix, self.kind = detail, fix, kind
        self.values = {name: str(value) for name, value in values.items()}

    def __str__(self) -> str:
        return f"{self.detail} {self.fix}"


class WrongValueError(ValueError):
    """A value that a field cannot take; `kind` and `values` are those of `Problem`."""

    def __init__(self, sentence: str, *, kind: str, **values: object) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.values = {name: str(value) for name, value in values.items()}


class ForbiddenError(Problem):
    """Whoever asks may not do that."""


class NotFoundError(Problem):
    """There is no such thing."""


class ConflictError(Problem):
    """The present state does not allow it."""


class GoneError(Problem):
    """It was there, and is no more."""


class InvalidError(Problem):
    """What was asked for makes no sense, or leads to nothing.

    `field` names what of it is wrong; `kind` what a download would have failed of.
    """

    def __init__(
        self,
        detail: str,
        fix: str,
        *,
        field: str | None = None,
        kind: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(detail, fix, kind=kind, **values)
        self.field = field


class UnavailableError(Problem):
    """Not now; later it may be."""


class DatabaseUnavailableError(UnavailableError):
    """The database cannot be used now."""


class FolderUnavailableError(UnavailableError):
    """A folder of ours cannot be written now."""
