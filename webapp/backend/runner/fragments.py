"""Conditional resumption of streams in fragments (HLS, DASH); conditional.py says why.

The journal holds a digest of the playlist, and the validators and digests of the first and the last
fragment on disk. A resumption compares the playlist and requests those two fragments again, unless
they are unchanged (If-None-Match, If-Modified-Since). What cannot be compared starts over:
subtitles, which yt-dlp rewrites as they come, and protocols with a loop of their own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from yt_dlp.downloader.dash import DashSegmentsFD
from yt_dlp.downloader.fragment import FragmentFD
from yt_dlp.downloader.hls import HlsFD
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import HTTPError

from domain.failures import DownloadError, classify
from domain.texts import line
from runner.conditional import said, urlopen_medium
from runner.keys import BLOCK_BYTES, encryption
from runner.structure import is_cut_within_a_packet
from runner.validators import Validators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Context = dict[str, Any]
Fragment = dict[str, Any]
MAX_NAME = 60
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True, slots=True)
class Sample:
    """A fragment that was downloaded."""

    index: int
    """1 is the first."""
    bytes: int
    digest: str
    validators: dict[str, Any]


@dataclass(slots=True)
class Playlist:
    """What was begun: the digest of the playlist, and two of its fragments."""

    digest: str = ""
    first: Sample | None = None
    last: Sample | None = None
    unproven: int = 0
    """Fragments on disk whose end nobody announced, or that end within a packet."""
    read: Sample | None = field(default=None, repr=False)
    """The fragment that was downloaded last and is not appended yet."""

    @classmethod
    def parse(cls, told: object) -> Playlist | None:
        """Read what `as_json` gave; None if it is anything else."""
        try:
            samples = Sample(**told["first"]), Sample(**told["last"])  # type: ignore[index]
            # What was begun before this was counted has no count.
            unproven = int(told.get("unproven", 0))  # type: ignore[attr-defined]
            return cls(told["digest"], *samples, unproven)  # type: ignore[index]
        except (AttributeError, KeyError, TypeError, ValueError):
            return None


def install() -> None:
    """Patch yt-dlp in this process."""
    FragmentFD._read_fragment = _sampling(FragmentFD._read_fragment)  # noqa: SLF001 - see resume.py
    FragmentFD.download_and_append_fragments = _conditional(
        FragmentFD.download_and_append_fragments
    )


def comparable(downloader: FragmentFD, info: dict[str, Any] | None = None) -> bool:
    """Whether a partial download of this kind can be compared with the source."""
    listed = isinstance(downloader, HlsFD | DashSegmentsFD)
    return listed and (info or {}).get("ext") != "vtt"


def expect(context: Context, known: object) -> None:
    """Have yt-dlp list all fragments, also those on disk: they are compared, then skipped."""
    context["begun"] = context["fragment_index"], Playlist.parse(known)
    context["playlist"] = Playlist()
    context["fragment_index"] = 0


def as_json(context: Context) -> dict[str, Any] | None:
    """What the journal keeps after one more fragment was appended."""
    playlist: Playlist | None = context.get("playlist")
    if playlist is None:
        return None
    if playlist.read:
        playlist.last = playlist.read
        playlist.first = playlist.first or playlist.read
    if not (playlist.first and playlist.last):
        return None
    return {
        "digest": playlist.digest,
        "first": asdict(playlist.first),
        "last": asdict(playlist.last),
        "unproven": playlist.unproven,
    }


def _sampling(
    read: Callable[[FragmentFD, Context], bytes | None],
) -> Callable[[FragmentFD, Context], bytes | None]:
    def read_and_sample(self: FragmentFD, context: Context) -> bytes | None:
        content = read(self, context)
        if content and "playlist" in context:
            told = getattr(context["dl"], "validators", Validators())
            proven = getattr(context["dl"], "proven", True) and not _is_cut(context, content)
            context["playlist"].unproven += not proven
            context["playlist"].read = Sample(
                context["fragment_index"], len(content), _digest(content), told.as_json()
            )
        return content

    return read_and_sample


def _is_cut(context: Context, content: bytes) -> bool:
    """Whether a piece that is as long as the site said cannot be whole."""
    if encryption(context["listed"][context["fragment_index"] - 1]):
        return len(content) % BLOCK_BYTES > 0
    return is_cut_within_a_packet(content, len(content))


def _conditional(download: Callable[..., bool]) -> Callable[..., bool]:
    def compare_then_download(
        self: FragmentFD,
        context: Context,
        fragments: Iterable[Fragment],
        info: dict[str, Any],
        **options: Any,  # noqa: ANN401 - yt-dlp's
    ) -> bool:
        listed = context["listed"] = list(fragments)
        with _pieces_named(context, listed):
            return resumed(self, context, listed, info, **options)

    def resumed(
        self: FragmentFD,
        context: Context,
        listed: list[Fragment],
        info: dict[str, Any],
        **options: Any,  # noqa: ANN401 - yt-dlp's
    ) -> bool:
        if "begun" not in context:
            return download(self, context, listed, info, **options)
        index, known = context.pop("begun")
        playlist = context["playlist"] = Playlist(_identity(listed))
        if index and known and _unchanged(self, listed, known, playlist.digest, info):
            playlist.first, playlist.last = known.first, known.last
            playlist.unproven = known.unproven
            _start_at(self, context, index, info)
            return download(self, context, listed[index:], info, **options)
        if index:
            said(self.ydl)
            context["dest_stream"].truncate(0)
            context["complete_frags_downloaded_bytes"] = 0
            _start_at(self, context, 0, info)
            self._write_ytdl_file(context)
        return download(self, context, listed, info, **options)

    return compare_then_download


@contextlib.contextmanager
def _pieces_named(context: Context, listed: list[Fragment]) -> Iterator[None]:
    """Say which piece it is that the site does not have."""
    try:
        yield
    except Exception as error:
        failed, place = classify(error), context["fragment_index"]
        if failed.kind != "piece-missing" or not 0 < place <= len(listed):
            raise
        raise piece_missing(failed, listed[place - 1]["url"], place, len(listed)) from error


def piece_missing(failed: DownloadError, url: str, place: int, count: int) -> DownloadError:
    """What is said of one of several pieces; the first may be what all others need."""
    name = re.sub(r"[()]", "", line(PurePosixPath(unquote(urlsplit(url).path)).name) or "")
    which = ", ".join(filter(None, (name[-MAX_NAME:], f"{place}/{count}")))
    return replace(failed, sentence=failed.sentence.replace("(HTTP", f"({which}, HTTP"))


def _start_at(self: FragmentFD, context: Context, index: int, info: dict[str, Any]) -> None:
    """Report progress from that fragment on."""
    context["fragment_index"] = index
    context["dl"]._progress_hooks.clear()  # noqa: SLF001 - the one that counts from 0
    self._start_frag_download(context, info)


def _unchanged(
    self: FragmentFD, listed: list[Fragment], known: Playlist, digest: str, info: dict[str, Any]
) -> bool:
    if known.digest != digest:
        return False
    samples = {sample.index: sample for sample in (known.first, known.last) if sample}
    return all(
        0 < index <= len(listed) and _same(self, listed[index - 1], sample, info)
        for index, sample in samples.items()
    )


def _same(self: FragmentFD, fragment: Fragment, known: Sample, info: dict[str, Any]) -> bool:
    """Whether the fragment at the source is the one on disk."""
    validators = Validators.parse(known.validators)
    headers = {"Accept-Encoding": "identity", **(info.get("http_headers") or {})}
    headers |= validators.conditions
    if part := fragment.get("byte_range"):
        headers["Range"] = f"bytes={part['start']}-{part['end'] - 1}"
    try:
        answer = urlopen_medium(self.ydl, Request(fragment["url"], None, headers))
    except HTTPError as error:
        if error.status == HTTPStatus.NOT_MODIFIED:
            return True
        if error.status in GONE:
            return False
        raise
    with answer:
        if validators.contradict(Validators.of(answer.headers)):
            return False
        return _digest(answer.read(known.bytes + 1)) == known.digest


def _identity(listed: Iterable[Fragment]) -> str:
    """A digest of the list, without hosts, folders and queries: they may hold a token each."""
    names = [
        (urlsplit(fragment["url"]).path.rpartition("/")[2], fragment.get("byte_range") or None)
        for fragment in listed
    ]
    return _digest(json.dumps(names).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
