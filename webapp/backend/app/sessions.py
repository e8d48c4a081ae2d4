"""Who has logged in: random session ids, each good until it expires or is revoked.

Only digests are kept. They are made with the access token, so that another token ends all sessions.
What was found good is remembered for a moment: a page asks often, and revoking elsewhere takes at
most that long to be known here.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.store import Store

REMEMBERED_SECONDS = 5.0
MAX_REMEMBERED = 1000
ID_BYTES = 32


@dataclass(slots=True)
class Sessions:
    """The sessions of one access token; every method may wait for the database."""

    store: Store
    token: str
    clock: Callable[[], float] = time.monotonic
    _good: dict[str, float] = field(default_factory=dict)

    def begin(self, seconds: float) -> str:
        """Return the id of a new session that counts for so long."""
        session = secrets.token_urlsafe(ID_BYTES)
        sessions.keep(self.store, self._digest(session), seconds)
        return session

    def is_good(self, session: str) -> bool:
        """Whether that is the id of a session that has not ended."""
        digest = self._digest(session)
        if self._good.get(digest, 0.0) > self.clock():
            return True
        good = sessions.is_kept(self.store, digest)
        if good:
            if len(self._good) >= MAX_REMEMBERED:
                self._good.clear()
            self._good[digest] = self.clock() + REMEMBERED_SECONDS
        return good

    def end(self, session: str) -> None:
        """Revoke a session."""
        digest = self._digest(session)
        self._good.pop(digest, None)
        sessions.forget(self.store, digest)

    def _digest(self, session: str) -> str:
        key = self.token.encode()
        return hmac.new(key, session.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
