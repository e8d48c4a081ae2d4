"""What is measured of claims: processes that share a queue claim each link once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.scaling.claims import claims, fill
from store.store import Store
from tests.backend.postgres import serving

if TYPE_CHECKING:
    from tests.conftest import FreePort

SECONDS = 1.0


def test_every_claim_that_is_counted_took_another_link(free_port: FreePort) -> None:
    with serving(free_port()) as server:
        url = server.database("claims").replace("postgresql:", "postgresql+psycopg:")
        assert fill(url, 3_000, "https://example.org/") > 0
        found = claims(url, 3_000, 2, SECONDS)
        store = Store(url)
        done, queued = (store.counts().get(state, 0) for state in ("done", "queued"))
        store.engine.dispose()
    assert found.per_second * SECONDS == done > 0
    assert done + queued == 3_000


def test_a_queue_that_is_claimed_to_its_end_is_counted_whole(free_port: FreePort) -> None:
    with serving(free_port()) as server:
        url = server.database("short").replace("postgresql:", "postgresql+psycopg:")
        fill(url, 20, "https://example.org/")
        assert claims(url, 20, 2, 10.0).per_second == 2.0
