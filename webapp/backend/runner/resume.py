"""Fixes without which a download that was killed may end whole in name only.

yt-dlp continues what it finds on disk. After `kill -9` what it finds may be wrong in ways that it
does not see (measured: 24 of 44 HLS downloads ended with bytes that a clean run does not have):

1. its journal (`.ytdl`) and the `.part` beside it are written one after the other. Here the
   journal is replaced atomically and holds the size of `.part`, which is cut back to it; without a
   valid journal a `.part` made of fragments is worth nothing and goes;
2. `fixup: force`, as it repairs only what this very run downloaded (options.py);
3. a whole `.part` is answered with 416 for ever, and a torn tail is trusted: 16 KiB are cut off;
4. `skip_unavailable_fragments: False`, `hls_prefer_native: True` (options.py);
5. no `final_ext`, and a staging folder per item: a half-made conversion never passes for a whole;
6. the source may have replaced the file: conditional.py and fragments.py compare before they
   append, and reopen.py has the streams that are finished compared too.

They override private methods of yt-dlp: tests/backend/runner/test_resume.py is the contract.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yt_dlp.downloader.fragment import FragmentFD, HttpQuietDownloader
from yt_dlp.downloader.http import HttpFD
from yt_dlp.utils import parse_http_range

from files.staging import write_atomically
from runner import fragments, keys
from runner.completeness import lacking
from runner.conditional import Source
from runner.reopen import keep_finished, note_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from yt_dlp.downloader.common import FileDownloader

TAIL = 16 * 1024
Context = dict[str, Any]
Info = dict[str, Any]


def install() -> None:
    """Put the fixes into yt-dlp, in this process."""
    FragmentFD._write_ytdl_file = _write_journal  # noqa: SLF001 - see above
    FragmentFD._prepare_frag_download = _repairing(FragmentFD._prepare_frag_download)  # noqa: SLF001
    FragmentFD._prepare_and_start_frag_download = _beginning(  # noqa: SLF001
        FragmentFD._prepare_and_start_frag_download  # noqa: SLF001
    )
    FragmentFD._finish_frag_download = _finishing(FragmentFD._finish_frag_download)  # noqa: SLF001
    HttpFD.real_download = _conditional(HttpFD.real_download)
    fragments.install()
    keys.install()


def _write_journal(self: FragmentFD, context: Context) -> None:
    write_atomically(
        Path(self.ytdl_filename(context["filename"])), json.dumps({"downloader": _state(context)})
    )


def _state(context: Context) -> dict[str, Any]:
    """What the journal holds: bytes and fragments on disk, and their source."""
    part = Path(context["tmpfilename"])
    state: dict[str, Any] = {
        "current_fragment": {"index": context["fragment_index"]},
        "part_bytes": part.stat().st_size if part.exists() else 0,
        "source": fragments.as_json(context),
    }
    if "extra_state" in context:
        state["extra_state"] = context["extra_state"]
    if context.get("fragment_count") is not None:
        state["fragment_count"] = context["fragment_count"]
    return state


def _repairing(
    prepare: Callable[[FragmentFD, Context], None],
) -> Callable[[FragmentFD, Context], None]:
    def repair_then_prepare(self: FragmentFD, context: Context) -> None:
        known = repair(*_files(self, context))
        prepare(self, context)
        if fragments.comparable(self):
            fragments.expect(context, known)

    return repair_then_prepare


def _beginning(start: Callable[..., None]) -> Callable[..., None]:
    def drop_then_start(self: FragmentFD, context: Context, info: dict[str, Any]) -> None:
        if not fragments.comparable(self, info):
            for file in _files(self, context):
                file.unlink(missing_ok=True)
        start(self, context, info)
        context["dl"].of_medium = is_medium(info)

    return drop_then_start


def _finishing(finish: Callable[..., bool]) -> Callable[..., bool]:
    def finish_then_keep(self: FragmentFD, context: Context, info: dict[str, Any]) -> bool:
        state = _state(context)
        done = finish(self, context, info)
        if done and state["source"]:
            _keep(self, context["filename"], info, state, proven=not state["source"]["unproven"])
        return done

    return finish_then_keep


def _files(self: FragmentFD, context: Context) -> tuple[Path, Path]:
    """The `.part` and its journal."""
    name = context["filename"]
    return Path(self.temp_name(name)), Path(self.ytdl_filename(name))


def repair(part: Path, journal: Path) -> object:
    """Make the two agree: cut `part` to what `journal` vouches for, or begin anew.

    Returns what the journal tells of the source.
    """
    for fragment in part.parent.glob(f"{part.name}-Frag*"):
        fragment.unlink()
    size, source = _vouched(journal)
    if size > 0 and part.exists() and part.stat().st_size >= size:
        os.truncate(part, size)
        return source
    part.unlink(missing_ok=True)
    journal.unlink(missing_ok=True)
    return None


def _vouched(journal: Path) -> tuple[int, object]:
    """Bytes of the `.part` that are whole fragments (0: none is), and what their source was."""
    try:
        state = json.loads(journal.read_text())["downloader"]
        index, size = state["current_fragment"]["index"], state["part_bytes"]
        source = state.get("source")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0, None
    valid = isinstance(size, int) and isinstance(index, int) and index > 0
    return (size, source) if valid else (0, None)


def _conditional(download: Callable[..., bool]) -> Callable[..., bool]:
    def cut_then_download(self: HttpFD, filename: str, info: dict[str, Any]) -> bool:
        part = Path(self.temp_name(filename))
        drop_tail(part)
        first = parse_http_range((info.get("http_headers") or {}).get("Range"))[0] or 0
        whole = not isinstance(self, HttpQuietDownloader)  # else it is a fragment
        note = note_of(Path(filename)) if whole else None
        silent = vars(self).setdefault("silent_hosts", set())  # of all pieces of a stream
        medium = is_medium(info) if whole else getattr(self, "of_medium", True)
        source = Source(
            *(self.ydl, part, first, note), judged=whole and medium, any_size=medium, silent=silent
        )
        self.ydl = source
        try:
            done = download(self, filename, info)
        finally:
            self.ydl = source.ydl
            self.validators, self.proven = source.validators, source.proven
        if done and whole:
            _keep(self, filename, info, None, proven=source.proven)
        return done

    return cut_then_download


def _keep(
    self: FileDownloader, filename: str, info: Info, journal: Context | None, *, proven: bool
) -> None:
    """Keep what a finished file is, and what is missing from it; subtitles are not looked at."""
    medium, pieces = Path(filename), journal is not None
    judged = is_medium(info)
    lacks = lacking(self.params, medium, info, proven=proven, in_pieces=pieces) if judged else None
    keep_finished(medium, journal, lacks=lacks)


def is_medium(info: Info) -> bool:
    """Whether it is video or audio: subtitles have no format."""
    return bool(info.get("format_id"))


def drop_tail(part: Path) -> None:
    """Drop the last 16 KiB of a `.part`: they are asked for again."""
    if part.is_file():
        os.truncate(part, max(0, part.stat().st_size - TAIL))
