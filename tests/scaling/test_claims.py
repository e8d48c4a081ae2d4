"""What is measured of claims: processes that share a queue claim each link once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.scaling.claims import claims
from scripts.scaling.processor import seconds
from scripts.scaling.queues import driver, fill
from store.store import Store
from tests.backend.postgres import serving

if TYPE_CHECKING:
    from tests.conftest import FreePort

SECONDS = 1.0


def test_every_claim_that_is_counted_took_another_link(free_port: FreePort) -> None:
    with serving(free_port()) as server:
        url = driver(server.database("claims"))
        assert fill(url, 3_000, "https://example.org/") > 0
        found = claims(url, 3_000, 2, SECONDS, lambda: seconds(server.pid))
        store = Store(url)
        done, queued = (store.counts().get(state, 0) for state in ("done", "queued"))
        store.engine.dispose()
    assert 0 < found.per_second <= done / SECONDS
    assert done + queued == 3_000
    assert found.database > 0
    assert found.seconds_each == pytest.approx(found.database / 100 / found.per_second)


def test_nobody_waits_for_the_end_of_the_time_once_everything_is_claimed(
    free_port: FreePort,
) -> None:
    with serving(free_port()) as server:
        url = driver(server.database("short"))
        fill(url, 20, "https://example.org/")
        found = claims(url, 20, 2, 600.0, lambda: seconds(server.pid))
    assert found.per_second > 20 / 60
