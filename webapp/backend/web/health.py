"""Whether the server lives (`/health`) and whether it can work (`/ready`)."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from domain.ids import now
from web import disclosure

router = APIRouter(tags=["health"])

PROBES = frozenset({"/health", "/ready"})


class Health(BaseModel):
    """The answer of a server that lives."""

    status: Literal["healthy"] = "healthy"
    timestamp: str


class Work(BaseModel):
    """What a restart interrupts."""

    kind: Literal["download"] = "download"
    count: int
    resumes: bool = Field(default=True, description="Whether it continues by itself")


class Readiness(BaseModel):
    """Whether downloads can run."""

    ready: bool
    engine: Literal["warming", "waiting", "ready"]
    timestamp: str
    detail: str | None = Field(default=None, description="What is waited for")
    fix: str | None = Field(default=None, description="What to do about it")
    kind: str | None = Field(default=None, description="Names the detail, for other languages")
    values: dict[str, str] | None = Field(
        default=None, description="What stands in the detail and the fix, by name"
    )
    work: Work | None = Field(default=None, description="What runs here now")


@router.head("/health", include_in_schema=False)
@router.get("/health", operation_id="getHealth")
async def health() -> Health:
    """Answer as soon as the server can, long before it can work."""
    return Health(timestamp=now())


@router.head("/ready", include_in_schema=False)
@router.get(
    "/ready",
    operation_id="getReadiness",
    response_model_exclude_none=True,
    responses={503: {"model": Readiness, "description": "Not yet, or not now"}},
)
async def readiness(request: Request, response: Response) -> Readiness:
    """Say whether downloads run. What is waited for, and what runs, is told with a token."""
    lifecycle = request.app.state.lifecycle
    engine, problem = lifecycle.readiness()
    response.status_code = 200 if engine == "ready" else 503
    state = Readiness(ready=engine == "ready", engine=engine, timestamp=now())
    if disclosure.is_for(request):
        state.work = Work(count=lifecycle.running())
        if problem is not None:
            state.detail, state.fix = problem.detail, problem.fix
            state.kind, state.values = problem.kind, problem.values
    return state


class About(BaseModel):
    """What this server is made of."""

    version: str
    yt_dlp: str
    yt_dlp_age_days: int
    ffmpeg: str | None


@router.get("/api/about", operation_id="getAbout")
def about(request: Request) -> About:
    """Show the versions in use; an old yt-dlp explains many failures."""
    from importlib.metadata import version

    from files.ffmpeg import find_ffmpeg

    installed = version("yt-dlp")
    year, month, day = (int(part) for part in installed.split(".")[:3])
    age = datetime.now(UTC).date() - date(year, month, day)
    return About(
        version=request.app.version,
        yt_dlp=installed,
        yt_dlp_age_days=age.days,
        ffmpeg=find_ffmpeg(),
    )


def keep_probes_out_of_the_log() -> None:
    """Let uvicorn's access log show requests, not probes."""
    logging.getLogger("uvicorn.access").addFilter(_is_no_probe)


def _is_no_probe(record: logging.LogRecord) -> bool:
    arguments = record.args
    if not isinstance(arguments, tuple) or len(arguments) < 3:  # noqa: PLR2004 - client, method, path
        return True
    return str(arguments[2]).partition("?")[0] not in PROBES
