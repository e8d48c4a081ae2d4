from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.schedule import FAILURES, next_look, retry
from domain.subscriptions import Schedule


def at(*times: str, zone: str = "UTC") -> Schedule:
    return Schedule(at=list(times), zone=zone)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_every_so_many_hours() -> None:
    assert next_look(Schedule(hours=6), moment("2026-05-01T20:00Z")) == "2026-05-02T02:00:00.000Z"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-05-01T05:00Z", "2026-05-01T06:30:00.000Z"),
        ("2026-05-01T06:30Z", "2026-05-01T18:00:00.000Z"),
        ("2026-05-01T18:00:01Z", "2026-05-02T06:30:00.000Z"),
    ],
)
def test_at_the_next_of_the_times_of_day(now: str, then: str) -> None:
    assert next_look(at("18:00", "06:30"), moment(now)) == then


def test_times_of_day_are_those_of_the_zone_in_summer_and_in_winter() -> None:
    berlin = at("06:00", zone="Europe/Berlin")

    assert next_look(berlin, moment("2026-07-01T12:00Z")) == "2026-07-02T04:00:00.000Z"
    assert next_look(berlin, moment("2026-12-01T12:00Z")) == "2026-12-02T05:00:00.000Z"
    # A day of 23 hours, with an hour that there is not.
    skipped = at("02:30", zone="Europe/Berlin")
    assert next_look(skipped, moment("2026-03-29T00:00Z")) == "2026-03-29T01:30:00.000Z"
    assert next_look(skipped, moment("2026-03-29T01:30Z")) == "2026-03-30T00:30:00.000Z"


def test_what_fails_is_looked_at_sooner_and_less_soon_each_time() -> None:
    now = moment("2026-05-01T00:00Z")
    waits = [retry(Schedule(hours=2), failures, now)[11:16] for failures in range(1, 6)]

    assert waits == ["00:15", "00:30", "01:00", "02:00", "02:00"]


def test_after_five_failures_a_subscription_is_stopped() -> None:
    assert FAILURES == 5
