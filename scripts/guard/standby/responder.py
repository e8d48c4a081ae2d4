"""Answers on a held port while its service cannot.

For `patience` seconds connections wait in the kernel's queue. After that, or at once when waiting
cannot help, they are accepted here, and answered with what crashed, why, and the fix.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

from ..core.cause import say
from ..core.phases import State
from ..core.snapshot import ServiceView
from ..http import messages
from ..http.access import Access
from ..http.admission import Admission
from ..http.listener import Listener
from ..http.messages import Request, Response
from ..http.refusals import refuse
from ..net import bind

_NO_USE_WAITING = frozenset({State.BROKEN, State.STOPPED, State.UNHEALTHY})
_YIELD = 0.05  # seconds in which a server that is coming up may take the connection itself


class StandbyResponder:
    """Answers on one port."""

    def __init__(
        self,
        sock: socket.socket,
        view: ServiceView,
        *,
        patience: Callable[[], float],
        tail: Callable[[], list[str]],
        guard_url: Callable[[], str],
        access: Access,
        admission: Admission,
    ) -> None:
        self._sock = sock
        # A borrowed socket is closed when the service is back.
        self._listener = Listener(sock, self._answer, admission, kept_back=view.held)
        self._patience = patience
        self._view = view
        self._tail = tail
        self._guard_url = guard_url
        self._access = access
        self._down_since: float | None = None
        self._patience_over: asyncio.TimerHandle | None = None

    def follow(self, view: ServiceView) -> None:
        """Accept or leave alone, as the state of the service asks."""
        self._view, state = view, view.state
        if state is State.READY:
            self._down_since = None
            self._forget_timer()
            self._listener.ignore()
            return
        now = time.monotonic()
        if self._down_since is None:
            self._down_since = now
            bind.restore_backlog(self._sock)
        left = self._down_since + self._patience() - now
        is_lost = view.has_lost_its_port
        if state in _NO_USE_WAITING or (is_lost and not view.held):
            self._forget_timer()
            self._listener.accept()
        elif left <= 0 or is_lost:
            self._forget_timer()
            self._listener.accept(pause=_YIELD)
        else:
            self._listener.ignore()
            self._forget_timer()
            loop = asyncio.get_running_loop()
            self._patience_over = loop.call_later(left, self._patience_is_over)

    @property
    def is_busy(self) -> bool:
        """Whether somebody is still being answered."""
        return self._listener.is_busy

    def hand_back(self) -> None:
        """Accept what waits now, which would be lost with the socket, and then nothing more."""
        self._forget_timer()
        if self._down_since is not None:
            self._listener.take_all()
        self._listener.ignore()

    async def close(self) -> None:
        """Stop accepting, and end what is under way."""
        self._forget_timer()
        await self._listener.close()

    def _patience_is_over(self) -> None:
        self.follow(self._view)

    def _forget_timer(self) -> None:
        if self._patience_over is not None:
            self._patience_over.cancel()
            self._patience_over = None

    async def _answer(self, request: Request) -> Response:
        from ..pages import standby_page as page  # not needed before somebody is down
        from ..pages import words

        view = self._view
        headers = {
            "Retry-After": "1",
            "X-Guard-Standby": view.state.value,
            "Cache-Control": "no-store",
        }
        if not self._access.may_read(request):
            told = say("This name is not one under which the service is offered.")
            return refuse(request, 403, "foreign-host", "Foreign host", told)
        stranger = self._access.is_stranger(request)
        if stranger:
            view = view._replace(cause=None)  # it names files, and quotes the log
        if request.method == "OPTIONS" and self._access.origin(request) is not None:
            # What it wants to send is not ours to judge: the answer to that will say why.
            wanted = request.headers.get
            return self._access.preflight(
                request,
                wanted("access-control-request-method", ""),
                wanted("access-control-request-headers", ""),
                age=0,  # the service that comes back judges for itself
            )
        language = words.choose(request.headers.get("accept-language", ""))
        if request.wants_html():
            guard_url = self._guard_url()
            tail, token = ([], None) if stranger else (self._tail(), self._access.token)
            body = page.render(view, tail, guard_url, token, language)
            headers["Content-Security-Policy"] = page.policy(guard_url)
            headers["Referrer-Policy"] = "no-referrer"
            return Response(503, "text/html; charset=utf-8", body, headers=headers)
        response = messages.problem(
            503,
            f"{view.name} is not available",
            page.sentence(view, language),
            kind="unavailable",
            service=view.name,
            state=view.state.value,
            cause=None if view.cause is None else view.cause.as_json(),
        )
        answer = Response(503, response.content_type, response.body, headers=headers)
        return self._access.readable(request, answer)


def prepare() -> None:
    """Load what an answer needs while there is time."""
    from ..pages import standby_page  # noqa: F401 - loaded for later
