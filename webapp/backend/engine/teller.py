"""Tells receivers what happened: one timer, at the next moment when something is to be sent.

Like a look, a receiver is claimed in the store under the name of the lease, so that one of several
processes sends to it, in order, and another one takes up what a dead process has begun.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from domain.ids import now, seconds_until
from domain.problems import DatabaseUnavailableError
from store import outbox
from work.pool import RunnerDiedError
from work.telling import Told

if TYPE_CHECKING:
    from engine.lease import Lease
    from store.store import Row, Store
    from work.telling import Telling

AT_ONCE = 2
"""Receivers that are told at a time: each costs a process."""
BATCH = 20
"""Messages that one process sends to a receiver."""
BACK_OFF = (2.0, 10.0, 60.0, 300.0, 1800.0, 3600.0)
"""Seconds before a message is tried for the second, third, ... time; the last one repeats."""
MAX_WAIT_SECONDS = 60.0
"""Until the clock is read again: a computer that slept does not tell."""
SHARED_WAIT_SECONDS = 2.0
"""While others send: nobody else takes up what they began, should they die."""
RETRY_SECONDS = 2.0

log = logging.getLogger("uvicorn.error")


class Teller:
    """Empties the outbox."""

    def __init__(self, store: Store, lease: Lease, telling: Telling) -> None:
        self._store, self._lease, self._telling = store, lease, telling
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._room = AT_ONCE
        self._lock = threading.Lock()

    def launch(self) -> None:
        """Begin, in a thread; the lease has been acquired."""
        threading.Thread(target=self._serve, name="outbox", daemon=True).start()

    def wake(self) -> None:
        """Look at the outbox now: something may have come into it."""
        self._wake.set()

    def stop(self) -> None:
        """Begin no more; what is under way is taken up by the next process."""
        self._stopping.set()
        self._wake.set()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                wait = self._turn()
            except DatabaseUnavailableError:  # the queue says so already
                wait = RETRY_SECONDS
            except Exception:
                log.exception("The outbox could not be emptied; trying again.")
                wait = RETRY_SECONDS
            self._wake.wait(wait)

    def _turn(self) -> float:
        """Begin what is due; the seconds until the next turn, if nobody wakes it before."""
        others = set(outbox.senders(self._store)) - {self._lease.executor}
        for sender in self._lease.dead(others):
            outbox.release(self._store, sender)
            others.discard(sender)
        longest = SHARED_WAIT_SECONDS if others else MAX_WAIT_SECONDS
        while self._room and not self._stopping.is_set():
            claimed = outbox.claim(self._store, self._lease.executor)
            if claimed is None:
                due = outbox.next_due(self._store)
                return min(longest, max(0.02, seconds_until(due))) if due else longest
            with self._lock:
                self._room -= 1
            name = f"tell {claimed['id']}"
            threading.Thread(target=self._tell, args=(claimed,), name=name, daemon=True).start()
        return longest  # who ends wakes it

    def _tell(self, claimed: Row) -> None:
        """Send what is due to one receiver, in a thread of its own."""
        try:
            self._send(claimed)
            outbox.finish(self._store, claimed)
        except DatabaseUnavailableError as problem:
            log.error("%s is told later: %s", claimed["name"], problem)  # noqa: TRY400 - a sentence
            self._put_back(claimed)
        except Exception:
            log.exception("%s could not be told.", claimed["name"])
            self._put_back(claimed)
        finally:
            with self._lock:
                self._room += 1
            self._wake.set()

    def _send(self, claimed: Row) -> None:
        messages = {one["id"]: one for one in outbox.batch(self._store, claimed["id"], BATCH)}
        waiting = list(messages.values())
        try:
            for told in self._telling.send(claimed, waiting):
                self._note(claimed, messages.pop(told.message), told)
        except DownloadError as failure:  # no such address any more: apprise has changed
            self._not_sent(claimed, messages, failure)
        except RunnerDiedError as died:
            if not self._stopping.is_set():  # one that ends with the api is no failure
                crashed = DownloadError("crash", str(died), "It is tried again.")
                self._not_sent(claimed, messages, crashed)

    def _note(self, claimed: Row, message: Row, told: Told) -> None:
        if told.error is None:
            outbox.delivered(self._store, claimed, message["id"])
            return
        wait = BACK_OFF[min(message["attempt"], len(BACK_OFF)) - 1]
        due = now(after=max(wait, told.wait))
        outbox.refused(self._store, claimed, message["id"], told.error, due=due)
        if told.halt:
            outbox.hold(self._store, claimed["id"], due=due)
        if told.gone:
            outbox.finish(self._store, claimed, enabled=False)

    def _not_sent(self, claimed: Row, messages: dict[str, Row], failure: DownloadError) -> None:
        for first in list(messages.values())[:1]:
            self._note(claimed, first, Told(first["id"], failure.as_error(), halt=True))

    def _put_back(self, claimed: Row) -> None:
        """Let it be sent as soon as the database is there."""
        while not self._stopping.wait(RETRY_SECONDS):
            try:
                outbox.finish(self._store, claimed)
            except DatabaseUnavailableError:
                continue
            return
