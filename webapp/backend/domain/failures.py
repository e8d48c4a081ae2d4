"""What went wrong: from an exception to a sentence, a fix, and whether trying again can help."""

from __future__ import annotations

import errno
import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from domain.causes import chain_of, first_line, header, host, words
from domain.retry_after import seconds_asked
from net.egress import AddressRefusedError, ProgramRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(eq=False)  # not frozen: Python sets its traceback
class DownloadError(Exception):
    """A download that did not succeed; `transient` when a later try may."""

    kind: str
    sentence: str
    fix: str
    transient: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands in the sentence and the fix, by name, for other languages."""
    after: float = 0.0
    """Seconds before which a later try makes no sense."""

    def as_error(self) -> dict[str, Any]:
        """As it is kept and shown."""
        error = {"kind": self.kind, "sentence": self.sentence, "fix": self.fix}
        return error | ({"values": dict(self.values)} if self.values else {})

    def as_event(self) -> dict[str, Any]:
        """As the runner tells it."""
        return {"event": "failed", **asdict(self)}


NEWER = "Retry; if it keeps failing, update yt-dlp: make update-ytdlp."
DISK_FULL = DownloadError("disk-full", "The disk is full.", "Free some space, then retry.")
STALLED = DownloadError(
    "stalled", "The site is sending almost no data.", "Retry later.", transient=True
)

STATUSES: dict[int, tuple[str, str, str]] = {
    401: (
        "login-needed",
        "This site requires signing in.",
        "Give the backend the site's cookies, then retry.",
    ),
    403: (
        "forbidden",
        "The site refused access.",
        "Open the link in a browser: does the site require signing in?",
    ),
    404: ("not-found", "There is nothing at this address.", "Check the link in a browser."),
    410: ("gone", "What was at this address has been removed.", "Look for another link to it."),
    416: ("range", "The site refused to continue the file.", "Retry; it starts again."),
    429: ("rate-limited", "The site is limiting requests.", "Wait a while, then retry."),
    451: ("blocked", "The site may not show this for legal reasons.", "Look for another source."),
}
ANY_STATUS = ("refused", "The site refused the request.", "Open the link in a browser.")
ANY_SERVER_ERROR = ("server-error", "The site has an internal error.", "Retry later.")
FIRST_ERROR, UNAUTHORIZED, SERVER_ERROR = 400, 401, 500
PASSWORD_NEEDED = DownloadError(
    "password-needed",
    "The site requires a user name and a password.",
    "Put them into the link: https://name:password@example.org/...",
)
COOKIES_MAY_HELP = {"login-needed", "forbidden", "key-refused"}
"""Kinds of failure; what is told of them names the host that answered, in `values`."""
TRANSIENT_STATUSES = {408, 416, 425, 429}

PIECE_STATUS = r"got error: HTTP error (\d{3})"
STATUS = r"HTTP error ([45]\d\d)"
TEXTS: tuple[tuple[str, DownloadError], ...] = (
    (r"no space left|disk quota exceeded", DISK_FULL),
    (re.escape(STALLED.sentence), STALLED),  # ours, in the words of who passed it on
    (
        r"file too large",
        DownloadError(
            "file-too-large",
            "The disk does not accept files this large (FAT32: at most 4 GB).",
            "Choose a lower resolution, or a media folder on a disk with another file system.",
        ),
    ),
    (
        r"certificate|self.signed",
        DownloadError(
            "certificate",
            "The site's TLS certificate is not valid, so the server's identity is not confirmed.",
            "Check the address and this computer's clock. If the certificate comes from an"
            " authority of your own, name that in .env and restart: CA_FILE=/path/to/ca.pem",
        ),
    ),
    (
        r"redirect loop|too many redirects|exceeded \d+ redirects",
        DownloadError(
            "redirect-loop",
            "The site redirects in a circle.",
            "Open the link in a browser and copy the address that it ends at; the site may want"
            " cookies.",
        ),
    ),
    (
        r"obtain file audio codec|does not contain any stream|matches no streams",
        DownloadError(
            "no-audio",
            "The video has no sound, so there is no audio to save.",
            "Choose a video format.",
        ),
    ),
    (
        r"unsupported url|no video formats|no media|no suitable extractor",
        DownloadError(
            "unsupported",
            "No video or audio was found at this address.",
            "Open the page and copy the link of the video itself.",
        ),
    ),
    (
        r"available (in|from) your (country|location|region)|geo.?restrict",
        DownloadError(
            "geo-blocked", "The site does not offer this in your country.", "Look elsewhere."
        ),
    ),
    (
        (
            r"(has been|was) (removed|deleted)|no longer available|"
            r"account [^\n]{0,60}(terminated|closed|suspended)"
        ),
        DownloadError("gone", *STATUSES[410][1:]),
    ),
    (
        r"sign in|log ?in|cookies|private video|members.only|account",
        DownloadError("login-needed", *STATUSES[401][1:]),
    ),
    (r"\bDRM\b", DownloadError("drm", "This is copy-protected (DRM).", "It cannot be downloaded.")),
    (
        r"requested format is not available",  # ours take whatever has sound or moves
        DownloadError("only-pictures", "The site offers only images here.", NEWER),
    ),
    (
        r"ffmpeg (is )?not (installed|found)|ffprobe and ffmpeg not found",
        DownloadError("no-ffmpeg", "Conversions need ffmpeg, which is missing.", "Install ffmpeg."),
    ),
    (
        r"conversion failed|error (opening|writing|muxing)",
        DownloadError(
            "conversion",
            "ffmpeg could not convert the file to the requested format.",
            "Choose mkv for a video, which takes nearly everything as it is; m4a for sound.",
        ),
    ),
    (
        r"name or service not known|failed to resolve|nodename nor servname|name resolution",
        DownloadError(
            "unknown-host", "The link's host was not found.", "Check the link.", transient=True
        ),
    ),
    (
        (
            r"incomplete ?read|content too short|more expected|bytes (read|missing)|"
            r"file is empty|did not get any data|fragment \d+ not found"
        ),
        DownloadError(
            "broken-off",
            "The site sent less than the whole file.",
            "Retry later; if it keeps failing, the file at the site is damaged.",
            transient=True,
        ),
    ),
    (
        (
            r"timed? ?out|connection (reset|aborted|refused|broken)|remote end closed|"
            r"eof occurred|giving up after \d+ retries"
        ),
        DownloadError(
            "connection",
            "The connection to the site failed or broke off.",
            "Retry later.",
            transient=True,
        ),
    ),
)
"""Patterns, compiled when they are first needed: the server's start would pay for them."""


def classify(error: BaseException) -> DownloadError:
    """Name the cause, looking through what the exception was raised from."""
    chain = list(chain_of(error))
    known = next(filter(None, map(_by_type, chain)), None) or _by_words(chain, error)
    if known.kind not in COOKIES_MAY_HELP or not (asked := host(chain)):
        return known
    return replace(known, values={"host": asked, **known.values})


def _by_words(chain: list[BaseException], error: BaseException) -> DownloadError:
    text = words(chain)
    if piece := re.search(PIECE_STATUS, text, re.IGNORECASE):  # yt-dlp keeps only the text of it
        return _of_piece(int(piece[1]))
    if status := re.search(STATUS, text, re.IGNORECASE):
        return of_status(int(status[1]))
    for pattern, failed in TEXTS:
        if re.search(pattern, text, re.IGNORECASE):
            return failed
    return DownloadError("unexpected", said := first_line(error), NEWER, values={"said": said})


def _by_type(error: BaseException) -> DownloadError | None:
    if isinstance(error, DownloadError):
        return error
    if isinstance(error, ProgramRefusedError):
        return DownloadError(
            "unsupported-protocol",
            "The site sends this in a way that only another program could fetch.",
            "Look for another source: programs are not let into the network here.",
        )
    if isinstance(error, AddressRefusedError):
        return DownloadError(
            "address-refused",
            str(error),
            "Only the operator can allow it: ALLOW_HOSTS.",
            values=error.values,
        )
    if isinstance(error, MemoryError):
        return DownloadError(
            "too-large",
            "What the site sent takes more memory than a download may use.",
            "Copy the link of the video itself.",
        )
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DISK_FULL
    if _wants_password(error):
        return PASSWORD_NEEDED
    status = getattr(error, "status", None)
    if not isinstance(status, int) or status < FIRST_ERROR:
        return None
    return replace(of_status(status), after=seconds_asked(header(error, "Retry-After")))


def _wants_password(error: BaseException) -> bool:
    """Whether the site asks for a name and a password (RFC 7617): cookies do not help there."""
    basic = header(error, "WWW-Authenticate").lower().startswith("basic")
    return getattr(error, "status", None) == UNAUTHORIZED and basic


def of_status(status: int) -> DownloadError:
    """Name what a site meant by an HTTP status of 400 or more."""
    fallback = ANY_SERVER_ERROR if status >= SERVER_ERROR else ANY_STATUS
    kind, sentence, fix = STATUSES.get(status, fallback)
    sentence = f"{sentence.removesuffix('.')} (HTTP {status})."
    return DownloadError(
        kind, sentence, fix, transient=status in TRANSIENT_STATUSES or status >= SERVER_ERROR
    )


def _of_piece(status: int) -> DownloadError:
    """What a status means that one piece of a stream was answered with."""
    if status in {404, 410}:
        return DownloadError(
            "piece-missing",
            f"A piece of the stream is missing at the site (HTTP {status}).",
            "Retry later, or look for another source.",
        )
    return of_status(status)
