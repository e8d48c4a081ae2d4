"""A channel's files as Jellyfin, Kodi and Plex document that they read them, rule by rule."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.backend.api_process import running
from tests.media_source import serve_media

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "Rain_ all day"
"""The channel's name, as every disk takes it."""
TEMPLATE = "{channel}/Season {year}/{channel} - {episode} - {title} [{id}].{ext}"
PLUGIN = '''
from yt_dlp.extractor.common import InfoExtractor


class ChannelIE(InfoExtractor):
    """A site on loopback with the videos of one channel."""

    _VALID_URL = r"http://127\\.0\\.0\\.1:\\d+/episode/(?P<id>\\w+)"

    def _real_extract(self, url):
        base = url.partition("/episode/")[0]
        return {
            "id": self._match_id(url),
            "title": 'What is S1E2 <of> "all": part/1?',
            "channel": "Rain: all day",
            "description": "Drops & \\x0b puddles",
            "upload_date": "20260131",
            "duration": 12,
            "url": f"{base}/hls/index.m3u8",
            "thumbnail": f"{base}/picture.png",
            "subtitles": {"en": [{"url": f"{base}/hls/text.vtt", "ext": "vtt"}]},
            "ext": "mp4",
        }
'''
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)


class Show:
    """The folder of a channel, with two episodes of one day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.episodes = sorted(folder.rglob("*.mp4"))
        assert len(self.episodes) == 2
        self.names = [path.relative_to(folder.parent).as_posix() for path in self.episodes]

    def note(self, episode: Path) -> ET.Element:
        return ET.parse(episode.with_suffix(".nfo")).getroot()  # noqa: S314 - ours

    def show(self) -> ET.Element:
        return ET.parse(self.folder / "tvshow.nfo").getroot()  # noqa: S314 - ours


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory, media_folder: Path) -> Iterator[Show]:
    folder = tmp_path_factory.mktemp("servers")
    own = folder / "media-of-the-site"
    shutil.copytree(media_folder, own)
    plugin = folder / "plugins/yt_dlp_plugins/extractor/channel.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PLUGIN)
    (own / "picture.png").write_bytes(PICTURE)
    (own / "hls/text.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:04.000\nSix o'clock\n")
    how = {"template": TEMPLATE, "beside": ["nfo", "thumbnail", "srt"], "subtitles": ["en"]}
    with serve_media(own) as media, running(folder, PYTHONPATH=str(folder / "plugins")) as api:
        items = [api.add(f"{media.base}/episode/{name}", **how) for name in ("a1", "b2")]
        for item in items:
            assert api.wait(item, "done")["notes"] == []
        yield Show(api.media / FOLDER)


JELLYFIN = "https://jellyfin.org/docs/general/server/"
KODI = "https://kodi.wiki/view/"
PLEX = "https://support.plex.tv/articles/"
NUMBERS = re.compile(r"[Ss](?P<season>\d+)[Ee](?P<episode>\d+)")
NAMES = {
    f"{JELLYFIN}media/shows": [
        # A folder for the show, in it folders called "Season *" with a number, in it the episodes.
        r"[^/]+/Season \d+/[^/]+\.mp4",
        # The characters <>:"/\\|?* cause trouble.
        r"[^<>:\"\\\\|?*]+",
        # The number of season and episode as S01E01.
        r".*/[^/]*\bS\d+E\d+\b[^/]*",
    ],
    f"{KODI}Naming_video_files/TV_shows": [
        # Each show has a folder of its own, whose name is the show's.
        rf"{FOLDER}/.*",
        # Of the file's name the first that looks like S01E01 counts.
        r".*/(?:(?![Ss]\d+[Ee]\d+)[^/])*S2026E0131\d\d\b[^/]*",
    ],
    f"{PLEX}naming-and-organizing-your-tv-show-files/": [
        # ShowName/Season 02/ShowName - s02e17 - whatever else.
        r"(?P<show>[^/]+)/[Ss]eason (?P<s>\d+)/(?P=show) - [sS](?P=s)[eE]\d+ - [^/]+\.mp4",
    ],
}
"""Where a rule is documented, and what all of a path below the library's folder must match."""


@pytest.mark.parametrize(("where", "rule"), [(at, r) for at, rules in NAMES.items() for r in rules])
def test_names_and_folders(show: Show, where: str, rule: str) -> None:
    for name in show.names:
        assert re.fullmatch(rule, name), (where, name)


BESIDE = {
    # The episode's notes and its subtitles are called like it: with the language in between.
    f"{JELLYFIN}metadata/nfo/": {"nfo", "en.srt"},
    f"{JELLYFIN}media/shows#external-subtitles-and-audio-tracks": {"en.srt"},
    f"{KODI}NFO_files/Episodes": {"nfo"},
    # "<episode file name>-thumb.jpg"
    f"{KODI}Artwork": {"-thumb.jpg"},
    # The picture: the episode's name, with .jpg; subtitles with the language in between.
    f"{PLEX}local-media-assets-tv-shows/": {"jpg", "en.srt"},
}


@pytest.mark.parametrize("where", BESIDE)
def test_what_lies_beside_an_episode_is_called_like_it(show: Show, where: str) -> None:
    for episode in show.episodes:
        for ending in BESIDE[where]:
            dot = "" if ending.startswith("-") else "."
            assert episode.with_name(f"{episode.stem}{dot}{ending}").is_file(), where


def test_a_show_is_noted_once_in_its_folder(show: Show) -> None:
    """Both want `tvshow.nfo` there, with `tvshow` and in it `title`.

    https://kodi.wiki/view/NFO_files/TV_shows, https://jellyfin.org/docs/general/server/metadata/nfo/
    """
    assert show.show().tag == "tvshow"
    assert show.show().findtext("title") == "Rain: all day"
    assert [p.parent for p in show.folder.parent.rglob("tvshow.nfo")] == [show.folder]


EPISODE = {
    "title": 'What is S1E2 <of> "all": part/1?',  # required by Kodi
    "plot": "Drops &   puddles",  # what XML cannot hold is left out
    "season": "2026",
    "aired": "2026-01-31",  # Kodi: yyyy-mm-dd; Jellyfin: the same
    "premiered": "2026-01-31",
    "runtime": None,  # in minutes, as a whole number: this one has none
    "studio": "Rain: all day",
}


@pytest.mark.parametrize("tag", EPISODE)
def test_an_episode_tells_by_the_elements_that_both_document(show: Show, tag: str) -> None:
    """https://kodi.wiki/view/NFO_files/Episodes, and Jellyfin's list of elements."""
    for episode in show.episodes:
        assert show.note(episode).tag == "episodedetails"
        assert show.note(episode).findtext(tag) == EPISODE[tag]


def test_the_default_id_is_told_with_its_kind(show: Show) -> None:
    """Kodi: `<uniqueid type="..." default="true">`, exactly one of which is the default."""
    for episode in show.episodes:
        ids = show.note(episode).findall("uniqueid")
        assert [(one.text, one.get("default")) for one in ids] == [
            (re.findall(r"\[(\w+)\]", episode.name)[-1], "true")
        ]
        assert ids[0].get("type")


def test_name_and_notes_tell_the_same_numbers_and_no_two_of_a_day_the_same(show: Show) -> None:
    """Kodi takes them from the name, Jellyfin from the notes, and both sort by them."""
    seen = set()
    for episode in show.episodes:
        found = NUMBERS.search(episode.name)
        assert found is not None
        note = show.note(episode)
        told = (int(note.findtext("season") or 0), int(note.findtext("episode") or 0))
        assert told == (int(found["season"]), int(found["episode"]))
        seen.add(told)
        assert date(told[0], told[1] // 10_000, told[1] // 100 % 100) == date(2026, 1, 31)
    assert len(seen) == len(show.episodes)
