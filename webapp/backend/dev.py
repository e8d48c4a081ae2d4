"""The app while developing without the guard: `uvicorn dev:app --reload`.

uvicorn's reloader holds the port while it waits for a save. Were there no app behind it, because of
a syntax error or a bad setting, every request would hang; so one is, which says what is wrong.
"""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

FIX = "Fix it and save: the backend is loaded again. The whole traceback is in its log."


def broken(error: BaseException) -> ASGIApp:
    """An app that answers every request with the reason why the real one cannot be loaded."""
    reason = _reason(error)
    sentence = f"The backend cannot be loaded: {reason}."
    problem = {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": sentence,
        "fix": FIX,
        "service": "api",
        "cause": {
            "kind": "broken-code",
            "sentence": sentence,
            "fix": FIX,
            "values": {"why": reason},
        },
    }
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(problem).encode()})

    return app


def _reason(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return str(error).strip().rstrip(".")
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):  # names file and line itself
        return said
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{said} ({place.filename}, line {place.lineno})"


try:
    from main import app
except (Exception, SystemExit) as failure:  # noqa: BLE001 - whatever keeps it from loading
    traceback.print_exception(failure)
    app = broken(failure)  # type: ignore[assignment]
