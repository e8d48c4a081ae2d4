"""Audio tracks: which there are, and which one is taken.

Left alone, yt-dlp takes the track with the highest bit rate, whatever language it is in. Here it is
the site's own: the one that it prefers, else the first that is not an alternative.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from domain.texts import line

if TYPE_CHECKING:
    from collections.abc import Iterable

Format = dict[str, Any]
DESCRIBED = re.compile(r"\bAD\b|descri(bed|ptive|ption)", re.IGNORECASE)
PREFERRED, OTHER = 10, -1
"""yt-dlp's language_preference of the track to take, and of the rest."""


def audio_tracks(formats: Iterable[Format]) -> list[dict[str, Any]]:
    """The tracks that there are to choose from; none if there is nothing to choose."""
    tracks = _by_track(formats)
    taken = _default(tracks)
    if len(tracks) < 2:  # noqa: PLR2004 - one is no choice
        return []
    return [
        {
            "id": track,
            "language": line(of_it[0].get("language")),
            "name": line(of_it[0].get("format_note")),
            "described": track.endswith("+ad"),
            "default": track == taken,
        }
        for track, of_it in tracks.items()
    ]


def prefer_audio(formats: Iterable[Format], wanted: str | None) -> None:
    """Have yt-dlp take the wanted track, or the site's own; call it before formats are sorted."""
    tracks = _by_track(formats)
    if len(tracks) < 2:  # noqa: PLR2004
        return
    matching = (t for t in tracks if wanted and (t == wanted or _language(t) == wanted))
    taken = next(matching, _default(tracks))
    for track, of_it in tracks.items():
        for format_ in of_it:
            format_["language_preference"] = PREFERRED if track == taken else OTHER


def _by_track(formats: Iterable[Format]) -> dict[str, list[Format]]:
    tracks: dict[str, list[Format]] = {}
    for format_ in formats:
        if format_.get("vcodec") == "none" and format_.get("acodec") != "none":
            tracks.setdefault(_track(format_), []).append(format_)
    return tracks


def _track(format_: Format) -> str:
    language = re.sub(r"[^A-Za-z0-9_.-]", "", format_.get("language") or "")[:40] or "und"
    described = DESCRIBED.search(format_.get("format_note") or "")
    return f"{language}+ad" if described else language


def _language(track: str) -> str:
    """`de` of `de-AT`, but not of `de+ad`."""
    return track.partition("-")[0] if not track.endswith("+ad") else track


def _default(tracks: dict[str, list[Format]]) -> str | None:
    """The site's own track: what it prefers, then what is no alternative, then what comes first."""

    def rank(track: str) -> tuple[int, int, bool]:
        of_it = tracks[track]
        preference = max(f.get("language_preference") or OTHER for f in of_it)
        source = max(f.get("source_preference") or 0 for f in of_it)
        return preference, source, not track.endswith("+ad")

    return max(tracks, key=rank, default=None)
