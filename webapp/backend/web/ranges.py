"""Files, whole or in ranges; a range that cannot be had is answered like every other error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.responses import FileResponse
from starlette.datastructures import Headers

from web.problems import answer

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

BAD_RANGES = {
    400: "The Range header cannot be read.",
    416: "The file does not have the range that was asked for.",
}
FIX = "Ask for bytes=FIRST-LAST, both below the length of the file, or for all of it."


class RangeResponse(FileResponse):
    """Starlette's, with problem+json in place of its plain text."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, a range of it, or why not."""
        refused: list[Message] = []

        async def send_or_keep(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in BAD_RANGES:
                refused.append(message)
            elif not refused:
                await send(message)

        await super().__call__(scope, receive, send_or_keep)
        if refused:
            status = refused[0]["status"]
            length = Headers(raw=refused[0]["headers"]).get("content-range")
            headers = {"Content-Range": length} if length else {}
            problem = answer(status, BAD_RANGES[status], FIX, kind="bad-range", headers=headers)
            await problem(scope, receive, send)
