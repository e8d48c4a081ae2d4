"""Conditional resumption: never append the rest of another version of the file.

yt-dlp resumes with a bare Range request. If the file was replaced in the meantime, it appends the
rest of the new file to the beginning of the old one and calls the mixture done. Here each resuming
request

1. names the version that was begun (If-Range, RFC 9110, 13.1.5), if the source told one;
2. overlaps with the last bytes on disk, which are compared;
3. has every validator of its answer compared with those of the first answer.

If any of them differs, the partial file is deleted and the whole is requested. This happens below
yt-dlp's `urlopen`, which is given the answer that it expects.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import parse_http_range

from domain import lengths
from domain.failures import DownloadError
from domain.links import host_of
from files.staging import write_atomically
from runner.direct import head_of, like, require_media
from runner.open_end import OpenEnded
from runner.validators import Validators

if TYPE_CHECKING:
    from collections.abc import Callable

    from yt_dlp import YoutubeDL
    from yt_dlp.networking import Request, Response

OVERLAP = 64 * 1024
"""Bytes that each resumption fetches a second time, to compare them."""
RANGE_NOT_SATISFIABLE = 416
LENGTH_HEADERS = ("Content-Length", "Content-Range", "Transfer-Encoding")
ENCODED = ("Content-Encoding", "Transfer-Encoding")
CHANGED = DownloadError(
    "changed",
    "The file at the source changed during the download, so it was started over.",
    "Nothing needs to be done.",
    transient=True,
)
NO_PIECES = DownloadError(
    "no-pieces",
    "The stream is made of pieces of one file, and the site sends only the whole file.",
    "Look for another source.",
)


class Source:
    """yt_dlp.YoutubeDL as the download of one file sees it, with conditional resumption."""

    def __init__(
        self,
        ydl: YoutubeDL,
        part: Path,
        first: int,
        note: Path | None,
        *,
        judged: bool,
        any_size: bool,
        silent: set[str],
    ) -> None:
        """Watch over `part`, whose first byte is number `first` of the file.

        `note` is where the file's validators are kept between runs; None keeps them in memory.
        What is `judged` is refused if its first bytes are those of no medium; what is not of
        `any_size` ends where a page does. `silent` are hosts that say nothing when they are asked
        what follows; those that are found out are added.
        """
        self.ydl, self._part, self._first, self._note = ydl, part, first, note
        self._judged, self._any_size, self._silent = judged, any_size, silent
        self.validators = _read(note)
        self._open: OpenEnded | None = None

    @property
    def proven(self) -> bool:
        """Whether the source said where the body ends, before it or when it was asked."""
        return self._open is None or self._open.whole

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever yt-dlp asks for
        return getattr(self.ydl, name)

    def urlopen(self, request: Request) -> Response:
        """Send the request; start over if it would resume another version of the file."""
        self._open = None  # a part that is asked for has its length told
        there = self._part.stat().st_size if self._part.is_file() else 0
        start, end, _ = parse_http_range(request.headers.get("Range"))
        if not there or start is None or start <= self._first:
            return self._begin(request)
        if start > self._first + there:  # one of several ranges: the partial file is still open
            return self._next(request)
        overlap = min(there, OVERLAP)
        request.headers["Range"] = f"bytes={start - overlap}-{'' if end is None else end}"
        if self.validators.if_range:
            request.headers["If-Range"] = self.validators.if_range
        try:
            answer = self._ask(request)
        except HTTPError as error:
            if error.status != RANGE_NOT_SATISFIABLE:
                raise
            return self._anew(request, end, changed=True)  # the file is shorter than the part
        told = Validators.of(answer.headers)
        changed = self.validators.contradict(told)
        if not changed and _is_at(answer, start - overlap):
            if answer.read(overlap) == self._tail(overlap):
                self._keep(told)
                return _without(answer, overlap)
            changed = True
        answer.close()
        return self._anew(request, end, changed=changed)

    def _next(self, request: Request) -> Response:
        """Request the next range of a file that is being written.

        Raises:
            DownloadError: transient, if the range is of another version.

        """
        if self.validators.if_range:
            request.headers["If-Range"] = self.validators.if_range
        answer = self._ask(request)
        start = parse_http_range(request.headers["Range"])[0]
        if self.validators.contradict(Validators.of(answer.headers)) or not _is_at(answer, start):
            answer.close()
            self._part.unlink(missing_ok=True)
            said(self.ydl)
            raise CHANGED
        return answer

    def _anew(self, request: Request, end: int | None, *, changed: bool) -> Response:
        """Delete the partial file and request all of it."""
        self._part.unlink(missing_ok=True)
        if changed:
            said(self.ydl)
        request.headers.pop("If-Range", None)
        request.headers.pop("Range", None)
        if self._first or end is not None:
            request.headers["Range"] = f"bytes={self._first}-{'' if end is None else end}"
        return self._begin(request)

    def _begin(self, request: Request) -> Response:
        answer = self._ask(request)
        if self._judged:
            head, answer = head_of(answer)
            require_media(head)
        if self._note is None:
            require_piece(request, answer)
        self._keep(Validators.of(answer.headers))
        if any(answer.headers.get(name) for name in LENGTH_HEADERS):
            return answer
        self._open = OpenEnded(answer, self._asks_further(request, answer))
        return like(answer, self._open)

    def _asks_further(self, request: Request, answer: Response) -> Callable[[int], Response] | None:
        """What requests more of the file; None where that would say nothing."""
        host = host_of(answer.url)
        compressed = answer.headers.get("Content-Encoding")  # ranges are of what is packed
        if compressed or host in self._silent or answer.headers.get("Accept-Ranges") == "none":
            return None

        def ask(start: int) -> Response:
            answer = self._from(request, start)
            if answer.status == HTTPStatus.OK and not answer.headers.get("Content-Length"):
                self._silent.add(host)
            return answer

        return ask

    def _from(self, request: Request, start: int) -> Response:
        """Request what follows the bytes that have come."""
        further = request.copy()
        further.headers["Range"] = f"bytes={start}-"
        if self.validators.if_range:
            further.headers["If-Range"] = self.validators.if_range
        return self._ask(further)

    def _ask(self, request: Request) -> Response:
        ask: Callable[[Request], Response] = self.ydl.urlopen
        answer = urlopen_medium(self.ydl, request) if self._any_size else ask(request)
        _tell_length(answer)
        return answer

    def _keep(self, told: Validators) -> None:
        """Record the version before its first byte is written."""
        if told != self.validators:
            self.validators = told
            if self._note:
                write_atomically(self._note, json.dumps(told.as_json()))

    def _tail(self, length: int) -> bytes:
        with self._part.open("rb") as file:
            file.seek(-length, 2)
            return file.read()


def urlopen_medium(ydl: YoutubeDL, request: Request) -> Response:
    """Request something that may be of any size: see downloader.py."""
    ask: Callable[[Request], Response] = getattr(ydl, "urlopen_medium", ydl.urlopen)
    return ask(request)


def require_piece(request: Request, answer: Response) -> None:
    """Let pass what is the piece that was asked for, or as long as it.

    Raises:
        DownloadError: if the site ignores ranges and sends the whole.

    """
    start, end, _ = parse_http_range(request.headers.get("Range"))
    if end is None or answer.status != HTTPStatus.OK:
        return
    if answer.headers.get("Content-Length") != str(end - start + 1):
        answer.close()
        raise NO_PIECES


def said(ydl: YoutubeDL) -> None:
    """Note by the option `note`, if it is set, that something is downloaded again."""
    tell: Callable[[dict[str, str]], None] | None = ydl.params.get("note")
    if tell:
        tell(CHANGED.as_error())


def _read(note: Path | None) -> Validators:
    try:
        return Validators.parse(json.loads(note.read_text())) if note else Validators()
    except (OSError, ValueError):
        return Validators()


def _is_at(answer: Response, start: int) -> bool:
    """Whether the answer begins with that byte of the file; unknown if it is compressed."""
    told = None if answer.headers.get("Content-Encoding") else answer.headers.get("Content-Range")
    return bool(parse_http_range(told)[0] == start)


def _tell_length(answer: Response) -> None:
    """Have a part without a length told by its range, so that yt-dlp notices when it breaks off."""
    start, end, _ = parse_http_range(answer.headers.get("Content-Range"))
    if end is not None and not any(answer.headers.get(n) for n in ("Content-Length", *ENCODED)):
        answer.headers["Content-Length"] = str(end - start + 1)


def _without(answer: Response, overlap: int) -> Response:
    """Remove the first bytes, which have been read, from what the headers say."""
    start, end, length = parse_http_range(answer.headers["Content-Range"])
    whole = "*" if length is None else length
    answer.headers.replace_header("Content-Range", f"bytes {start + overlap}-{end}/{whole}")
    if (told := lengths.length(answer.headers.get("Content-Length"))) is not None:
        answer.headers.replace_header("Content-Length", str(told - overlap))
    return answer
