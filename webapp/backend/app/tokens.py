"""Tokens for scripts: made, listed, revoked, recognised."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.problems import ConflictError, NotFoundError
from domain.tokens import PREFIX, ApiToken, NewApiToken
from store import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.tokens import TokenRequest, TokenScope
    from store.store import Row, Store

MAX_TOKENS = 100
REMEMBERED_SECONDS = 5.0
"""How long a token that was revoked elsewhere may still count here."""
MAX_REMEMBERED = 1000


@dataclass(slots=True)
class Tokens:
    """Those of this installation; every method may wait for the database."""

    store: Store
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, TokenScope]] = field(default_factory=dict)

    def add(self, wanted: TokenRequest) -> NewApiToken:
        """Make one; it is told now and never again. Raises `ConflictError` at too many."""
        if len(tokens.every(self.store)) >= MAX_TOKENS:
            raise ConflictError(
                f"There are {MAX_TOKENS} tokens already.",
                "Revoke one of them.",
                kind="tokens-full",
                most=MAX_TOKENS,
            )
        token = PREFIX + secrets.token_urlsafe(32)
        row = tokens.add(self.store, wanted.name, wanted.scope, _digest(token))
        return NewApiToken(**_shown(row), token=token)

    def every(self) -> list[ApiToken]:
        """All of them, the newest first."""
        return [ApiToken(**_shown(row)) for row in tokens.every(self.store)]

    def revoke(self, item: str) -> None:
        """Let one count no more, here at once."""
        if not tokens.delete(self.store, item):
            raise NotFoundError(
                f"There is no token {item}.",
                "It may have been revoked; reload.",
                kind="unknown-token",
            )
        self._known.clear()

    def scope_of(self, token: str) -> TokenScope | None:
        """What its holder may do; None when it is none of ours."""
        digest = _digest(token)
        until, scope = self._known.get(digest, (0.0, None))
        if scope and until > self.clock():
            return scope
        row = tokens.use(self.store, digest)
        if row is None:
            return None
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        found: TokenScope = row["scope"]
        self._known[digest] = self.clock() + REMEMBERED_SECONDS, found
        return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _shown(row: Row) -> Row:
    return {name: row[name] for name in ApiToken.model_fields}
