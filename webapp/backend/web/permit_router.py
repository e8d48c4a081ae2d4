"""Permits for `make smoke`, given only to who holds the guard's token.

The token's file can be read by the user who runs the app alone, who could as well write ALLOW_HOSTS
into `.env`; so this gives nobody more than they have.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from domain.problems import InvalidError
from net.permits import BadPermitError
from web.problems import answer
from web.router import Loaded

if TYPE_CHECKING:
    from pathlib import Path

router = APIRouter(prefix="/api", include_in_schema=False)


class Permit(BaseModel):
    """The server that may be reached: `127.0.0.1:41234`."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(max_length=100)


@router.post("/permits", status_code=204, response_model=None)
def grant(
    permit: Permit,
    request: Request,
    lifecycle: Loaded,
    x_guard_token: Annotated[str, Header()] = "",
) -> Response | None:
    """Let downloads reach a server of this machine for a short while."""
    if not _is_the_guards(request.app.state.settings.guard_token_file, x_guard_token):
        return answer(
            403,
            "Only someone with the guard's token may permit a download from this machine.",
            "Use make smoke beside make dev, or set ALLOW_HOSTS.",
            kind="permit-foreign",
        )
    try:
        lifecycle.container().permits.grant(permit.source)
    except BadPermitError as error:
        raise InvalidError(
            *(str(error), "Permit an address such as 127.0.0.1:8080."), kind="permit-wrong"
        ) from None
    return None


def _is_the_guards(file: Path | None, given: str) -> bool:
    """Whether it is what the guard that started us keeps; without a guard nothing is."""
    try:
        token = file.read_text(encoding="ascii").strip() if file else ""
    except (OSError, ValueError):
        return False
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
