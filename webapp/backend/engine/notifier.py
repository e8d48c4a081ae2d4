"""Delivers notifications from the outbox: in order, from one process at a time to a receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.failures import DownloadError
from domain.ids import now
from engine.claimer import Claimer
from store import outbox
from work.pool import RunnerDiedError
from work.sender import Outcome

if TYPE_CHECKING:
    from engine.lease import Lease
    from store.store import Row, Store
    from work.sender import Sender

BATCH = 20
"""Messages that one process sends to a receiver."""
BACK_OFF = (2.0, 10.0, 60.0, 300.0, 1800.0, 3600.0)
"""Seconds before a message is tried for the second, third, ... time; the last one repeats."""


class Notifier(Claimer):
    """Delivers what is in the outbox."""

    def __init__(self, store: Store, lease: Lease, sender: Sender) -> None:
        super().__init__("outbox", "The outbox could not be emptied", "notify", lease)
        self._store, self._sender = store, sender

    def _holders(self) -> list[str]:
        return outbox.senders(self._store)

    def _release(self, name: str) -> None:
        outbox.release(self._store, name)

    def _claim(self, name: str) -> Row | None:
        return outbox.claim(self._store, name)

    def _next_due(self) -> str | None:
        return outbox.next_due(self._store)

    def _called(self, row: Row) -> str:
        return f"What {row['name']} is to be told"

    def _work(self, row: Row) -> None:
        """Send what is due to one receiver."""
        self._send(row)
        self._give_back(row)

    def _give_back(self, row: Row) -> None:
        outbox.finish(self._store, row)

    def _send(self, claimed: Row) -> None:
        messages = {one["id"]: one for one in outbox.batch(self._store, claimed["id"], BATCH)}
        waiting = list(messages.values())
        try:
            for outcome in self._sender.send(claimed, waiting):
                self._note(claimed, messages.pop(outcome.message), outcome)
        except DownloadError as failure:  # no such address any more: apprise has changed
            self._not_sent(claimed, messages, failure)
        except RunnerDiedError as died:
            if not self._stopping.is_set():  # one that ends with the api is no failure
                crashed = DownloadError("crash", str(died), "It is tried again.")
                self._not_sent(claimed, messages, crashed)

    def _note(self, claimed: Row, message: Row, outcome: Outcome) -> None:
        if outcome.error is None:
            outbox.delivered(self._store, claimed, message["id"])
            return
        wait = BACK_OFF[min(message["attempt"], len(BACK_OFF)) - 1]
        due = now(after=max(wait, outcome.wait))
        outbox.refused(self._store, claimed, message["id"], outcome.error, due=due)
        if outcome.halt:
            outbox.hold(self._store, claimed["id"], due=due)
        if outcome.gone:
            outbox.finish(self._store, claimed, enabled=False)

    def _not_sent(self, claimed: Row, messages: dict[str, Row], failure: DownloadError) -> None:
        for first in list(messages.values())[:1]:
            self._note(claimed, first, Outcome(first["id"], failure.as_error(), halt=True))
