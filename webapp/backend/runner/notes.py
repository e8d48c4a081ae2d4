"""What is missing from a finished download, in words for a person."""

from __future__ import annotations

import re

from domain.failures import DownloadError, classify

DETAIL = re.compile(r" \([^()]+\)(?=\.?$)")
"""What stands in brackets at the end of a sentence: the status."""
RETRY = "Retry to fetch only what is missing."
PLURAL = {"subtitles", "chapters"}
KINDS = {"subtitles": "missing-subtitles-embedded"}
"""Of what is missing by what it is, where it is not `missing-` and that."""


def missing_subtitles(language: str, error: BaseException | None = None) -> dict[str, str]:
    """Subtitles that the site does not have, or did not send."""
    values = {"language": language}
    if error is None:
        sentence = f"The subtitles ({language}) are missing. The site has none in this language."
        return DownloadError("missing-subtitles", sentence, RETRY, values=values).as_error()
    why = classify(error).sentence
    sentence = f"The subtitles ({language}) are missing, although the site names them. {why}"
    values["detail"] = (DETAIL.search(why) or [""])[0]
    return DownloadError("missing-subtitles-sent", sentence, RETRY, values=values).as_error()


def live_notes(missing: int, *, late: bool, short: float | None) -> list[dict[str, str]]:
    """What a recording lacks: its beginning, segments, or seconds that could not be joined."""
    found = []
    fix = "The site has no more of it."
    if late:
        sentence = "The site no longer had the beginning of the stream."
        found.append(DownloadError("live-late", sentence, fix))
    if missing:
        sentence = f"Pieces in between are missing, which the site no longer had ({missing})."
        found.append(DownloadError("live-gap", sentence, fix))
    if short:
        sentence = f"The file is shorter than what was recorded ({short:.0f} s)."
        found.append(DownloadError("live-short", sentence, fix))
    return [one.as_error() for one in found]


def missing(
    what: str, error: BaseException | None = None, *, step: str = "embedded"
) -> dict[str, str]:
    """Something beside video and audio (thumbnail, chapters, ...) that is not in the file.

    `step` is what failed, if something did.
    """
    it, are = ("They", "are") if what in PLURAL else ("It", "is")
    why = f"{it} could not be {step}: {classify(error).sentence}" if error else "The site has none."
    kind = KINDS.get(what, f"missing-{what}")
    return DownloadError(kind, f"The {what} {are} missing. {why}", RETRY).as_error()
