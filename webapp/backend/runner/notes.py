"""What is missing from a finished download, in words for a person."""

from __future__ import annotations

from domain.failures import DownloadError, classify

RETRY = "Retry to fetch only what is missing."


def missing_subtitles(language: str, error: BaseException | None = None) -> dict[str, str]:
    """Subtitles that the site does not have, or did not send."""
    why = classify(error).sentence if error else "The site has none in this language."
    sentence = f"The subtitles ({language}) are missing. {why}"
    values = {"language": language}
    return DownloadError("missing-subtitles", sentence, RETRY, values=values).as_error()


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


def missing(what: str, error: BaseException | None = None) -> dict[str, str]:
    """Something beside video and audio (thumbnail, metadata, subtitles) that is not in the file."""
    why = f"It could not be embedded: {classify(error).sentence}" if error else "The site has none."
    sentence = f"The {what} {'are' if what == 'subtitles' else 'is'} missing. {why}"
    return DownloadError(f"missing-{what}", sentence, RETRY).as_error()
