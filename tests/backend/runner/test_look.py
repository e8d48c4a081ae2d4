from __future__ import annotations

from typing import Any

import pytest

from domain.failures import DownloadError
from domain.subscriptions import Filters
from runner import selection
from runner.look import tabs
from runner.selection import Facts, kind_of, passes


class Downloader:
    """Stands for yt-dlp, which would ask YouTube."""

    def __init__(self, lists: dict[str, Any]) -> None:
        self.lists = lists

    def extract_info(self, url: str, download: bool) -> dict[str, Any]:  # noqa: FBT001 - yt-dlp's
        assert not download
        return {"entries": self.lists[url]}


def entries(found: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [list(one["entries"]) for one in found]


def test_the_tabs_of_a_channel_are_opened() -> None:
    videos, shorts = [{"url": "v1"}, {"url": "v2"}], [{"url": "s1"}]
    channel = {
        "entries": [
            {"url": "c/videos", "ie_key": "YoutubeTab"},
            None,
            {"url": "c/shorts", "ie_key": "YoutubeTab"},
        ]
    }
    downloader: Any = Downloader({"c/videos": videos, "c/shorts": shorts})

    assert entries(tabs(downloader, channel)) == [videos, shorts]
    assert entries(tabs(downloader, {"entries": videos})) == [videos]
    assert entries(tabs(downloader, {"entries": []})) == [[]]


@pytest.mark.parametrize(
    ("info", "url", "kind"),
    [
        ({"live_status": "was_live"}, "https://y/watch?v=1", "live"),
        ({"ie_key": "Youtube"}, "https://y/shorts/1", "short"),
        ({"ie_key": "Youtube"}, "https://y/watch?v=1", "video"),
        ({}, "https://h/a.MP3?token=1", "audio"),
        ({}, "https://h/a.m4v", "video"),
        ({}, "https://h/a", None),
        ({"formats": [{"vcodec": "none"}, {"vcodec": "none"}]}, "https://h/a", "audio"),
        ({"formats": [{"vcodec": "none"}, {"vcodec": "h264"}]}, "https://h/a", "video"),
    ],
)
def test_kinds(info: dict[str, Any], url: str, kind: str | None) -> None:
    assert kind_of(info, url) == kind


@pytest.mark.parametrize(
    ("filters", "verdict"),
    [
        ({}, True),
        ({"longer": 60}, None),
        ({"contains": "b", "longer": 60}, False),  # whatever it is, the title tells
        ({"after": "2026-01-01"}, None),
        ({"kinds": ["audio"]}, None),
        ({"matches": "^A$"}, True),
    ],
)
def test_what_is_not_known_decides_only_if_it_must(
    filters: dict[str, Any],
    verdict: bool | None,  # noqa: FBT001 - pytest's
) -> None:
    assert passes(Facts("A", None, None, None), Filters(**filters)) is verdict


def test_a_pattern_has_a_limit_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "PATTERN_SECONDS", 0.1)
    with pytest.raises(DownloadError, match="took longer"):
        passes(Facts("a" * 60 + "!", None, None, None), Filters(matches="^(a+)+$"))
    assert passes(Facts("aaa", None, None, None), Filters(matches="^(a+)+$"))
