"""The HTTP side of tokens for scripts. No token may make another one, or see them."""

from __future__ import annotations

from fastapi import APIRouter

from domain.tokens import ApiToken, NewApiToken, TokenRequest
from web.problems import documented
from web.router import NONE, Id, Loaded

router = APIRouter(prefix="/api/tokens", tags=["tokens"], responses=documented(422, 503))


@router.get("", operation_id="listTokens")
def list_(lifecycle: Loaded) -> list[ApiToken]:
    """List the tokens for scripts, without what they are."""
    return lifecycle.container().tokens.every()


@router.post("", status_code=201, operation_id="addToken", responses=documented(409))
def add(wanted: TokenRequest, lifecycle: Loaded) -> NewApiToken:
    """Make a token for a script; it is shown only now."""
    return lifecycle.container().tokens.add(wanted)


@router.delete("/{item}", status_code=204, operation_id="revokeToken", responses=NONE)
def revoke(item: Id, lifecycle: Loaded) -> None:
    """Revoke a token; other backends know within seconds."""
    lifecycle.container().tokens.revoke(item)
