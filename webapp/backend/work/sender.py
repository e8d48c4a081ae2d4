"""Sends notifications to one receiver: a runner does it, sandboxed like every download."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from store.store import Row
    from work.pool import Pool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message; `error` is None when it was delivered."""

    message: str
    error: Row | None = None
    halt: bool = False
    """The receiver cannot be reached: what follows has not been tried."""
    gone: bool = False
    """It said that it wants nothing more."""
    wait: float = 0.0
    """Seconds that it asked for."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends to receivers, in the thread of its caller."""

    pool: Pool
    allowed: Callable[[], list[str]]

    def send(self, receiver: Row, messages: Sequence[Row]) -> Iterator[Outcome]:
        """What becomes of each message, until one shows that the receiver cannot be reached.

        Raises:
            DownloadError: when nothing can be sent to its address.
            RunnerDiedError: when the api goes down meanwhile.

        """
        order = {
            "job": "notify",
            "allowed": self.allowed(),
            "messages": [{"id": one["id"], "body": one["body"]} for one in messages],
            **{name: receiver[name] for name in ("kind", "url", "secret", "language")},
        }
        with closing(self.pool.take()) as runner:
            for event in runner.run(order):
                match event:
                    case {"event": "delivered", "id": message}:
                        yield Outcome(message)
                    case {"event": "refused", "id": message, **rest}:
                        rest.pop("event", None)
                        yield Outcome(message, **rest)
                    case {"event": "failed", **failure}:
                        raise DownloadError(**failure)

    def try_once(self, receiver: Row, body: str) -> Row | None:
        """Send one message now; why it was not delivered, None if it was."""
        message: dict[str, Any] = {"id": new_id(), "body": body}
        try:
            return next(outcome.error for outcome in self.send(receiver, [message]))
        except DownloadError as failure:
            return failure.as_error()

    def check(self, kind: str, url: str) -> None:
        """Find out whether anything can be sent to an address.

        Raises:
            DownloadError: with the reason, when nothing can.

        """
        if kind != "webhook":  # of those the address alone tells
            list(self.send({"kind": kind, "url": url, "secret": None, "language": "en"}, []))
