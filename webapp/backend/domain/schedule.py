"""When something is due: every so many hours, or at times of day; and after it has failed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.ids import timestamp

if TYPE_CHECKING:
    from domain.subscriptions import Schedule

FAILURES = 5
"""Checks that may fail in a row before the subscription is stopped."""
RETRY_MINUTES = 15.0


def next_look(schedule: Schedule, after: datetime) -> str:
    """The first moment later than `after` that the schedule names, as a timestamp."""
    if schedule.hours is not None:
        return timestamp(after + timedelta(hours=schedule.hours))
    zone = ZoneInfo(schedule.zone)
    today = after.astimezone(zone).date()
    moments = (
        datetime.combine(today + timedelta(days=day), time.fromisoformat(at), zone).astimezone(UTC)
        for day in range(3)  # a time of day that clocks skip in spring comes a little later
        for at in schedule.at
    )
    return timestamp(min(moment for moment in moments if moment > after))


def retry(schedule: Schedule, failures: int, after: datetime) -> str:
    """When to check again after so many failures: sooner than usual, later each time."""
    wait = timedelta(minutes=RETRY_MINUTES * 2.0 ** (failures - 1))
    return min(next_look(schedule, after), timestamp(after + wait))
