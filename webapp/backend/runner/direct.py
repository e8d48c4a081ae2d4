"""Links to a file itself: what it is by its first bytes, and its name by the answer's headers.

yt-dlp takes whatever is no HTML for a video, and its address for its name: a PDF is fetched to the
end, and a video behind `get.php` is refused for that ending.
"""

from __future__ import annotations

import re
from email.message import Message
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import unquote

from yt_dlp.extractor.generic import GenericIE
from yt_dlp.networking import Response
from yt_dlp.utils import mimetype2ext
from yt_dlp.utils._utils import _UnsafeExtensionError

from domain.failures import DownloadError
from domain.signatures import HEAD_BYTES, not_media

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

Info = dict[str, Any]
KNOWN_ENDINGS = _UnsafeExtensionError.ALLOWED_EXTENSIONS


def install() -> None:
    """Patch yt-dlp in this process."""
    GenericIE._request_webpage = _keeping(GenericIE._request_webpage)  # noqa: SLF001 - the contract
    GenericIE._real_extract = _naming(GenericIE._real_extract)  # noqa: SLF001


def require_media(head: bytes) -> None:
    """Let pass what may be video or audio by its first bytes.

    Raises:
        DownloadError: if it is certainly something else.

    """
    if kind := not_media(head):
        raise DownloadError(
            "not-media",
            f"The link leads to {kind}, not to a video or audio file.",
            "Open the page that the link is on, and copy the link of the video itself.",
            values={"what": kind},
        )


def head_of(answer: Response) -> tuple[bytes, Response]:
    """The first bytes of the body, and an answer that still has them."""
    head = b""
    while len(head) < HEAD_BYTES and (more := answer.read(HEAD_BYTES - len(head))):
        head += more
    return head, like(answer, _Pushed(head, answer))


def like(answer: Response, body: _Body) -> Response:
    """The answer with another body."""
    return Response(
        cast("io.IOBase", body),
        *(answer.url, dict(answer.headers.items()), answer.status, answer.reason),
        extensions=answer.extensions,
    )


class _Body(Protocol):
    """What an answer needs of its body."""

    @property
    def closed(self) -> bool: ...
    def read(self, size: int | None = None) -> bytes: ...
    def readable(self) -> bool: ...
    def close(self) -> None: ...


class _Pushed:
    """A body whose first bytes were read and are given again."""

    def __init__(self, head: bytes, rest: Response) -> None:
        self._head, self._rest = head, rest

    @property
    def closed(self) -> bool:
        return not self._head and self._rest.closed

    def read(self, size: int | None = None) -> bytes:
        if size is None or size < 0:
            head, self._head = self._head, b""
            return head + cast("bytes", self._rest.read())
        head, self._head = self._head[:size], self._head[size:]
        return head or cast("bytes", self._rest.read(size))

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._rest.close()


def _keeping(request: Callable[..., Any]) -> Callable[..., Any]:
    def request_and_keep(self: GenericIE, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - yt-dlp's
        answer = request(self, *arguments, **options)
        if isinstance(answer, Response):
            head, answer = head_of(answer)
            self.answered = head, answer.headers
        return answer

    return request_and_keep


def _naming(extract: Callable[..., Info]) -> Callable[..., Info]:
    def extract_and_name(self: GenericIE, url: str) -> Info:
        info = extract(self, url)
        if info.get("direct"):
            head, headers = self.answered
            require_media(head)
            _name(info, headers)
        return info

    return extract_and_name


def _name(info: Info, headers: Message) -> None:
    """Take title and ending from Content-Disposition, and the ending else from Content-Type."""
    name = PurePosixPath(unquote(file_name(headers.get("Content-Disposition")) or ""))
    if name.stem:
        info["title"] = name.stem
    format_ = (info.get("formats") or [info])[0]
    endings = (format_.get("ext"), name.suffix[1:].lower(), _ending(headers.get("Content-Type")))
    format_["ext"] = next((e for e in endings if e in KNOWN_ENDINGS), "unknown_video")


def file_name(disposition: str | None) -> str | None:
    """The file name in a Content-Disposition header (RFC 6266), without its folders."""
    if not disposition:
        return None
    parsed = Message()
    parsed["Content-Disposition"] = disposition
    name = parsed.get_filename()
    return re.split(r"[/\\]", name)[-1] if name else None


def _ending(content_type: str | None) -> str | None:
    ending: str | None = mimetype2ext(content_type) if content_type else None
    return ending
