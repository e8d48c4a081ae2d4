"""PostgreSQL goes under twenty running downloads: all end as if nothing had been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.histories.stand import standing
from scripts.scaling.outages import DOWNLOADS, fail_over, restart, suffer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripts.histories.stand import Stand
    from tests.conftest import FreePort


@pytest.mark.parametrize("inflict", [restart, fail_over])
def test_all_downloads_end_byte_identical_and_no_backend_does(
    tmp_path: Path, free_port: FreePort, inflict: Callable[[Stand], None]
) -> None:
    with standing(tmp_path / "stand", free_port, concurrency=DOWNLOADS // 2) as stand:
        outage = suffer(stand, inflict, DOWNLOADS)
    assert 0 < outage.without_claims <= outage.all_again
