"""The use cases of receivers of notifications: add, change, test, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain import notices
from domain.downloads import DownloadErrorBody
from domain.failures import DownloadError
from domain.problems import ConflictError, InvalidError, NotFoundError, UnavailableError
from domain.receivers import Delivery, NewReceiver, Receiver, beginning
from domain.webhooks import new_secret
from store import receivers
from work.pool import RunnerDiedError

if TYPE_CHECKING:
    from domain.receivers import ReceiverRequest
    from engine.notifier import Notifier
    from store.store import Row, Store
    from work.sender import Sender

MAX_RECEIVERS = 50


@dataclass(frozen=True, slots=True)
class ReceiverService:
    """Carries out requests; safe to use from any thread."""

    store: Store
    sender: Sender
    notifier: Notifier

    def add(self, wanted: ReceiverRequest) -> NewReceiver:
        """Add one; the key that its webhooks are signed with is returned now and never again."""
        if wanted.url is None:
            raise InvalidError(
                *("The address is missing.", "Say where to."), field="url", kind="receiver-nowhere"
            )
        self._check(wanted.kind, wanted.url)
        if len(receivers.every(self.store)) >= MAX_RECEIVERS:
            raise ConflictError(
                f"There are {MAX_RECEIVERS} receivers already.",
                "Remove one of them.",
                kind="receivers-full",
                most=MAX_RECEIVERS,
            )
        secret = new_secret() if wanted.kind == "webhook" else None
        item = receivers.add(self.store, **wanted.model_dump(), secret=secret)
        return NewReceiver(**dict(self.get(item)), secret=secret)

    def every(self) -> list[Receiver]:
        """All of them, the newest first."""
        return [view(row) for row in receivers.every(self.store)]

    def get(self, item: str) -> Receiver:
        """One of them."""
        return view(self._row(item))

    def replace(self, item: str, wanted: ReceiverRequest) -> Receiver:
        """Change one; what waits for it is tried again at once."""
        former = self._row(item)
        if wanted.kind != former["kind"]:
            raise InvalidError(
                *("A receiver stays what it is.", "Add another one instead."),
                field="kind",
                kind="receiver-other-kind",
            )
        values = wanted.model_dump()
        if wanted.url is None:
            values["url"] = former["url"]
        else:
            self._check(wanted.kind, wanted.url)
        self._change(item, **values)
        return self.get(item)

    def renew_secret(self, item: str) -> NewReceiver:
        """Sign with another key from now on."""
        if self._row(item)["kind"] != "webhook":
            raise ConflictError(
                *("Only webhooks are signed.", "Change its address instead."),
                kind="receiver-unsigned",
            )
        secret = new_secret()
        self._change(item, secret=secret)
        return NewReceiver(**dict(self.get(item)), secret=secret)

    def delete(self, item: str) -> None:
        """Delete it, with what waits for it."""
        if not receivers.delete(self.store, item):
            raise UnknownReceiverError(item)

    def try_it(self, item: str) -> Delivery:
        """Send a test now, also to one that is switched off."""
        try:
            error = self.sender.try_once(self._row(item), notices.of_test())
        except RunnerDiedError as died:
            raise UnavailableError(str(died), "Retry.", kind="crash") from None
        return Delivery(
            delivered=error is None, error=DownloadErrorBody(**error) if error else None
        )

    def _check(self, kind: str, url: str) -> None:
        try:
            self.sender.check(kind, url)
        except DownloadError as error:
            raise InvalidError(
                *(error.sentence, error.fix), field="url", kind=error.kind, **error.values
            ) from None
        except RunnerDiedError as died:
            raise UnavailableError(str(died), "Retry.", kind="crash") from None

    def _change(self, item: str, **values: object) -> None:
        if not receivers.change(self.store, item, **values):
            raise UnknownReceiverError(item)
        self.notifier.wake()

    def _row(self, item: str) -> Row:
        row = receivers.get(self.store, item)
        if row is None:
            raise UnknownReceiverError(item)
        return row


class UnknownReceiverError(NotFoundError):
    """Nobody knows that receiver, or nobody does any more."""

    def __init__(self, item: str) -> None:
        super().__init__(
            *(f"There is no receiver {item}.", "It may have been removed; reload."),
            kind="unknown-receiver",
        )


def view(row: Row) -> Receiver:
    """A receiver as people see it."""
    same = {*Receiver.model_fields} - {"address", "error"}
    return Receiver(
        **{name: row[name] for name in same},
        address=beginning(row["url"]),
        error=DownloadErrorBody(**row["error"]) if row["error"] else None,
    )
