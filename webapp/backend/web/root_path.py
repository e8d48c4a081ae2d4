"""The app below a path of a server that others share: `ROOT_PATH=/media`.

A proxy may hand on `/media/api/queue` as it is, or take the path away before. Both are answered:
whatever judges a request sees `/api/queue`, and the router, which writes addresses, knows the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class WithoutRootPath:
    """ASGI middleware, the outermost: takes the path away, and leads `/media` to `/media/`."""

    app: ASGIApp
    root_path: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        path: str = scope.get("path", "")
        if self.root_path and path == self.root_path and scope.get("method") in {"GET", "HEAD"}:
            query = scope.get("query_string", b"").decode("latin-1")
            whole = f"{self.root_path}/?{query}" if query else f"{self.root_path}/"
            await RedirectResponse(whole, status_code=308)(scope, receive, send)
            return
        if self.root_path and f"{path}/".startswith(f"{self.root_path}/"):
            scope = {**scope, "path": path.removeprefix(self.root_path) or "/"}
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class WithRootPath:
    """ASGI middleware, the innermost: what is written of addresses begins with the path again."""

    app: ASGIApp
    root_path: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        if self.root_path and "path" in scope:
            whole = self.root_path + scope["path"]
            scope = {**scope, "path": whole, "root_path": self.root_path}
        await self.app(scope, receive, send)
