"""The built front end at /, where there is one: then this one process is the whole app."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

BUILD = Path(__file__).parents[2] / "frontend" / "dist"
PAGES = {"", "/library", "/subscriptions"}  # the app's own pages, all of them index.html
NEVER_PAGES = ("/api/", "/health", "/ready", "/openapi.json")
"""The backend's own addresses; what is asked often need not be looked for on the disk."""
NOT_FOUND = 404
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""What the build holds of its scripts and styles beside them, the best first."""
IMMUTABLE = "public, max-age=31536000, immutable"  # names under assets/ hold their content's hash


class SpaFiles:
    """ASGI middleware: sends what the build holds and hands everything else on."""

    def __init__(self, app: ASGIApp, build: Path = BUILD, root_path: str = "") -> None:
        self._app = app
        self._build = build.resolve()
        self._index = self._build / "index.html"
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = self._found(scope) if _may_be_for_page(scope) else None
        await (answer or self._app)(scope, receive, send)

    def _found(self, scope: Scope) -> Response | None:
        """What the build has to say to a request that reads; None where that is nothing."""
        asked = Headers(scope=scope)
        file = self._file(scope["path"])
        if file is not None:
            return self._answer(file, asked)
        # Somebody looks for a page where there is none: the app's own says so.
        wants_page = "text/html" in asked.get("accept", "")
        return self._page(NOT_FOUND) if wants_page and self._index.is_file() else None

    def _answer(self, file: Path, asked: Headers) -> Response:
        """The file; compressed where the build has it so and the client takes that."""
        if file.name == "index.html" and self._root_path:
            return self._page(200)
        headers = self._headers(file)
        there = [
            (name, path)
            for name, ending in ENCODINGS
            if file.parent.name == "assets"
            and (path := file.with_name(file.name + ending)).is_file()
        ]
        if there:
            headers["Vary"] = "Accept-Encoding"
        taken = asked.get("accept-encoding", "")
        for name, path in there:
            if "range" not in asked and _takes(taken, name):
                kind = mimetypes.guess_type(file.name)[0]
                return FileResponse(
                    path, headers=headers | {"Content-Encoding": name}, media_type=kind
                )
        return FileResponse(file, headers=headers)

    def _page(self, status: int) -> Response:
        """The app's page, told below which path it lies."""
        page = rooted(self._index.read_text(encoding="utf-8"), self._root_path)
        return HTMLResponse(page, status, self._headers(self._index))

    def _file(self, path: str) -> Path | None:
        if path.removesuffix("/") in PAGES:
            path = "/index.html"
        try:
            file = (self._build / path.lstrip("/")).resolve()
            return file if file.is_relative_to(self._build) and file.is_file() else None
        except (OSError, ValueError):  # a name that is too long, or none at all
            return None

    def _headers(self, file: Path) -> dict[str, str]:
        kept = file.parent.name == "assets"
        page = self._index.read_text(encoding="utf-8")
        return {
            "Cache-Control": IMMUTABLE if kept else "no-cache",
            "Content-Security-Policy": _policy(page),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }


def _may_be_for_page(scope: Scope) -> bool:
    """Whether a request reads something that is not the API's own."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    return not scope["path"].startswith(NEVER_PAGES)


def _takes(accepted: str, name: str) -> bool:
    """Whether an Accept-Encoding header takes it; `br;q=0` does not."""
    for part in accepted.split(","):
        coding, _, quality = part.partition(";")
        if coding.strip() == name:
            return re.fullmatch(r"\s*q=0(\.0*)?\s*", quality) is None
    return False


def rooted(page: str, root_path: str) -> str:
    """The page with its scripts, styles and icons below a path; all else it finds from there."""
    return re.sub(r'(href|src)="/(?!/)', rf'\1="{root_path}/', page)


@cache
def _policy(page: str) -> str:
    """Allow what comes from here, and the page's own inline scripts by their hashes."""
    inline = [each.partition("</script>")[0] for each in page.split("<script>")[1:]]
    hashes = [b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
