"""Logging in from a browser: the access token becomes a session in a cookie that pages cannot read.

The cookie holds a random id, not the token: cookies go to every port of a host, so whatever else
listens on localhost may see it. It ends with the session, which logging out revokes.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from domain.problems import ForbiddenError
from web.access import cookie_name, session_of
from web.problems import documented

router = APIRouter(prefix="/api", tags=["session"])

LIFETIME_SECONDS = 30 * 24 * 3600


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


@router.post(
    "/session", status_code=204, operation_id="logIn", responses=documented(403, 422, 429, 503)
)
def log_in(given: Token, request: Request) -> Response:
    """Exchange the token for a session; event streams and players can send nothing but a cookie."""
    attempts = request.app.state.attempts
    if refusal := attempts.refuse(request.scope):
        return refusal  # type: ignore[no-any-return]
    if not attempts.right(request.scope, given.token):
        raise ForbiddenError(
            "That is not the access token.", "Ask whoever set ACCESS_TOKEN.", kind="wrong-token"
        )
    request.scope["stranger"] = False
    root_path = request.app.state.settings.root_path
    begun = request.app.state.lifecycle.container().sessions.begin(LIFETIME_SECONDS)
    response = Response(status_code=204)
    response.set_cookie(
        *(cookie_name(request.scope, root_path), begun),
        max_age=LIFETIME_SECONDS,
        path=root_path or "/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.delete("/session", status_code=204, operation_id="logOut", responses=documented(403, 503))
def log_out(request: Request, response: Response) -> None:
    """End the session, here and wherever else its cookie is."""
    root_path = request.app.state.settings.root_path
    if current := session_of(request.scope, root_path):
        request.app.state.lifecycle.container().sessions.end(current)
    response.delete_cookie(
        cookie_name(request.scope, root_path),
        path=root_path or "/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
