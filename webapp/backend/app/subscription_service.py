"""The use cases of subscriptions: add, check, change, delete; and which files stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.downloads import DownloadErrorBody
from domain.ids import now
from domain.links import anonymous
from domain.problems import ConflictError, InvalidError, NotFoundError
from domain.subscriptions import (
    Doomed,
    DoomedFiles,
    Subscription,
    SubscriptionChoice,
)
from store import subscriptions

if TYPE_CHECKING:
    from app.profiles import Profiles
    from app.retention import Retention
    from domain.subscriptions import Keep, SubscriptionRequest
    from engine.looker import Looker
    from store.store import Row, Store

MAX_SUBSCRIPTIONS = 2000


@dataclass(frozen=True, slots=True)
class SubscriptionService:
    """Carries out requests; safe to use from any thread."""

    store: Store
    looker: Looker
    retention: Retention
    profiles: Profiles

    def add(self, request: SubscriptionRequest) -> Subscription:
        """Add a subscription, and have it checked."""
        self._demand_profile(request)
        known = subscriptions.every(self.store)
        if any(row["url"] == request.url for row in known):
            raise ConflictError(
                "There is a subscription to this link already.",
                "Change that one instead.",
                kind="subscribed-already",
            )
        if len(known) >= MAX_SUBSCRIPTIONS:
            raise ConflictError(
                f"There are {MAX_SUBSCRIPTIONS} subscriptions, and no more are kept.",
                "Remove one first.",
                kind="subscriptions-full",
                most=MAX_SUBSCRIPTIONS,
            )
        row = subscriptions.add(self.store, request.url, request.title, _choice(request))
        return self._changed(row["id"])

    def every(self) -> list[Subscription]:
        """All of them, the newest first."""
        return [view(row) for row in subscriptions.every(self.store)]

    def get(self, item: str) -> Subscription:
        """One of them."""
        return view(self._row(item))

    def replace(self, item: str, request: SubscriptionRequest) -> Subscription:
        """Change what is wanted of a list; what has been seen stays seen."""
        former = self._row(item)
        self._demand_profile(request)
        same_list = request.url in {former["url"], anonymous(former["url"])}
        values: Row = {
            "url": former["url"] if same_list else request.url,  # with the login that nobody sees
            "title": request.title,
            "choice": _choice(request),
            "failures": 0,
            "due": now(),
        }
        if former["state"] == "stopped":
            values["state"] = "active"
        if not same_list:
            values |= {"begun": False, "platform": None}
        self._change(item, **values)
        self.retention.tidy(self._row(item))
        return self._changed(item)

    def look(self, item: str) -> Subscription:
        """Check it now; one that was stopped is active again."""
        row = self._row(item)
        if row["state"] == "paused":
            raise ConflictError("It is paused.", "Resume it first.", kind="subscription-paused")
        if row["looker"] is None:
            self._change(item, due=now(), state="active", failures=0)
        return self._changed(item)

    def pause(self, item: str) -> Subscription:
        """Pause a subscription: no checks until it is resumed."""
        self._change(item, state="paused")
        return self._changed(item)

    def resume(self, item: str) -> Subscription:
        """Resume a subscription."""
        self._change(item, state="active", failures=0, due=now())
        return self._changed(item)

    def delete(self, item: str) -> None:
        """Delete it, with what it has seen; its downloads stay."""
        if not subscriptions.delete(self.store, item):
            raise UnknownSubscriptionError(item)
        self.looker.announce(item)
        self.looker.wake()

    def doomed(self, item: str, keep: Keep) -> DoomedFiles:
        """What that rule would delete now."""
        rows = self.retention.doomed(self._row(item), keep)
        items = [
            Doomed(id=row["id"], title=row["title"], bytes=row["file_bytes"] or 0) for row in rows
        ]
        return DoomedFiles(items=items, bytes=sum(one.bytes for one in items))

    def _demand_profile(self, request: SubscriptionRequest) -> None:
        profile = request.options.profile
        if profile and profile not in {known.id for known in self.profiles.all()}:
            raise InvalidError(
                *(f"There is no profile {profile}.", "Choose another; /api/profiles lists them."),
                field="options.profile",
                kind="unknown-profile",
            )

    def _row(self, item: str) -> Row:
        row = subscriptions.get(self.store, item)
        if row is None:
            raise UnknownSubscriptionError(item)
        return row

    def _change(self, item: str, **values: object) -> None:
        if subscriptions.change(self.store, item, **values) is None:
            raise UnknownSubscriptionError(item)

    def _changed(self, item: str) -> Subscription:
        self.looker.wake()
        self.looker.announce(item)
        return self.get(item)


class UnknownSubscriptionError(NotFoundError):
    """Nobody knows that subscription, or nobody does any more."""

    def __init__(self, item: str) -> None:
        super().__init__(
            f"There is no subscription {item}.",
            "It may have been removed; reload.",
            kind="unknown-subscription",
        )


def view(row: Row) -> Subscription:
    """A subscription as people see it."""
    same = ("id", "title", "platform", "state", "found", "known", "queued", "failures", "created")
    return Subscription(
        **{name: row[name] for name in same},
        **row["choice"],
        url=anonymous(row["url"]),
        looking=row["looker"] is not None,
        next_look=row["due"] if row["state"] == "active" else None,
        last_look=row["looked"],
        error=DownloadErrorBody(**row["error"]) if row["error"] else None,
    )


def _choice(request: SubscriptionRequest) -> Row:
    choice = request.model_dump(mode="json", include=set(SubscriptionChoice.model_fields))
    return choice | {"options": request.options.model_dump(mode="json", exclude_unset=True)}
