"""Who is told why the server cannot work, and what runs: `/ready` answers without a token.

Probes need no more than yes or no. The reason may name folders, users and hosts, and the number of
downloads tells whether somebody is there: they are for who could ask for everything else too.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from web.access import bearer, is_from

if TYPE_CHECKING:
    from starlette.requests import Request

    from settings import Settings
    from web.attempts import Attempts


def is_for(request: Request) -> bool:
    """Whether the details are for who asks.

    The guard shows the mark that it gave us, others the access token; where there is none, this
    machine is told, and whom OPEN_ACCESS names. Sessions and tokens of scripts are in the database,
    which may be just what is waited for.
    """
    settings: Settings = request.app.state.settings
    if _shows(request.headers.get("x-guard-run", ""), settings.guard_run):
        return True
    if not settings.access_token:
        return is_from(request.scope, settings.open_access)
    attempts: Attempts = request.app.state.attempts
    given = bearer(request.headers)
    return (
        bool(given) and not attempts.refuse(request.scope) and attempts.right(request.scope, given)
    )


def _shows(given: str, mark: str) -> bool:
    """Whether it is the mark; compared in a time that tells nothing."""
    return bool(mark) and hmac.compare_digest(given.encode("utf-8", "replace"), mark.encode())
