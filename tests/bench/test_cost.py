"""What a backend costs is counted, of a start and of downloads that end."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from scripts.bench import cost
from tests.backend.api_process import Api
from tests.media_source import make_media, serve_media

if TYPE_CHECKING:
    from pathlib import Path


TOLD = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 90.91    0.000050           6       731         2 pwrite64
  9.09    0.000005           1        40           fdatasync
------ ----------- ----------- --------- --------- ----------------
100.00    0.000055           4       771         2 total
"""


def test_calls_are_read_from_their_column_with_errors_and_without() -> None:
    assert cost.calls(TOLD, "pwrite64") == 731
    assert cost.calls(TOLD, "fdatasync") == 40
    assert cost.calls(TOLD, "fsync") == 0


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace counts the calls")
def test_a_start_and_its_downloads_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost, "CALM_SECONDS", 0.1)
    monkeypatch.setattr(cost, "REST_SECONDS", 0.5)
    monkeypatch.setattr(cost, "DOWNLOADS", 2)
    api = Api(tmp_path)
    try:
        with serve_media(make_media(tmp_path / "source")) as source:
            found = cost.cost(api, source)
    finally:
        api.close()
    assert found.start > 0.1, "Python alone takes as much"
    assert found.memory > 10
    assert found.rest >= 0
    assert found.writes > 1, "a download is written down"
