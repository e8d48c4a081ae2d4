"""What viewers have marked in a video (SponsorBlock): as chapters, or cut out.

yt-dlp's own steps ask the API and change chapters and file. The API is asked like any source, and
confined likewise; that it cannot be reached leaves a note, and the video as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor.modify_chapters import ModifyChaptersPP
from yt_dlp.postprocessor.sponsorblock import SponsorBlockPP

from domain.failures import DownloadError, classify
from runner.trim import measure_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.requests import DownloadRequest

Notes = list[dict[str, str]]
TITLE = "%(category_names)l"
"""Of a chapter: what was marked, as SponsorBlock calls it."""


def steps(request: DownloadRequest, api: str, notes: Notes) -> Iterator[Any]:
    """Ask, then mark or cut; a clip is taken of the whole, so nothing is cut out of it."""
    if request.sponsorblock is None:
        return
    wanted = list(request.sponsorblock_categories)
    is_clip = request.start is not None or request.end is not None
    cut = wanted if request.sponsorblock == "cut" and not is_clip else []
    yield _noting(SponsorBlockPP(None, categories=wanted, api=api), notes)
    yield _noting(
        _Chapters(None, remove_sponsor_segments=cut, sponsorblock_chapter_title=TITLE), notes
    )


class _Chapters(ModifyChaptersPP):  # type: ignore[misc]  # yt-dlp has no types
    """A step of yt-dlp's that does without ffprobe."""

    def _get_real_video_duration(self, filepath: str, fatal: bool = True) -> float | None:  # noqa: ARG002, FBT001, FBT002 - yt-dlp's
        return measure_duration(self.get_param("ffmpeg_location"), Path(filepath))


def _noting(step: Any, notes: Notes) -> Any:  # noqa: ANN401 - yt-dlp has no types
    run = step.run

    def run_or_note(info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        try:
            done: tuple[list[str], dict[str, Any]] = run(info)
        except Exception as error:  # noqa: BLE001 - none of it costs the video
            note = DownloadError(
                "sponsorblock",
                f"SponsorBlock could not be used: {classify(error).sentence}",
                "Nothing was marked or cut. Check SPONSORBLOCK_API.",
            ).as_error()
            if note["kind"] not in {one["kind"] for one in notes}:
                notes.append(note)
            return [], info
        return done

    step.run = run_or_note
    return step
