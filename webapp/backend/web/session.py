"""Logging in from a browser: the access token becomes a cookie that pages cannot read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from domain.problems import ForbiddenError
from web.access import COOKIE, is_token
from web.problems import documented

router = APIRouter(prefix="/api", tags=["session"])

MONTH = 30 * 24 * 3600


class Token(BaseModel):
    """The token that the operator chose."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=500)


class Session(BaseModel):
    """Whether a token is asked for."""

    needed: bool


@router.get("/session", operation_id="getSession")
def session(request: Request) -> Session:
    """Say whether this server asks for a token."""
    return Session(needed=bool(request.app.state.settings.access_token))


@router.post("/session", status_code=204, operation_id="logIn", responses=documented(403, 422))
def log_in(given: Token, request: Request, response: Response) -> None:
    """Exchange the token for a cookie; event streams and players can send nothing else."""
    token = request.app.state.settings.access_token
    if not token or not is_token(given.token, token):
        raise ForbiddenError("That is not the access token.", "Ask whoever set ACCESS_TOKEN.")
    response.set_cookie(
        *(COOKIE, token),
        max_age=MONTH,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


@router.delete("/session", status_code=204, operation_id="logOut", responses=documented(403))
def log_out(response: Response) -> None:
    """Forget the cookie."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
