"""yt-dlp's download archive: a line `youtube dQw4w9WgXcQ` for each medium that was downloaded."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.problems import WrongValueError

LINE = re.compile(r"([a-z0-9][a-z0-9:_.+-]*) (\S[^\x00-\x1f\x7f]*)")
KEY = re.compile(r"([A-Za-z0-9_.+-]+):(?!//)(.+)")
MAX_LINE = 500
"""Characters of a line: more than an index takes, and than any site's."""
MAX_TEXT = 3_900_000


def archive_lines(text: str) -> list[str]:
    """The lines of an archive, each once, in their order; empty ones and remarks are passed over.

    Raises:
        ValueError: with a sentence, naming the first line that is none.

    """
    found: dict[str, None] = {}
    for number, given in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = given.strip()
        if not line or line.startswith("#"):
            continue
        if len(line) > MAX_LINE or not LINE.fullmatch(line):
            raise WrongValueError(
                f"Line {number} is {line[:60]!r}; a line of a download archive is the site and the"
                " medium's id, such as: youtube dQw4w9WgXcQ.",
                kind="archive-line",
                number=number,
                line=line[:60],
            )
        found[line] = None
    if not found:
        raise WrongValueError(
            "There is no line in it, such as: youtube dQw4w9WgXcQ.", kind="archive-empty"
        )
    return list(found)


def archive_line(media_key: str | None, medium: str | None = None) -> str | None:
    """The line that yt-dlp would write of a medium: of its site and id, where they are known.

    `media_key` is ours, such as `Youtube:dQw4w9WgXcQ`, or an address; of a mere file at an address
    yt-dlp knows `medium` alone.
    """
    found = KEY.fullmatch(media_key or "")
    line = f"{found[1].lower()} {found[2]}" if found else f"generic {medium}" if medium else ""
    return line if len(line) <= MAX_LINE and LINE.fullmatch(line) else None


def _readable(text: str) -> str:
    archive_lines(text)
    return text


class ArchiveText(BaseModel):
    """What a download archive holds."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_readable)] = Field(
        examples=["youtube dQw4w9WgXcQ\n"]
    )


class ArchiveTaken(BaseModel):
    """What an archive brought."""

    added: int = Field(description="Media that nobody here had downloaded")
    known: int
