"""Stamps of the log's files: of UTC, whatever the clock on the wall does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from scripts.guard.logs import stamp

CHANGE = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # in Berlin 3:00 becomes 2:00 again


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where summer time ends at that moment."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


def test_they_grow_where_the_clock_is_put_back() -> None:
    moments = [CHANGE + timedelta(minutes=minutes) for minutes in (-30, 0, 30, 90)]
    stamps = [stamp.of(moment.astimezone()) for moment in moments]
    assert stamps == sorted(stamps)
    assert stamps[1] == "2026-10-25 01:00:00Z"
    assert [stamp.moment(each) for each in stamps] == moments
    assert [stamp.of_second(stamp.second(each)) for each in stamps] == stamps


def test_a_line_is_split_from_its_stamp() -> None:
    assert stamp.split(b"2026-10-25 01:00:00Z a  line") == ("2026-10-25 01:00:00Z", b"a  line")
    assert stamp.split(b"2026-10-25 01:00:00Z ") == ("2026-10-25 01:00:00Z", b"")


def test_one_of_an_earlier_version_is_local() -> None:
    assert stamp.split(b"2026-07-01 14:00:00 old") == ("2026-07-01 12:00:00Z", b"old")


@pytest.mark.parametrize("line", [b"", b"torn", b"2026-07-01 14:0", b"2026-13-41 14:00:00 no day"])
def test_what_has_none_is_no_line(line: bytes) -> None:
    assert stamp.split(line) is None
