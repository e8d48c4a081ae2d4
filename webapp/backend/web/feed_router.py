"""The HTTP side of podcast feeds: their list for the owner, and what podcast apps fetch.

The latter have nothing but an address: the token in it is judged here, and opens that feed alone.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from domain.feeds import FEEDS, PODCASTS, TOKEN, Feed, FeedRequest
from web.problems import documented
from web.router import NONE, REDIRECTED, SAFE_HEADERS, Id, Loaded, finished, picture

router = APIRouter(prefix=FEEDS, tags=["feeds"], responses=documented(422, 503))
podcasts = APIRouter(
    prefix=PODCASTS.rstrip("/"), tags=["feeds"], responses=documented(404, 422, 503)
)

Token = Annotated[str, Path(pattern=TOKEN, description="Of the feed")]
COVER = File(__file__).with_name("cover.png")
SECRET = re.compile(rf"(?<={PODCASTS})[^/?]+")
RSS = "application/rss+xml"


@router.get("", operation_id="listFeeds")
def list_(lifecycle: Loaded) -> list[Feed]:
    """List the podcast feeds with their secret addresses, the newest first."""
    return lifecycle.container().feeds.every()


@router.post("", status_code=201, operation_id="addFeed", responses=documented(409))
def add(wanted: FeedRequest, lifecycle: Loaded) -> Feed:
    """Make a podcast feed from a search of the library, or from what a subscription brought."""
    return lifecycle.container().feeds.add(wanted)


@router.delete("/{item}", status_code=204, operation_id="deleteFeed", responses=NONE)
def delete(item: Id, lifecycle: Loaded) -> None:
    """Delete a feed; its address leads nowhere from then on."""
    lifecycle.container().feeds.remove(item)


@podcasts.head("/{token}/feed.xml", include_in_schema=False)
@podcasts.get(
    "/{token}/feed.xml",
    operation_id="getFeed",
    response_class=Response,
    responses={200: {"content": {RSS: {}}, "description": "RSS 2.0"}},
)
def feed(token: Token, request: Request, lifecycle: Loaded) -> Response:
    """Send a feed to a podcast app; 304 where it has not changed."""
    base = str(request.base_url).rstrip("/")
    cover = f"{base}{PODCASTS}{token}/cover.png"
    document = lifecycle.container().feeds.document(token, base, cover)
    tag = f'"{hashlib.sha256(document).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=60"} | SAFE_HEADERS
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(document, media_type=RSS, headers=headers)


@podcasts.head("/{token}/cover.png", include_in_schema=False)
@podcasts.get(
    "/{token}/cover.png",
    operation_id="getFeedCover",
    response_class=FileResponse,
    responses={200: {"content": {"image/png": {}}, "description": "A picture"}},
)
def cover(token: Token) -> FileResponse:  # noqa: ARG001 - the same for every feed
    """Send the picture of a feed."""
    return picture(COVER, "png")


@podcasts.head("/{token}/{item}/picture.{kind}", include_in_schema=False)
@podcasts.get(
    "/{token}/{item}/picture.{kind}",
    operation_id="getFeedPicture",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {}}, "description": "A picture"}},
)
def episode_picture(
    token: Token,
    item: Id,
    kind: str,  # noqa: ARG001 - apps tell files by it
    lifecycle: Loaded,
) -> FileResponse:
    """Send the picture of an episode."""
    path, known = lifecycle.container().feeds.picture(token, item)
    return picture(path, known)


@podcasts.head("/{token}/{item}.{kind}", include_in_schema=False)
@podcasts.get(
    "/{token}/{item}.{kind}",
    operation_id="getFeedFile",
    response_class=FileResponse,
    responses=documented(409, 410, 416)
    | {200: {"content": {"application/octet-stream": {}}, "description": "The file"}}
    | REDIRECTED,
)
def file(
    token: Token,
    item: Id,
    kind: str,  # noqa: ARG001 - apps tell files by it
    request: Request,
    lifecycle: Loaded,
) -> Response:
    """Send the file of an episode, or a range of it; or redirect to where it is kept."""
    found, download = lifecycle.container().feeds.file(token, item)
    return finished(found, download, None, link=request.method == "GET")


def keep_tokens_out_of_the_log() -> None:
    """Let uvicorn's access log show which path was asked for, without the token in it."""
    logging.getLogger("uvicorn.access").addFilter(_without_token)


def _without_token(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            SECRET.sub("…", one) if isinstance(one, str) else one for one in record.args
        )
    return True
