"""How often a client may be wrong about the access token: one limit for Bearer and for logging in.

Who was wrong too often waits, also with the right token: otherwise the limit would tell which one
is right. It counts for each client by itself, so that nobody can lock out somebody else. Behind a
proxy the client is the one that it names, if it is one of TRUSTED_PROXIES (forwarded.py).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from web.limits import Buckets, Rate, client_of
from web.problems import answer

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

WRONG = Rate(burst=10, per_second=0.2)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Judges tokens, and counts the wrong ones of each client."""

    token: str
    buckets: Buckets = field(default_factory=Buckets)

    def refuse(self, scope: Scope) -> Response | None:
        """429 for who has been wrong too often."""
        wait = self.buckets.wait(client_of(scope), WRONG)
        if not wait:
            return None
        seconds = str(int(wait) + 1)
        return answer(
            429,
            "The access token was wrong too often.",
            f"Retry in {seconds} s.",
            kind="token-too-often",
            values={"seconds": str(seconds)},
            headers={"Retry-After": seconds},
        )

    def right(self, scope: Scope, given: str) -> bool:
        """Whether that is the token, compared in a time that tells nothing; counts if it is not."""
        token = self.token.encode()
        right = bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token)
        if not right:
            self.count_wrong(scope)
        return right

    def count_wrong(self, scope: Scope) -> None:
        """Note that a client was wrong."""
        self.buckets.take(client_of(scope), WRONG)
