"""The part of the benchmark about subscriptions: that it measures what it says."""

from __future__ import annotations

import pytest

from scripts.bench import loads, subscriptions
from scripts.bench.backend import Server


def test_so_many_subscriptions_are_there_and_have_seen_so_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known: list[list[int]] = []
    idle = loads.idle

    def look_and_idle(server: Server) -> loads.Idle:
        found = server.ask("GET", "/api/subscriptions")
        known.append([one["known"] for one in found if one["state"] == "active"])
        return idle(server)

    monkeypatch.setattr(loads, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(loads, "idle", look_and_idle)
    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", 3)
    monkeypatch.setattr(subscriptions, "ENTRIES", 5)

    [table], [target] = subscriptions.subscriptions(1, ())

    assert known == [[], [5, 5, 5]]
    assert [row[0] for row in table.rows] == ["subscriptions", "0", "3"]
    assert target.what == "processor use at rest with 3 subscriptions"
